import { checkFamily } from "./check.js";

checkFamily("initializers");
checkFamily("regularizers");
checkFamily("constraints");
checkFamily("schedules");
checkFamily("losses");
checkFamily("metrics");
checkFamily("optimizers");

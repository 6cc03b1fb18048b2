import { checkFamily } from "./check.js";

checkFamily("training");
checkFamily("saving");

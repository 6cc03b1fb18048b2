import { checkFamily } from "./check.js";

checkFamily("layers");
checkFamily("layers_symbolic");

import { checkFamily } from "./check.js";

checkFamily("models");
checkFamily("models_captured");

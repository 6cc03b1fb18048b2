import { checkFamily } from "./check.js";

checkFamily("tf_functions");

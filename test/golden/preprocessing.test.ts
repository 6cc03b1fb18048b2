import { checkFamily } from "./check.js";

checkFamily("preprocessing");

import { checkFamily } from "./check.js";

checkFamily("dtypes");
checkFamily("ops");
checkFamily("activations");
checkFamily("utils");

import { checkFamily } from "./check.js";

checkFamily("tf_ops");
checkFamily("tf_data");

import { checkFamily } from "./check.js";

checkFamily("layers", { needsAllPasses: true });
checkFamily("layers_symbolic");

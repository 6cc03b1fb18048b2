// The entry kerasm/autograph: gives the run time its converter. Importing it once is enough.

import { setConverter } from "../../lib/autograph/to-graph.js";
import { convertSource } from "./source.js";

setConverter(convertSource);

export { convertSource };

// npm run coverage: what of Keras's public interface is here. Writes docs/coverage.md; fails where a name was lost or differs without a reason.

import * as keras from "../../lib/api/keras.js";
import "../../lib/index.js";
import { compare } from "./compare.js";

const findings = compare(keras);
for (const { name, faults, isPresent } of findings) for (const fault of faults) console.log(isPresent ? "+" : "-", name, fault);

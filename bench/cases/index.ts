// All cases, family by family.

import type { Case } from "../harness/case.js";
import { applications } from "./applications.js";
import { autograph } from "./autograph.js";
import { convolution } from "./convolution.js";
import { data } from "./data.js";
import { elementwise } from "./elementwise.js";
import { embedding } from "./embedding.js";
import { gemm } from "./gemm.js";
import { lstm } from "./lstm.js";
import { normalization } from "./normalization.js";
import { optimizers } from "./optimizers.js";
import { pooling } from "./pooling.js";
import { predictions } from "./prediction.js";
import { preprocessing } from "./preprocessing.js";
import { processes } from "./processes.js";
import { reductions } from "./reductions.js";
import { softmaxes } from "./softmax.js";
import { training } from "./training.js";
import { transformer } from "./transformer.js";

export const cases: readonly Case[] = [
  ...gemm,
  ...convolution,
  ...pooling,
  ...normalization,
  ...softmaxes,
  ...elementwise,
  ...reductions,
  ...embedding,
  ...lstm,
  ...transformer,
  ...optimizers,
  ...training,
  ...predictions,
  ...processes,
  ...preprocessing,
  ...data,
  ...autograph,
  ...applications,
];

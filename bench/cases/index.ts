// All cases, family by family.

import type { Case } from "../harness/case.js";
import { gemm } from "./gemm.js";

export const cases: readonly Case[] = [...gemm];

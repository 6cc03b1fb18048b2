import type { Tolerance } from "./compare.js";

// As the description of the cases states them.

export const exact: Tolerance = { rtol: 0, atol: 0 };

const layer = { outputs: { rtol: 1e-4, atol: 1e-5, scaled: true }, gradients: { rtol: 1e-3, atol: 1e-4, scaled: true } };
const model = { outputs: { rtol: 1e-3, atol: 1e-4 }, gradients: { rtol: 2e-3, atol: 2e-4, scaled: true } };

export const tolerances = {
  layers: layer,
  layers_symbolic: { outputs: exact, gradients: exact },
  models: model,
  models_captured: model,
  ops: layer,
  activations: { outputs: { rtol: 1e-4, atol: 1e-5 }, gradients: { rtol: 1e-3, atol: 1e-4 } },
  losses: { outputs: { rtol: 1e-4, atol: 1e-5 }, gradients: { rtol: 1e-3, atol: 1e-5 } },
  metrics: { outputs: { rtol: 1e-4, atol: 1e-5 }, gradients: { rtol: 1e-3, atol: 1e-4 } },
  optimizers: { outputs: { rtol: 1e-4, atol: 1e-5 }, gradients: exact },
  schedules: { outputs: { rtol: 1e-5, atol: 1e-7 }, gradients: exact },
  regularizers: { outputs: { rtol: 1e-4, atol: 1e-6 }, gradients: { rtol: 1e-3, atol: 1e-6 } },
  constraints: { outputs: { rtol: 1e-4, atol: 1e-6 }, gradients: exact },
  initializers: { outputs: { rtol: 1e-5, atol: 1e-6 }, gradients: exact },
  training: { outputs: { rtol: 1e-3, atol: 1e-4 }, gradients: { rtol: 1e-3, atol: 5e-4 } },
  utils: { outputs: { rtol: 1e-5, atol: 1e-6 }, gradients: { rtol: 1e-3, atol: 1e-6 } },
  preprocessing: layer,
  dtypes: { outputs: exact, gradients: exact },
  saving: { outputs: { rtol: 1e-4, atol: 1e-5 }, gradients: exact },
} as const satisfies Record<string, { outputs: Tolerance; gradients: Tolerance }>;

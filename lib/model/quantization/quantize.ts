// model.quantize: which layers of a model are quantized, and the calibration of those that look at data.

import { boolean, nullable, schema, string } from "../../config/index.js";
import { field, invalid, withDefault } from "../../config/field.js";
import { dtypes } from "../../core/dtype.js";
import { NotSupportedError, StateError, text, ValueError } from "../../core/errors.js";
import { InputLayer } from "../../layers/core/input-layer.js";
import { QuantizedLayer } from "../../layers/base/quantized-layer.js";
import type { Layer } from "../../layers/layer.js";
import type { LayerStructure } from "../../quantizers/calibrated.js";
import type { Calibrating } from "../../quantizers/calibration.js";
import { type QuantizationConfig, quantizationConfig, resolveQuantization } from "../../quantizers/config.js";
import { QuantizationReport } from "../../quantizers/report.js";

/** Which layers are quantized: a regular expression for their names, several of them, or a function. */
export type LayerFilter = string | RegExp | readonly (string | RegExp)[] | ((layer: Layer) => boolean);

const isPattern = (value: unknown): boolean => typeof value === "string" || value instanceof RegExp;

/** What `model.quantize` takes. */
export const quantizeModelOptions = schema(["mode", "config", "filters", "verbose"], {
  mode: nullable(string()),
  config: quantizationConfig,
  filters: withDefault(
    field<LayerFilter | null>({
      expected: "a regular expression, an array of such, or a function of a layer",
      parse: (value) => {
        const isFilter =
          value === null || isPattern(value) || typeof value === "function" || (Array.isArray(value) && value.every(isPattern));
        return isFilter ? (value as LayerFilter | null) : invalid;
      },
    }),
    null,
  ),
  verbose: boolean(true),
});

/** A model, as far as it is quantized. */
interface Quantizable {
  readonly name: string;
  readonly built: boolean;
  flattenLayers(): readonly Layer[];
  getQuantizationLayerStructure(mode: string): LayerStructure | null;
}

function fits(layer: Layer, filter: LayerFilter | null): boolean {
  if (filter === null) return true;
  if (typeof filter === "function") return filter(layer);
  const patterns = Array.isArray(filter) ? (filter as readonly (string | RegExp)[]) : [filter as string | RegExp];
  return patterns.some((pattern) => new RegExp(pattern).test(layer.name));
}

/** Quantizes the layers of a model that can be. @param isModel  whether a layer is a model, whose layers are met by themselves */
export function quantizeModel(model: Quantizable, given: readonly unknown[], isModel: (layer: Layer) => boolean): QuantizationReport {
  const where = `${model.name}.quantize`;
  const { mode: asked, config: givenConfig, filters } = quantizeModelOptions.parse(where, given);
  const config = resolveQuantization(where, asked, givenConfig);
  const { mode } = config;
  if (mode === "float8")
    throw new NotSupportedError(where, {
      given: '"float8"',
      expected: 'one of "int8", "int4", "ternary", "gptq", "awq"',
      hint: "float8 is a way to train on hardware that has it; there is none for JavaScript.",
    });
  if (!model.built)
    throw new StateError(where, {
      given: "a model that is not built",
      expected: "weights",
      hint: "Call it on data once, or build(inputShape).",
    });
  const isCalibrated = (each: QuantizationConfig): each is QuantizationConfig & Calibrating => "calibration" in each;
  const plan = isCalibrated(config) ? config.calibration(where, model, (layer) => layer instanceof QuantizedLayer) : null;
  const report = new QuantizationReport({ mode });
  for (const layer of model.flattenLayers()) {
    if (isModel(layer) || layer instanceof InputLayer) continue;
    const path = layer.path ?? layer.name;
    if (plan && !plan.covered.has(layer)) report.addSkipped(path, QuantizationReport.SKIP_OUTSIDE_STRUCTURE);
    else if (!fits(layer, filters)) report.addSkipped(path, QuantizationReport.SKIP_FILTERED);
    else if (layer.isQuantized) report.addSkipped(path, QuantizationReport.SKIP_ALREADY_QUANTIZED);
    else if (!tried(layer, config)) report.addSkipped(path, QuantizationReport.SKIP_NO_SUPPORT);
    else report.addQuantized(path, layer.quantizationMode!, layer.dtypePolicy.name);
  }
  plan?.run();
  return report;
}

/** Quantizes a layer; false where it does not support it. */
function tried(layer: Layer, config: QuantizationConfig): boolean {
  try {
    layer.quantize({ config });
    return true;
  } catch (error) {
    if (error instanceof NotSupportedError) return false;
    throw error;
  }
}

/** The quantized layers of a model: paths, policies, and bytes beside those of float32. */
export function summarizeQuantized(layers: readonly Layer[]): string {
  const rows = layers.flatMap((layer) => {
    const kept = layer instanceof QuantizedLayer ? layer.kept : null;
    if (!kept) return [];
    const bytes = kept.variables.reduce((sum, { size, dtype }) => sum + size * dtypes[dtype].bytes, 0);
    const elements = (layer as QuantizedLayer).keptElements;
    return [{ path: layer.path ?? layer.name, policy: layer.dtypePolicy.name, dtype: kept.values.dtype, bytes, floats: elements * 4 }];
  });
  const total = (of: "bytes" | "floats"): number => rows.reduce((sum, row) => sum + row[of], 0);
  return [
    "Quantized layers:",
    ...rows.map(({ path, policy, dtype, bytes, floats }) => `  ${path}: ${policy}, ${dtype}, ${bytes} bytes (${floats} as float32)`),
    ...(rows.length === 0 ? ["  (none)"] : []),
    `Total: ${total("bytes")} bytes (${total("floats")} as float32)`,
  ].join("\n");
}

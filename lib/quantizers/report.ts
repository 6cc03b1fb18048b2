// What quantizing a model did to each of its layers.

import { checkOptions } from "../core/options.js";

const examplesOf = (paths: readonly string[], count: number): string =>
  `${paths.slice(0, count).map((path) => `'${path}'`).join(", ")}${paths.length > count ? ", ..." : ""}`; // prettier-ignore

/**
 * Which layers were quantized, which were left out and why, and what went wrong.
 *
 * ```ts
 * const report = new keras.quantizers.QuantizationReport({ mode: "int8" });
 * report.addQuantized("model/dense", "int8", "int8_from_float32");
 * report.numQuantized; // 1
 * ```
 *
 * Keras: keras.quantizers.QuantizationReport
 */
export class QuantizationReport {
  static readonly SKIP_NO_SUPPORT = "no quantize support";
  static readonly SKIP_FILTERED = "filtered out";
  static readonly SKIP_ALREADY_QUANTIZED = "already quantized";
  static readonly SKIP_OUTSIDE_STRUCTURE = "outside quantization structure";

  readonly mode: string | null;
  readonly quantized: (readonly [path: string, mode: string, scheme: string])[] = [];
  readonly skipped: (readonly [path: string, reason: string])[] = [];
  readonly errors: (readonly [path: string, message: string])[] = [];

  constructor(options: { readonly mode?: string | null } = {}) {
    checkOptions("QuantizationReport", arguments, 0, ["mode"]);
    this.mode = options.mode ?? null;
  }

  addQuantized(path: string, mode: string, scheme: string): void {
    this.quantized.push([path, mode, scheme]);
  }

  addSkipped(path: string, reason: string): void {
    this.skipped.push([path, reason]);
  }

  addError(path: string, error: unknown): void {
    this.errors.push([path, error instanceof Error ? error.message : String(error)]);
  }

  get numQuantized(): number {
    return this.quantized.length;
  }

  get numSkipped(): number {
    return this.skipped.length;
  }

  get numErrors(): number {
    return this.errors.length;
  }

  /** The paths of layers that were left out for a reason. */
  skippedByReason(reason: string): string[] {
    return this.skipped.filter(([, given]) => given === reason).map(([path]) => path);
  }

  /** One warning with counts and examples; null where there is nothing to warn of. */
  summaryWarning(maxExamples = 5): string | null {
    const unsupported = this.skippedByReason(QuantizationReport.SKIP_NO_SUPPORT);
    if (unsupported.length === 0 && this.errors.length === 0) return null;
    const failed = this.errors.map(([path]) => path);
    return [
      "model.quantize():",
      ...(unsupported.length > 0
        ? [`${unsupported.length} layer(s) do not support quantization (${examplesOf(unsupported, maxExamples)}).`]
        : []),
      ...(failed.length > 0 ? [`${failed.length} layer(s) failed (${examplesOf(failed, maxExamples)}).`] : []),
      `${this.numQuantized} layer(s) were quantized to '${this.mode}'.`,
    ].join(" ");
  }

  /** All of it, a line for each layer. */
  render(): string {
    const part = (title: string, lines: readonly string[]) => [
      title,
      ...(lines.length > 0 ? lines : ["(none)"]).map((line) => `  ${line}`),
    ];
    return [
      `Quantization report (mode='${this.mode}')`,
      "=".repeat(65),
      ...part(
        `Quantized ${this.numQuantized} layer(s):`,
        this.quantized.map(([path, mode, scheme]) => `- ${path} (${mode}): ${scheme}`),
      ),
      ...part(`Skipped ${this.numSkipped} layer(s):`, this.skipped.map(([path, reason]) => `- ${path}: ${reason}`)), // prettier-ignore
      ...(this.numErrors > 0
        ? part(
            `Errors on ${this.numErrors} layer(s):`,
            this.errors.map(([path, message]) => `- ${path}: ${message}`),
          )
        : []),
    ].join("\n");
  }

  toString(): string {
    return `QuantizationReport(mode='${this.mode}', quantized=${this.numQuantized}, skipped=${this.numSkipped}, errors=${this.numErrors})`;
  }
}

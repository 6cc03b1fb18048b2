// Optimizer steps against Keras's formulas, done in float64 on the same numbers.

import t, { type Test as TapTest } from "tap";
import { kernels } from "../../lib/generated/kernels.js";
import { builds, Harness } from "./harness.js";
import { generator } from "./reference.js";

const n = 11;
const f = Math.fround;

for (const build of builds) {
  const harness = new Harness(build);
  const numbers = (seed: number, scale = 1) => {
    const next = generator(seed);
    return Float32Array.from({ length: n }, () => (next() - 0.5) * scale);
  };
  const close = (t: TapTest, found: Float32Array, expected: readonly number[], name: string) =>
    found.forEach((value, i) => {
      if (!(Math.abs(value - expected[i]!) <= 2e-7 + 2e-6 * Math.abs(expected[i]!)))
        t.fail(`${name} ${i} is ${value}, expected ${expected[i]}`);
    });
  const rate = 0.01;

  t.test(`sgd, with momentum, Nesterov's and weight decay (${build})`, async (t) => {
    for (const [momentum, nesterov, weightDecay] of [
      [0, 0, 0],
      [0.9, 0, 0],
      [0.9, 1, 0],
      [0.9, 1, 0.1],
    ] as const) {
      harness.reset();
      const [variable, gradient, learningRate] = [harness.floats(numbers(1)), harness.floats(numbers(2)), harness.floats([rate])];
      const velocity = momentum ? harness.floats(numbers(3, 0.1)) : null;
      let v = Array.from(variable.view);
      let m = Array.from(velocity?.view ?? []);
      const args = { variable, gradient, learningRate, weightDecay, velocity, momentum, nesterov };
      for (let step = 0; step < 3; step++) {
        harness.run(kernels.sgd_f32(args, n), [1, 4, 9]);
        const g = Array.from(gradient.view, (x) => x * f(rate));
        v = v.map((x) => x - x * weightDecay * rate);
        if (momentum) {
          m = m.map((x, i) => x * momentum - g[i]!);
          v = v.map((x, i) => x + (nesterov ? m[i]! * momentum - g[i]! : m[i]!));
        } else v = v.map((x, i) => x - g[i]!);
      }
      close(t, variable.view, v, "variable");
      if (velocity) close(t, velocity.view, m, "velocity");
    }
  });

  t.test(`rmsprop, with momentum and centered (${build})`, async (t) => {
    for (const [momentum, centered] of [
      [0, false],
      [0.9, false],
      [0, true],
      [0.9, true],
    ] as const) {
      harness.reset();
      const [rho, epsilon] = [0.9, 1e-7];
      const [variable, gradient, learningRate] = [harness.floats(numbers(1)), harness.floats(numbers(2)), harness.floats([rate])];
      const velocity = harness.floats(new Float32Array(n));
      const moment = momentum ? harness.floats(new Float32Array(n)) : null;
      const average = centered ? harness.floats(new Float32Array(n)) : null;
      let v = Array.from(variable.view);
      let [s, m, a] = [v.map(() => 0), v.map(() => 0), v.map(() => 0)];
      for (let step = 0; step < 3; step++) {
        const args = {
          variable,
          gradient,
          learningRate,
          weightDecay: 0,
          velocity,
          moment,
          average,
          rho,
          rhoRest: 1 - rho,
          momentum,
          epsilon,
        };
        harness.run(kernels.rmsprop_f32(args, n), [2, 5]);
        const g = Array.from(gradient.view);
        s = s.map((x, i) => rho * x + (1 - rho) * g[i]! ** 2);
        a = a.map((x, i) => rho * x + (1 - rho) * g[i]!);
        const increment = g.map((x, i) => (rate * x) / Math.sqrt(s[i]! - (centered ? a[i]! ** 2 : 0) + epsilon));
        m = m.map((x, i) => momentum * x + increment[i]!);
        v = v.map((x, i) => x - (momentum ? m[i]! : increment[i]!));
      }
      close(t, velocity.view, s, "velocity");
      close(t, variable.view, v, "variable");
    }
  });

  t.test(`adam, AMSGrad and weight decay, from any step on (${build})`, async (t) => {
    for (const [amsgrad, weightDecay, start] of [
      [false, 0, 0],
      [true, 0, 5],
      [false, 0.004, 1000],
    ] as const) {
      harness.reset();
      const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-7];
      const [variable, gradient, learningRate] = [harness.floats(numbers(1)), harness.floats(numbers(2)), harness.floats([rate])];
      const [moment, velocity, iterations] = [
        harness.floats(new Float32Array(n)),
        harness.floats(new Float32Array(n)),
        harness.ints([start]),
      ];
      const largest = amsgrad ? harness.floats(new Float32Array(n)) : null;
      let v = Array.from(variable.view);
      let [m, s, l] = [v.map(() => 0), v.map(() => 0), v.map(() => 0)];
      for (let step = 0; step < 3; step++) {
        iterations.view[0] = start + step;
        const args = { variable, gradient, learningRate, weightDecay, moment, velocity, largest, iterations };
        harness.run(kernels.adam_f32({ ...args, beta1, beta1Rest: 1 - beta1, beta2, beta2Rest: 1 - beta2, epsilon }, n), [3, 4]);
        const time = start + step + 1;
        const alpha = (rate * Math.sqrt(1 - f(f(beta2) ** time))) / (1 - f(f(beta1) ** time));
        const g = Array.from(gradient.view);
        v = v.map((x) => x - x * weightDecay * rate);
        m = m.map((x, i) => x + (g[i]! - x) * (1 - beta1));
        s = s.map((x, i) => x + (g[i]! ** 2 - x) * (1 - beta2));
        l = l.map((x, i) => Math.max(x, s[i]!));
        v = v.map((x, i) => x - (m[i]! * alpha) / (Math.sqrt((amsgrad ? l : s)[i]!) + epsilon));
      }
      close(t, moment.view, m, "moment");
      close(t, velocity.view, s, "velocity");
      close(t, variable.view, v, "variable");
    }
  });
}

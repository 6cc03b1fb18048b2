// What of a training step has to wait for what.
import t from "tap";
import * as tf from "../../lib/index.js";

type Segments = readonly { commands: readonly object[] }[];

/** The numbers of the segments in which the steps of an operation run. */
function segmentsOf(
  f: {
    getConcreteFunction(...args: unknown[]): {
      executable(): { segments: Segments; plan: { byStep: readonly { step: { op: { name: string } }; commands: readonly object[] }[] } };
    };
  },
  args: readonly unknown[],
  operation: string,
): Set<number> {
  const { segments, plan } = f.getConcreteFunction(...args).executable();
  const steps = plan.byStep.filter(({ step }) => step.op.name === operation);
  return new Set(steps.flatMap(({ commands }) => commands.map((command) => segments.findIndex((each) => each.commands.includes(command)))));
}

const shapes = [[300, 300], [300], [300, 400], [400], [400, 10], [10]];

t.test("updates of all variables, large and small, are one segment: one pass that all threads share", async (t) => {
  const variables = shapes.map((shape) => tf.variable(tf.ones(shape)));
  const gradients = shapes.map((shape, i) => tf.random.normal(shape, { seed: i }));
  for (const options of [{}, { globalClipnorm: 1 }]) {
    const optimizer = new tf.keras.optimizers.Adam(options);
    optimizer.build(variables);
    const step = tf.function((...gradients: tf.Tensor[]) => optimizer.applyGradients(tf.zip(gradients, variables)));
    t.equal(segmentsOf(step, gradients, "adam").size, 1, JSON.stringify(options));
  }
});

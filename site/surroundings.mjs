// What stands around the examples of doc comments: names that an example may use without declaring them.

export const surroundings = {
  ops: "keras.ops",
  x: "tf.constant([[1, 2], [3, 4]])",
  y: "tf.constant([[1], [0]])",
  w: "tf.variable([[1]])",
  loss: "tf.constant(0.5)",
  images: "tf.ones([8, 28, 28])",
  labels: "tf.zeros([8], { dtype: 'int32' })",
  step: "tf.variable(0, { dtype: 'int32' })",
  checkpoint: "new tf.train.Checkpoint({ model: new keras.Sequential([new keras.layers.Dense(1)]) })",
  model: "new keras.Sequential([new keras.layers.Dense(1)])",
  optimizer: "new keras.optimizers.SGD()",
  dataset: "tf.data.Dataset.fromTensorSlices(tf.range(0, 10))",
};

/** Names of other entries that examples use. */
const others = { fashionMnist: "kerasm/datasets", SimpleMLP: "kerasm/models", SimpleCNN: "kerasm/models" };

export const usedIn = (code, name) => new RegExp(`(?<![.\\w"])${name}\\b(?! *:)`).test(code);
export const declaredIn = (code, name) => new RegExp(`\\b(const|let|class|function)\\b[^=;]*\\b${name}\\b`).test(code);

/** The declarations that an example needs. */
export const around = (code) =>
  Object.entries(surroundings)
    .filter(([name]) => usedIn(code, name) && !declaredIn(code, name))
    .map(([name, value]) => `const ${name} = ${value};\n`)
    .join("");

/** Whether an example is a program: no sketch with an ellipsis in it, and no member of a class. */
export const isProgram = (code) => !/…(?! *$)/m.test(code.replace(/"[^"\n]*"/g, "")) && !/^(static |\*\[)/.test(code);

/** What is no value in a comment is a remark. */
export const isResult = (comment) => /^(-?[\d.]+(e-?\d+)?…?|\[.*\]|\{.*\}|".*"|'.*'|true|false|null|NaN|tf\.Tensor\(.*)$/.test(comment);
export const withResult = /^(?!const |let |for |import |\/\/)(.+?);? +\/\/ (.+)$/gm;

/**
 * An example as a page runs it: a line whose comment is its result prints it.
 *
 * @param own  names of the entry that the example is of, by where they are imported from
 */
export function programOf(code, own = {}) {
  const imports = Object.entries({ ...own, ...others })
    .filter(([name]) => usedIn(code, name))
    .map(([name, from]) => `import { ${name} } from "${from}";\n`);
  const printed = code.replace(withResult, (line, expression, comment) =>
    isResult(comment) ? `console.log(${expression}); // ${comment}` : line,
  );
  return `${imports.join("")}import * as tf from "kerasm";\nimport * as keras from "kerasm/keras";\n${around(code)}${printed}`;
}

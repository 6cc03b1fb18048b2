// Tensors by name in files of weights: what `summary` and `convert` read and write without a model.

const weights = /\.(weights\.(h5|json)|safetensors|npz)$/;

/** Whether a path is that of tensors by name. */
export const isTensors = (path) => weights.test(path);

/** The tensors of a file by name; those of `.weights.h5` and `.weights.json` by their path in it. @returns {Promise<Record<string, object>>} */
export async function readTensors(path, { keras }, formats) {
  if (path.endsWith(".safetensors")) return formats.loadSafetensors(path);
  if (path.endsWith(".npz")) return formats.loadNpz(path);
  const editor = await keras.saving.KerasFileEditor.open(path);
  const named = Object.entries(editor.weights).flatMap(([object, own]) =>
    Object.entries(own).map(([key, tensor]) => [[object, "vars", key].filter(Boolean).join("/"), tensor]),
  );
  return Object.fromEntries(named);
}

/** What a file of tensors holds. */
export const facts = (tensors) => Object.entries(tensors).map(([name, { dtype, shape, size }]) => ({ name, dtype, shape, size }));

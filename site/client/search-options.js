// How pages are indexed and searched: one place, for the build and for the page.

export const searchOptions = {
  fields: ["title", "text"],
  storeFields: ["url", "page", "title"],
  // `keras.layers.Conv2D` is found by each of its parts, and `computeOutputShape` by each of its words.
  tokenize: (text) =>
    text
      .split(/[^\p{L}\p{N}]+/u)
      .flatMap((word) => (/[a-z][A-Z]/.test(word) ? [word, ...word.split(/(?<=[a-z])(?=[A-Z])/)] : [word]))
      .filter(Boolean),
  searchOptions: { boost: { title: 4 }, prefix: true, fuzzy: (term) => (term.length > 4 ? 0.2 : false), combineWith: "AND" },
};

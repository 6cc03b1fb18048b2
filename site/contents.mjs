// The table of contents: every page of the site by the file that it is made of, in the order of the menu.

/** Programs that are shown as pages: folder, and which of its files. `quick` is what the Run button passes. */
export const programs = [
  { folder: "examples/gallery", section: "examples" },
  { folder: "examples/transfer", section: "examples", except: ["network.ts"] },
  { folder: "examples", section: "examples", only: ["structured-data.ts", "text-classification.ts", "image-classification.ts"] },
  { folder: "examples/guide", section: "programs" },
  { folder: "examples/autograph", section: "programs" },
];

export const sections = [
  {
    title: "Getting started",
    pages: [
      { file: "docs/getting-started.md", path: "getting-started" },
      { file: "docs/guide.md", path: "guide" },
    ],
  },
  {
    title: "Guides",
    pages: [
      "sequential-model",
      "functional-api",
      "subclassing",
      "training-and-evaluation",
      "custom-train-step",
      "custom-training-loop",
      "saving",
      "callbacks",
      "transfer-learning",
      "rnn",
      "masking-and-padding",
      "preprocessing-layers",
      "mixed-precision",
      "quantization",
      "distribution",
      "autograph",
      "tf-data",
    ].map((name) => ({ file: `docs/guides/${name}.md`, path: `guides/${name}` })),
  },
  { title: "Examples", pages: [{ file: "docs/gallery.md", path: "examples/index" }], programs: "examples" },
  { title: "Programs of the guide", programs: "programs", pages: [] },
  {
    title: "Coming from",
    pages: [
      { file: "docs/from-keras.md", path: "from-keras" },
      { file: "docs/from-tensorflow-js.md", path: "from-tensorflow-js" },
      { file: "docs/from-pytorch.md", path: "from-pytorch" },
      { file: "docs/coverage.md", path: "coverage" },
    ],
  },
  {
    title: "In depth",
    pages: [
      { file: "docs/visor.md", path: "visor" },
      { file: "docs/files.md", path: "files" },
      { file: "docs/onnx.md", path: "onnx" },
      { file: "docs/applications.md", path: "applications" },
      { file: "docs/autograph.md", path: "autograph" },
      { file: "docs/distribution.md", path: "distribution" },
      { file: "docs/dtypes.md", path: "dtypes" },
      { file: "docs/performance.md", path: "performance" },
      { file: "docs/limits.md", path: "limits" },
      { file: "SECURITY.md", path: "security" },
    ],
  },
  {
    title: "How it works",
    pages: [
      { file: "docs/how-it-works.md", path: "how-it-works" },
      { file: "docs/architecture.md", path: "architecture" },
      { file: "docs/graph.md", path: "graph" },
      { file: "docs/memory.md", path: "memory" },
      { file: "docs/kernels.md", path: "kernels" },
      { file: "docs/adding-an-operation.md", path: "adding-an-operation" },
      { file: "docs/adding-a-layer.md", path: "adding-a-layer" },
      { file: "docs/adding-a-format.md", path: "adding-a-format" },
      { file: "docs/conformance.md", path: "conformance" },
      { file: "CONTRIBUTING.md", path: "contributing" },
      { file: "CHANGELOG.md", path: "changelog" },
    ],
  },
];

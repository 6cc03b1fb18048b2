// The table of contents: every page of the site by the file that it is made of, in the order of the menu.

/** Programs that are shown as pages: folder, and which of its files. `quick` is what the Run button passes. */
export const programs = [
  { folder: "examples/gallery", section: "examples" },
  { folder: "examples/transfer", section: "examples", except: ["network.ts"] },
  { folder: "examples", section: "examples", only: ["structured-data.ts", "text-classification.ts", "image-classification.ts"] },
  { folder: "examples/guide", section: "programs" },
  { folder: "examples/autograph", section: "programs" },
];

/** A page of `docs`, under its own name. */
const doc = (path) => ({ file: `docs/${path}.md`, path });

export const sections = [
  {
    title: "Getting started",
    pages: [doc("getting-started"), doc("guide")],
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
    ].map((name) => doc(`guides/${name}`)),
  },
  { title: "Examples", pages: [{ file: "docs/gallery.md", path: "examples/index" }], programs: "examples" },
  { title: "Programs of the guide", programs: "programs", pages: [] },
  {
    title: "Coming from",
    pages: [doc("from-keras"), doc("from-tensorflow-js"), doc("from-pytorch"), doc("coverage")],
  },
  {
    title: "In depth",
    pages: [
      doc("visor"),
      doc("files"),
      doc("onnx"),
      doc("applications"),
      doc("autograph"),
      doc("distribution"),
      doc("dtypes"),
      doc("performance"),
      doc("limits"),
      { file: "SECURITY.md", path: "security" },
    ],
  },
  {
    title: "How it works",
    pages: [
      doc("how-it-works"),
      doc("architecture"),
      doc("graph"),
      doc("memory"),
      doc("kernels"),
      doc("adding-an-operation"),
      doc("adding-a-layer"),
      doc("adding-a-format"),
      doc("conformance"),
      { file: "CONTRIBUTING.md", path: "contributing" },
      { file: "CHANGELOG.md", path: "changelog" },
    ],
  },
];

// node:util in a page: a program's options at their defaults, in its quick form.
export const parseArgs = ({ options = {} } = {}) => ({
  values: Object.fromEntries(Object.entries(options).map(([name, { default: value }]) => [name, name === "quick" ? true : value])),
  positionals: [],
});

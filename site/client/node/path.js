// node:path in a page.
export const join = (...parts) => parts.filter(Boolean).join("/").replace(/([^:/])\/+/g, "$1/"); // prettier-ignore

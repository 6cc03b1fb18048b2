// What is said where a page's Content-Security-Policy forbids workers: loaded when one did.

/** Why a worker did not start, where the page forbade it. */
export const forbidden = (directive: string, isFile: boolean): string =>
  `the page's Content-Security-Policy forbids it: ${directive} ` +
  (isFile ? "has to allow 'self'" : `has to allow blob:, or import "kerasm/csp", whose worker is a file of its own (worker-src 'self')`);

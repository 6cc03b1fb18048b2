// What a page's Content-Security-Policy forbids, by the names of its directives; scripts of workers where it asks for trusted types.

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): unknown };
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

/** The address of a worker's script as the page wants it. @throws where it allows no policy of the name "kerasm" */
export function scriptUrl(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  try {
    policy ??= trustedTypes.createPolicy("kerasm", { createScriptURL: (url) => url });
  } catch (cause) {
    throw new Error("the page's Content-Security-Policy has no policy of this name: add kerasm to trusted-types", { cause });
  }
  return policy.createScriptURL(url) as string;
}

/** Listens for what the page forbids. @returns  what is to be called to end it: it gives the directive that forbade something, if any */
export function watchViolations(): () => Promise<string | null> {
  let directive: string | null = null;
  const hear = (event: Event) => (directive ??= (event as SecurityPolicyViolationEvent).effectiveDirective);
  const target = globalThis.document ?? globalThis;
  target.addEventListener("securitypolicyviolation", hear);
  return async () => {
    await new Promise((resolve) => setTimeout(resolve)); // the worker's error may come before the page hears why
    target.removeEventListener("securitypolicyviolation", hear);
    return directive;
  };
}

/** Whether an error says that the page may not compile WebAssembly. */
export const forbidsWasm = (error: unknown): boolean =>
  error instanceof Error && /content.security.policy|\bcsp\b|unsafe-eval/i.test(error.message);

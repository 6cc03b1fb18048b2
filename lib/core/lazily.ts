// Functions of a module that is loaded when the first of them is called.

type Maker = (...given: never[]) => Promise<unknown>;

/**
 * Stands for the functions of a module: `family(() => import("./vgg.js"))("VGG16")`. Once the module is there a call runs at once, so that
 * what stands around it (a scope, a setting) counts for it.
 */
export function family<M extends object>(load: () => Promise<M>): <K extends keyof M>(name: K) => M[K] {
  let loaded: M | undefined;
  return <K extends keyof M>(name: K): M[K] => {
    const call = (module: M, given: never[]) => (module[name] as Maker)(...given);
    const made = async (...given: never[]): Promise<unknown> => call((loaded ??= await load()), given);
    return Object.defineProperty(made, "name", { value: name }) as M[K];
  };
}

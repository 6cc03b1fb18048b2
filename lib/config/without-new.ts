// Python's lower-case names of classes (`keras.initializers.zeros`) are called as functions: classes that need no `new`.

/** A class, and a function that makes an object of it. */
export type WithoutNew<C extends abstract new (...args: any[]) => object> = C & ((...args: ConstructorParameters<C>) => InstanceType<C>);

/** The class under a name that may be called without `new`: `instanceof` and `fromConfig` are the class's. */
export const withoutNew = <C extends new (...args: any[]) => object>(made: C): WithoutNew<C> =>
  new Proxy(made, { apply: (target, _, args) => Reflect.construct(target, args) as object }) as WithoutNew<C>;

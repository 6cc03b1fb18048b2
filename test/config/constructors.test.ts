// A user's own class from its config, however its constructor takes its parameters: what `cls(**config)` is in Python.

import t from "tap";
import * as tf from "../../lib/index.js";

const { keras } = tf;
type Options = tf.keras.layers.LayerOptions;

abstract class Own extends keras.layers.Layer {
  abstract readonly units: unknown;
  readonly rate: unknown = 0.5;
  override call(x: tf.Tensor) {
    return x.mul(Number(this.units)).add(Number(this.rate));
  }
  override getConfig(): Record<string, never> {
    return { ...super.getConfig(), hidden_units: this.units, rate: this.rate } as never;
  }
}

const classes: Record<string, new (...given: never[]) => Own> = {
  "one by one, options last": class Places extends Own {
    override rate;
    constructor(
      readonly hiddenUnits: number,
      rate = 0.5,
      options: Options = {},
    ) {
      super(options);
      this.rate = rate;
    }
    get units() {
      return this.hiddenUnits;
    }
  },
  "one, the others taken out of the options": class Mixed extends Own {
    override rate;
    readonly units;
    constructor(hiddenUnits: number /* how many, "no less" than 1 */, { rate = 0.5, ...options }: { rate?: number } & Options = {}) {
      super(options);
      this.units = hiddenUnits;
      this.rate = rate;
    }
  },
  "options alone": class Together extends Own {
    override rate;
    readonly units;
    constructor({ hiddenUnits = 1, rate = 0.5, ...options }: { hiddenUnits?: number; rate?: number } & Options = {}) {
      super(options);
      this.units = hiddenUnits;
      this.rate = rate;
    }
  },
  "a minifier's name": class Named extends Own {
    override rate;
    readonly units;
    constructor(e: { hiddenUnits?: number; rate?: number } & Options = {}) {
      const { hiddenUnits = 1, rate = 0.5, ...options } = e;
      super(options);
      this.units = hiddenUnits;
      this.rate = rate;
    }
  },
  "a constructor that is inherited": (() => {
    class Base extends Own {
      override rate;
      readonly units;
      constructor(hiddenUnits: number, rate: number, options?: Options) {
        super(options);
        this.units = hiddenUnits;
        this.rate = rate;
      }
    }
    return class Inherits extends Base {};
  })(),
};

for (const [form, type] of Object.entries(classes)) {
  t.test(form, async (t) => {
    const make = type as unknown as new (...given: unknown[]) => Own;
    const takesPlaces = type.length > 0 || /Places|Mixed|Inherits/.test(type.name);
    const layer = takesPlaces
      ? form.startsWith("one,")
        ? new make(7, { rate: 0.25, name: "own", dtype: "mixed_bfloat16" })
        : new make(7, 0.25, { name: "own", dtype: "mixed_bfloat16" })
      : new make({ hiddenUnits: 7, rate: 0.25, name: "own", dtype: "mixed_bfloat16" });
    const again = (type as unknown as typeof Own).fromConfig.call(type as never, layer.getConfig()) as Own;
    t.strictSame([again.units, again.rate, again.name, again.dtypePolicy.name], [7, 0.25, "own", "mixed_bfloat16"]);
    const model = new keras.Sequential([new keras.Input({ shape: [2] }), layer]);
    const path = `memory://constructors/${type.name}.keras`;
    await model.save(path);
    const loaded = await keras.models.loadModel(path, { customObjects: { [type.name]: type } });
    t.strictSame(loaded(tf.ones([1, 2])).array(), model(tf.ones([1, 2])).array());
  });
}

t.test("a default stands in where the config has nothing for a parameter", async (t) => {
  class Skips extends Own {
    readonly units;
    constructor(hiddenUnits: number, scale = 3, options: Options = {}) {
      super(options);
      this.units = hiddenUnits * scale;
    }
    override getConfig() {
      return { hidden_units: 2, name: "skips" } as never;
    }
  }
  t.strictSame(
    [Skips.fromConfig({ hidden_units: 2, name: "skips" }).units, Skips.fromConfig({ hidden_units: 2, name: "x" }).name],
    [6, "x"],
  );
});

t.test("what fits no constructor is told, not put in another's place", async (t) => {
  class Forgets extends Own {
    constructor(
      readonly units: number,
      options: Options = {},
    ) {
      super(options);
    }
    override getConfig() {
      return { name: "forgets" } as never;
    }
  }
  t.throws(() => Forgets.fromConfig({ name: "forgets" }), {
    name: "ArgumentError",
    message: /Forgets\.fromConfig: given a config without units.*expected getConfig to give.*static fromConfig/s,
  });
  class Closed extends Own {
    constructor(readonly units: number) {
      super();
    }
  }
  t.throws(() => Closed.fromConfig({ units: 3, name: "closed" }), {
    name: "ArgumentError",
    message: /Closed\.fromConfig: given name for a constructor of \(units\); expected a place/,
  });
  t.equal(Closed.fromConfig({ units: 3 }).units, 3);
});

t.test("a class that its config could not bring back is told of when it is saved, once", async (t) => {
  const said: string[] = [];
  const { warn } = console;
  t.teardown(() => void (console.warn = warn));
  console.warn = (text: string) => said.push(text);
  class Silent extends keras.layers.Layer {
    constructor(
      readonly units = 4,
      { rate = 0.5, ...options }: { rate?: number } & Options = {},
    ) {
      super(options);
      void rate;
    }
  }
  class Says extends Silent {
    override getConfig() {
      return { ...super.getConfig(), units: this.units, rate: 1 };
    }
  }
  class Makes extends Silent {
    static override fromConfig<T>(): T {
      return new Makes() as T;
    }
  }
  class Net extends keras.Model {
    constructor(
      readonly depth: number,
      options: Options = {},
    ) {
      super(options as never);
    }
  }
  const save = (object: object) => keras.saving.serializeKerasObject(object);
  for (const object of [new Silent(), new Silent(), new Says(), new Makes(), new keras.layers.Dense(3)]) save(object);
  save(new Net(3));
  t.equal(said.length, 2);
  t.match(said[0], /Silent: its constructor takes units, rate, which getConfig does not give.*Override getConfig/);
  t.match(said[1], /Net: its constructor takes depth/);
});

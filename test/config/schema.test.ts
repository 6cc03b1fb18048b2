import t from "tap";
import {
  boolean,
  dictionary,
  Family,
  fixed,
  type Identifier,
  integer,
  json,
  list,
  nullable,
  oneOf,
  positiveInteger,
  registerKerasSerializable,
} from "../../lib/config/index.js";
import {
  schema,
  string,
  tuple,
  type Arguments,
  type Config,
  type OptionValues,
  writtenWhenSet,
  classAndSnakeCase,
} from "../../lib/config/index.js";
import { Callable, classNameOf, lookUp } from "../../lib/config/index.js";

class Start {
  constructor(readonly value = 0) {}
  getConfig() {
    return { value: this.value };
  }
  static fromConfig(config: Config): Start {
    return new this(typeof config["value"] === "number" ? config["value"] : 0);
  }
}
const starts = new Family<Start>({
  module: "test.starts",
  noun: "start",
  spelling: classAndSnakeCase,
  accepts: (value): value is Start => value instanceof Start,
});
class FarStart extends Start {}
starts.register({ Start }, "zero");
starts.register({ FarStart });

const options = schema(["units", "size"], {
  name: nullable(string()),
  units: positiveInteger(),
  size: tuple(2, positiveInteger(), 1),
  useBias: boolean(true),
  beta1: integer(3),
  padding: oneOf(["valid", "same"], "valid"),
  start: starts.field("zero"),
  classNames: dictionaryOfLists(),
  quantizationConfig: fixed(null),
  seed: writtenWhenSet(nullable(integer())),
});
function dictionaryOfLists() {
  return nullable(dictionary(list(json())));
}

class Thing extends Callable {
  readonly options: OptionValues<typeof options>;
  constructor(...args: Arguments<typeof options>) {
    super();
    this.options = options.parse(classNameOf(this), args);
  }
  protected override invoke(x: number): number {
    return x * this.options.units;
  }
}

t.test("positional arguments, defaults and options give checked values", (t) => {
  const { options: values } = new Thing(64, 3, { useBias: false });
  t.equal(values.units, 64);
  t.same(values.size, [3, 3]);
  t.equal(values.useBias, false);
  t.equal(values.padding, "valid");
  t.equal(values.start.value, 0);
  t.not(values.start, new Thing(1).options.start, "defaults are made anew for each object");
  t.same(new Thing({ units: 2, size: [1, 2] }).options.size, [1, 2], "positional options may stand in the object too");
  t.end();
});

t.test("wrong options say where, what was given and what was expected", (t) => {
  // What TypeScript would refuse too.
  const Loose = Thing as unknown as new (...args: unknown[]) => Thing;
  const message = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };
  t.equal(
    message(() => new Loose(-1)),
    "Thing.units: given -1; expected a positive integer.",
  );
  t.equal(
    message(() => new Loose(2.5)),
    "Thing.units: given 2.5; expected a positive integer.",
  );
  t.equal(
    message(() => new Loose()),
    "Thing.units: given nothing; expected a positive integer.",
  );
  t.equal(
    message(() => new Loose(1, { padding: "sam" })),
    'Thing.padding: given "sam"; expected one of "valid", "same".',
  );
  t.equal(
    message(() => new Loose(1, [1, 0])),
    "Thing.size[1]: given 0; expected a positive integer.",
  );
  t.match(
    message(() => new Loose(1, { use_bias: true })),
    /^Thing: given the unknown option "use_bias"; expected options among name, units, .*\. Did you mean useBias\?$/,
  );
  t.equal(
    message(() => new Loose(1, 2, 3)),
    "Thing: given 3 as argument 3; expected at most 2 positional arguments (units, size), then one options object.",
  );
  t.match(
    message(() => new Loose(1, { start: "zeros" })),
    /^Thing\.start: given "zeros"; expected the name of a start: one of Start, start, zero, FarStart, far_start\. Did you mean zero\?$/,
  );
  t.equal(
    message(() => options.fromConfig("Thing", { unitz: 3 })),
    'Thing.fromConfig: given the unknown option "unitz"; expected options among name, units, size, use_bias, beta_1, padding, start, class_names, quantization_config, seed. Did you mean units?',
  );
  t.match(
    message(() => options.parse("Thing", [1, { quantizationConfig: { bits: 4 } }])),
    /quantizationConfig: given { bits: 4 }; expected null, the only value that is supported/,
  );
  t.end();
});

t.test("TypeScript knows the options", (t) => {
  const never = false as boolean;
  if (never) {
    // @ts-expect-error: units is required
    new Thing();
    // @ts-expect-error: units is a number
    new Thing("3");
    // @ts-expect-error: no such option
    new Thing(3, { use_bias: true });
    // @ts-expect-error: no such padding
    new Thing(3, { padding: "sam" });
    new Thing(3, 2, { padding: "same", start: Start });
    new Thing({ units: 3, start: new Start() });
  }
  t.end();
});

t.test("a config is Keras's own and comes back unchanged", (t) => {
  const config = {
    name: "thing",
    units: 3,
    size: [2, 2],
    use_bias: true,
    beta_1: 5,
    padding: "same",
    start: { module: "test.starts", class_name: "FarStart", config: { value: 7 }, registered_name: null },
    class_names: { userKey: ["snake_case", "stays"], other_key: [] },
    quantization_config: null,
  };
  const values = options.parse("Thing", [options.fromConfig("Thing", config)]);
  t.equal(values.start.value, 7);
  t.same(values.classNames, config.class_names);
  t.strictSame(options.getConfig(values), { ...config, start: { ...config.start, config: { value: 7 } } });
  t.end();
});

t.test("identifiers are names, objects, classes and configs", (t) => {
  const get = (identifier: unknown): Start => starts.get(identifier as Identifier<Start>);
  for (const name of ["Start", "start", "zero"]) t.equal(get(name).constructor, Start);
  t.equal(get("far_start").constructor, FarStart);
  const own = new Start(5);
  t.equal(get(own), own);
  t.equal(get(Start).value, 0);
  t.equal(get({ class_name: "start", config: { value: 3 } }).value, 3);
  t.equal(get({ module: "test.starts", class_name: "Start", config: { value: 4 } }).value, 4);
  class Other extends Start {
    static override fromConfig() {
      return new Other(9);
    }
  }
  registerKerasSerializable(Other, { package: "pack" });
  t.equal(get({ module: null, class_name: "Other", config: {}, registered_name: "pack>Other" }).value, 9);
  t.strictSame(starts.serialize(new Other(9)), { module: null, class_name: "Other", config: { value: 9 }, registered_name: "pack>Other" });
  t.throws(() => get(3), /given 3; expected a start/);
  t.throws(() => get({ module: "test.starts", class_name: "Sturt", config: {} }), /Did you mean Start\?/);
  t.end();
});

t.test("a class is found where its config says, and in Keras's own sources by its family", (t) => {
  t.equal(lookUp("test.starts", "Start")?.value, Start);
  t.equal(lookUp("keras.src.backend.torch.starts.torch_start", "Start")?.value, Start);
  t.equal(lookUp(null, "Start")?.value, Start);
  t.equal(lookUp("keras.layers", "Start"), undefined, "a public module is taken at its word");
  t.equal(lookUp("os", "Start"), undefined);
  t.end();
});

t.test("instances are callable and stay objects of their class", (t) => {
  const thing = new Thing(3) as Thing & ((x: number) => number);
  t.equal(thing(4), 12);
  t.ok(thing instanceof Thing);
  t.equal((thing as { name?: string }).name, undefined);
  t.equal(Object.getPrototypeOf(thing), Thing.prototype);
  t.end();
});

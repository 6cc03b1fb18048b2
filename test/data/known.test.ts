// keras.datasets: files of Keras's kinds, written by NumPy, read as Keras reads them; where they are kept, and what stands in the way.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { writeNpy } from "../../lib/formats/npy.js";
import { writeZip } from "../../lib/formats/zip.js";
import * as tf from "../../lib/index.js";
import { messageOf } from "../support/message.js";

const { datasets } = tf.keras;
const folder = mkdtempSync(join(tmpdir(), "known-"));
const { fetch } = globalThis;
t.teardown(() => {
  rmSync(folder, { recursive: true });
  globalThis.fetch = fetch;
});
process.env["KERAS_HOME"] = folder;

/** Small files that numpy.savez and pickle wrote, with the members and dtypes of Keras's. */
const files: Readonly<Record<string, string>> = {
  imdb: "UEsDBC0AAAAAAAAAIQDZur6S//////////8LABQAeF90cmFpbi5ucHkBABAAXQEAAAAAAABdAQAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xPJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDcsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKgASV0gAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsHhZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoXZQoSwZLAUsESwRLCGVdlChLBEsGZV2UKEsFSwhLB2VdlEsJYV2UKEsLSwJLB0sISwhlXZRLAmFdlChLCksJSwpLBUsESwFlZXSUYi5QSwMELQAAAAAAAAAhAL23rmL//////////wsAFAB5X3RyYWluLm5weQEAEAC4AAAAAAAAALgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDcsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoBAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAFBLAwQtAAAAAAAAACEAavLhPf//////////CgAUAHhfdGVzdC5ucHkBABAASAEAAAAAAABIAQAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xPJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDUsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKgASVvQAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsFhZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoXZQoSwlLAksESwRlXZQoSwhLAUsCSwplXZQoSwFLC2VdlChLCEsESwNLCEsDZV2USwFhZXSUYi5QSwMELQAAAAAAAAAhAOtkAVz//////////woAFAB5X3Rlc3QubnB5AQAQAKgAAAAAAAAAqAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoNSwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAAAAAQAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABQSwECLQMtAAAAAAAAACEA2bq+kl0BAABdAQAACwAAAAAAAAAAAAAAgAEAAAAAeF90cmFpbi5ucHlQSwECLQMtAAAAAAAAACEAvbeuYrgAAAC4AAAACwAAAAAAAAAAAAAAgAGaAQAAeV90cmFpbi5ucHlQSwECLQMtAAAAAAAAACEAavLhPUgBAABIAQAACgAAAAAAAAAAAAAAgAGPAgAAeF90ZXN0Lm5weVBLAQItAy0AAAAAAAAAIQDrZAFcqAAAAKgAAAAKAAAAAAAAAAAAAACAARMEAAB5X3Rlc3QubnB5UEsFBgAAAAAEAAQA4gAAAPcEAAAAAA==",
  reuters:
    "UEsDBC0AAAAAAAAAIQDnaKAy//////////8FABQAeC5ucHkBABAAgwEAAAAAAACDAQAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xPJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEwLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKgASV+AAAAAAAAACMFm51bXB5Ll9jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsKhZRoA4wFZHR5cGWUk5SMAk84lImIh5RSlChLA4wBfJROTk5K/////0r/////Sz90lGKJXZQoXZQoSwJLBUsKSwtLC2VdlEsCYV2UKEsISwplXZQoSwRLB2VdlChLA0sBSwRLBmVdlChLCksLSwVLBUsHZV2UKEsFSwRLBUsFSwllXZQoSwRLC0sISwZLBmVdlEsCYV2UKEsKSwRLAUsGSwFLAmVldJRiLlBLAwQtAAAAAAAAACEAP8sYhv//////////BQAUAHkubnB5AQAQANAAAAAAAAAA0AAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMTAsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCiQAAAAAAAAAIgAAAAAAAAAdAAAAAAAAAAMAAAAAAAAAIgAAAAAAAAAqAAAAAAAAAA0AAAAAAAAAJwAAAAAAAAAVAAAAAAAAAAkAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAOdooDKDAQAAgwEAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAAAAAAhAD/LGIbQAAAA0AAAAAUAAAAAAAAAAAAAAIABugEAAHkubnB5UEsFBgAAAAACAAIAZgAAAMECAAAAAA==",
  californiaHousing:
    "UEsDBC0AAAAAAAAAIQAZQ+81//////////8FABQAeC5ucHkBABAAQAEAAAAAAABAAQAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAAAAAAAAADwPwAAAAAAAABAAAAAAAAACEAAAAAAAAAQQAAAAAAAABRAAAAAAAAAGEAAAAAAAAAcQAAAAAAAACBAAAAAAAAAIkAAAAAAAAAkQAAAAAAAACZAAAAAAAAAKEAAAAAAAAAqQAAAAAAAACxAAAAAAAAALkAAAAAAAAAwQAAAAAAAADFAAAAAAAAAMkAAAAAAAAAzQAAAAAAAADRAAAAAAAAANUAAAAAAAAA2QAAAAAAAADdAUEsDBC0AAAAAAAAAIQCOvtCX//////////8FABQAeS5ucHkBABAA4AAAAAAAAADgAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAAAAAAAAADwPwAAAAAAAABAAAAAAAAACEAAAAAAAAAQQAAAAAAAABRAAAAAAAAAGEAAAAAAAAAcQAAAAAAAACBAAAAAAAAAIkAAAAAAAAAkQAAAAAAAACZAUEsBAi0DLQAAAAAAAAAhABlD7zVAAQAAQAEAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAAAAAAhAI6+0JfgAAAA4AAAAAUAAAAAAAAAAAAAAIABdwEAAHkubnB5UEsFBgAAAAACAAIAZgAAAI4CAAAAAA==",
  mnist:
    "UEsDBC0AAAAAAAAAIQDuyWd9//////////8LABQAeF90cmFpbi5ucHkBABAAkgAAAAAAAACSAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECAwQFBgcICQoLDA0ODxARUEsDBC0AAAAAAAAAIQAn9hIi//////////8LABQAeV90cmFpbi5ucHkBABAAggAAAAAAAACCAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKBAJQSwMELQAAAAAAAAAhANstLVv//////////woAFAB4X3Rlc3QubnB5AQAQAIkAAAAAAAAAiQAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICd8dTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMSwgMywgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAAAAAFBLAwQtAAAAAAAAACEAe7KmwP//////////CgAUAHlfdGVzdC5ucHkBABAAgQAAAAAAAACBAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAVBLAQItAy0AAAAAAAAAIQDuyWd9kgAAAJIAAAALAAAAAAAAAAAAAACAAQAAAAB4X3RyYWluLm5weVBLAQItAy0AAAAAAAAAIQAn9hIiggAAAIIAAAALAAAAAAAAAAAAAACAAc8AAAB5X3RyYWluLm5weVBLAQItAy0AAAAAAAAAIQDbLS1biQAAAIkAAAAKAAAAAAAAAAAAAACAAY4BAAB4X3Rlc3QubnB5UEsBAi0DLQAAAAAAAAAhAHuypsCBAAAAgQAAAAoAAAAAAAAAAAAAAIABUwIAAHlfdGVzdC5ucHlQSwUGAAAAAAQABADiAAAAEAMAAAAA",
  cifar10:
    "H4sIAJjsCWsC/+3ZyW7aUBSAYdtA3DrpPKVz2hUbKC5D3qFWWXjFpkLGdgUSIRxjpCK1UjdNQoen6oO11zjqoosuAgSV+38Lhmtjowuboz8cvA+Silur9II07MeTynj2KgrSoLt433WNFagprUZj8az89ew2God/juXrbr1ZrxsHNeMSTCdpkKjbG3r6bH0Soxx2w+MoDidOPMpeOGJ2iupg9kcQq7OjXg6DdDBypXAiRV9K4Wh6NJ5V1aeSuHo0HaaDIEmCmdNN4vB4NEmTaZg6spOf5oyi/KjYnvFFrvTNjqmu2JOrfXU5x5fdU9nz5VrZMz3rrbF3ItfPPxils7H6Mjc6VvZDuXJzfnYqt3y5XfYKi2t8lDvtdvvNL2Xx4Bmp3O3N1R2sfcP4eWYbADQVsQUAAGiHAQBgAAAAABqRe1liuO/Lg1T2e32zs6sW87I1DHrxUB5mxx/58vg8SnyQJ9nKU1+eqZU8fKjzJvI8Wz7w5cU7eVn2DM+Mp9Vt2KHw3/3v9SrucaH+16D/XYat7n9z2wSgqYgtAABAOwwAAAMAAADQyLr6n+lZevS/+sb6X5P+R/9bsv99tS0AmorYAgAAtMMAADAAAAAAjayr/1leQY/+19hY/2vR/+h/S/a/b3YBgKYitgAAAO0wAAAMAAAAQCPr6n8Fr6hH/2turP8d0v/of0v2v+92EYCmIrYAAADtMAAADAAAAEAj6+p/Ra+0xf0vjSdp3v9Wc48L9L96y6X/0f+W7H8/7BIATUVsAQAA2mEAABgAAACARtbV/0rezpb0PwAAAAAAAAAAAAAA8P/7DSQwH1MAyAAA",
  cifar100:
    "H4sIAJjsCWsC/+3ZTU/bMBgHcCcwCuFljL2xN2C8qRe6Rmu270BEDz7lgirHSZVIJe3jONIqgbTLgH6ufTDmNBWH7TJNDCHy/x0Sy/7bjpyT9ci0L9SR224fjcY6GWaftBJpxu5U2/jS6Uzfxm9vt+N5t31Vv+t+dT+znTa7B0WuhTLbs3r6bl8Qa8qeHEaxzJ04KxsOWcG8GYyEFmQHC6Y5EDrNXJq7pHlOT2RWnI3GLTNLxa2zYqBToZQYOz0Vy2GWa1VI7dBCFXOyqBqlhs9+0GJiBZZZMaSlxCzncFq+ohVOq03f8u0TtnJJa7OJkR6PzMc8DezyR7m0Prm+omecNpr+3HSNc3re7XaPb4zpw2eaXoQTs4O9ydjP6wYDgJqKcAQAAAC1gwsAAC4AAAAAUCP0siwxvOL0WtNmmFjBsukMhZZJbyDCeEBvyvG3nN7NihLf6H3Z84HT1izdT7O4Cue0XY7tcPp4SrtNn/lWbEKrJiSHQuW3sb0yts/p4JQOq1jReqgnJP+o/8W5vuM9/qH+53ke6n/34VHX/yYNCwBqKsIRAAAA1A4uAAC4AAAAAECN/Nf6n+Xbf1P/K2MPt/4HAAAAAAAAAAAAAACPzy9ljymNAFAAAA==",
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `${name}.file`), Buffer.from(content, "base64"));
const pathOf = (name: string): string => join(folder, `${name}.file`);

type Loaded = readonly [readonly [unknown, tf.Tensor], readonly [unknown, tf.Tensor]];
type Name = "imdb" | "reuters" | "californiaHousing";

/** What Keras 3.15.1 makes of the same files: training and test, inputs and targets. */
const expected: readonly [Name, Record<string, unknown>, unknown][] = [
  [
    "imdb",
    {},
    [
      [
        [
          [1, 7, 9],
          [1, 12],
          [1, 9, 4, 7, 7, 11],
          [1, 13, 12, 13, 8, 7, 4],
          [1, 8, 11, 10],
          [1, 2, 5, 10, 11, 11],
          [1, 5],
        ],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [
          [1, 4, 2],
          [1, 11, 7, 6, 11, 6],
          [1, 4],
          [1, 11, 4, 5, 13],
          [1, 12, 5, 7, 7],
        ],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { numWords: 8 },
    [
      [
        [
          [1, 7, 2],
          [1, 2],
          [1, 2, 4, 7, 7, 2],
          [1, 2, 2, 2, 2, 7, 4],
          [1, 2, 2, 2],
          [1, 2, 5, 2, 2, 2],
          [1, 5],
        ],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [
          [1, 4, 2],
          [1, 2, 7, 6, 2, 6],
          [1, 4],
          [1, 2, 4, 5, 2],
          [1, 2, 5, 7, 7],
        ],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { numWords: 8, skipTop: 5, oovChar: null },
    [
      [
        [[7], [], [7, 7], [7], [], [5], [5]],
        [1, 1, 1, 0, 0, 1, 0],
      ],
      [
        [[], [7, 6, 6], [], [5], [5, 7, 7]],
        [1, 0, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { maxlen: 5, startChar: null, indexFrom: 0 },
    [
      [
        [[4, 6], [9], [5, 8, 7], [2]],
        [1, 1, 0, 0],
      ],
      [
        [[1, 2], [1], [8, 1, 2, 10], [9, 2, 4, 4]],
        [1, 0, 1, 0],
      ],
    ],
  ],
  [
    "imdb",
    { seed: 3, indexFrom: 2, startChar: 7 },
    [
      [
        [
          [7, 2, 4, 9, 10, 10],
          [7, 12, 11, 12, 7, 6, 3],
          [7, 4],
          [7, 11],
          [7, 6, 8],
          [7, 8, 3, 6, 6, 10],
          [7, 7, 10, 9],
        ],
        [1, 0, 0, 1, 1, 1, 0],
      ],
      [
        [
          [7, 3],
          [7, 3, 2],
          [7, 10, 6, 5, 10, 5],
          [7, 10, 3, 4, 12],
          [7, 11, 4, 6, 6],
        ],
        [0, 1, 0, 1, 0],
      ],
    ],
  ],
  [
    "reuters",
    {},
    [
      [
        [
          [1, 13, 7, 4, 9, 4, 5],
          [1, 7, 10],
          [1, 8, 7, 8, 8, 12],
          [1, 5],
          [1, 5, 8, 13, 2, 2],
          [1, 7, 2, 11, 9, 9],
          [1, 6, 4, 7, 9],
          [1, 5],
        ],
        [9, 3, 13, 34, 36, 39, 34, 21],
      ],
      [
        [
          [1, 11, 13],
          [1, 13, 2, 8, 8, 10],
        ],
        [29, 42],
      ],
    ],
  ],
  [
    "reuters",
    { testSplit: 0.5, numWords: 9 },
    [
      [
        [
          [1, 2, 7, 4, 2, 4, 5],
          [1, 7, 2],
          [1, 8, 7, 8, 8, 2],
          [1, 5],
          [1, 5, 8, 2, 2, 2],
        ],
        [9, 3, 13, 34, 36],
      ],
      [
        [
          [1, 7, 2, 2, 2, 2],
          [1, 6, 4, 7, 2],
          [1, 5],
          [1, 2, 2],
          [1, 2, 2, 8, 8, 2],
        ],
        [39, 34, 21, 29, 42],
      ],
    ],
  ],
  [
    "reuters",
    { maxlen: 6, seed: 1 },
    [
      [
        [
          [1, 11, 2],
          [1, 6, 4, 7, 9],
          [1, 7, 10],
          [1, 5],
        ],
        [29, 34, 3, 34],
      ],
      [[[1, 5]], [21]],
    ],
  ],
  [
    "reuters",
    { oovChar: null, startChar: null, skipTop: 4, testSplit: 0 },
    [
      [
        [[13, 7, 4, 9, 4, 5], [7, 10], [8, 7, 8, 8, 12], [5], [5, 8, 13], [7, 11, 9, 9], [6, 4, 7, 9], [5], [11, 13], [13, 8, 8, 10]],
        [9, 3, 13, 34, 36, 39, 34, 21, 29, 42],
      ],
      [[], []],
    ],
  ],
  [
    "californiaHousing",
    {},
    [
      [
        [
          [8.0, 9.0],
          [6.0, 7.0],
          [18.0, 19.0],
          [16.0, 17.0],
          [2.0, 3.0],
          [0.0, 1.0],
          [22.0, 23.0],
          [14.0, 15.0],
          [12.0, 13.0],
        ],
        [4.0, 3.0, 9.0, 8.0, 1.0, 0.0, 11.0, 7.0, 6.0],
      ],
      [
        [
          [20.0, 21.0],
          [4.0, 5.0],
          [10.0, 11.0],
        ],
        [10.0, 2.0, 5.0],
      ],
    ],
  ],
  [
    "californiaHousing",
    { testSplit: 0.3, seed: 5 },
    [
      [
        [
          [14.0, 15.0],
          [10.0, 11.0],
          [4.0, 5.0],
          [18.0, 19.0],
          [22.0, 23.0],
          [8.0, 9.0],
          [16.0, 17.0],
          [2.0, 3.0],
        ],
        [7.0, 5.0, 2.0, 9.0, 11.0, 4.0, 8.0, 1.0],
      ],
      [
        [
          [0.0, 1.0],
          [20.0, 21.0],
          [12.0, 13.0],
          [6.0, 7.0],
        ],
        [0.0, 10.0, 6.0, 3.0],
      ],
    ],
  ],
];

const plain = (loaded: Loaded): unknown => loaded.map(([x, y]) => [x instanceof tf.Tensor ? x.array() : x, y.array()]);

t.test("words and numbers come in Keras's order, cut and numbered as it does", async (t) => {
  for (const [name, options, values] of expected) {
    const loaded = (await datasets[name].loadData({ path: pathOf(name), ...options })) as Loaded;
    t.strictSame(plain(loaded), values, `${name} ${JSON.stringify(options)}`);
  }
});

t.test("pictures and their labels have Keras's shapes and dtypes", async (t) => {
  const [[digits, labels], [, testLabels]] = await datasets.mnist.loadData(pathOf("mnist"));
  t.strictSame([digits.shape, digits.dtype, labels.array(), testLabels.array()], [[2, 3, 3], "uint8", [4, 2], [1]]);
  const [[x, y], [testX, testY]] = await datasets.cifar10.loadData({ path: pathOf("cifar10") });
  t.strictSame([x.shape, x.dtype, y.shape, y.dtype], [[10, 32, 32, 3], "uint8", [10, 1], "uint8"]);
  // A file holds planes; the first pixels here are (200 + batch, 100, batch) and (7, batch, batch).
  t.strictSame(x.at(4, 0, { start: 0, stop: 2 }).array(), [[202, 100, 2], [7, 2, 2]]); // prettier-ignore
  t.strictSame(
    [y.array().flat(), testY.array().flat(), testX.at(0, 0, 0).array()],
    [
      [0, 1, 1, 2, 2, 3, 3, 4, 4, 5],
      [5, 6],
      [205, 100, 5],
    ],
  );
  const fine = await datasets.cifar100.loadData({ path: pathOf("cifar100") });
  const coarse = await datasets.cifar100.loadData("coarse", { path: pathOf("cifar100") });
  t.strictSame(
    [fine[0][1].array(), coarse[1][1].array()],
    [
      [[0], [1]],
      [[1], [2]],
    ],
  );
  tf.keras.config.setImageDataFormat("channels_first");
  const [[first]] = await datasets.cifar10.loadData({ path: pathOf("cifar10") });
  tf.keras.config.setImageDataFormat("channels_last");
  t.strictSame(first.shape, [10, 3, 32, 32]);
  const words = join(folder, "words.json");
  writeFileSync(words, '{"the": 1, "__proto__": 2}');
  t.strictSame(Object.entries(await datasets.imdb.getWordIndex({ path: words })), [["the", 1], ["__proto__", 2]]); // prettier-ignore
  t.equal(datasets.reuters.getLabelNames().length, 46);
});

t.test("files are fetched once and kept; without a connection the error says where they belong", async (t) => {
  const asked: string[] = [];
  const bundled = fileURLToPath(new URL("../../../datasets/fashion-mnist/", import.meta.url));
  globalThis.fetch = (async (address: string) => {
    asked.push(String(address));
    const name = String(address).split("/").pop()!;
    return existsSync(bundled + name)
      ? new Response(new Uint8Array(readFileSync(bundled + name)))
      : Promise.reject(new TypeError("fetch failed"));
  }) as never;
  const [[x], [, y]] = await datasets.fashionMnist.loadData();
  t.strictSame([x.shape, y.shape, asked.length], [[60_000, 28, 28], [10_000], 4]);
  await datasets.fashionMnist.loadData();
  t.equal(asked.length, 4, "kept");
  const place = join(folder, "datasets/mnist.npz");
  const missing = await messageOf(() => datasets.mnist.loadData());
  t.match(missing, "mnist.loadData: given no answer from https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz");
  t.match(missing, `Without a connection put it at ${place}, or pass its place`);
  // A kept file that is damaged is fetched anew, and said to be when it can't be.
  writeFileSync(place, "no archive");
  t.match(await messageOf(() => datasets.mnist.loadData()), "a damaged mnist.npz");
  globalThis.fetch = (async () => new Response("another file")) as never;
  t.match(await messageOf(() => datasets.mnist.loadData()), /given a file with hash [0-9a-f]{64}.*731c5ac6.*damaged or another one/s);
  t.equal(readFileSync(place, "utf8"), "no archive", "a wrong file is not kept");
  globalThis.fetch = (async () => new Response("none", { status: 404 })) as never;
  t.match(await messageOf(() => datasets.cifar100.loadData()), "no answer from https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz");
  // The name under which Keras would keep it, as scripts write it.
  t.match(await messageOf(() => datasets.mnist.loadData("mnist.npz")), "Without a connection put it at");
});

t.test("other files and options are refused by name", async (t) => {
  const words = join(folder, "words.txt");
  writeFileSync(words, "one two");
  const member = (name: string, rows: number) => ({ name: `${name}.npy`, content: writeNpy("uint8", [rows], new Uint8Array(rows)) });
  const uneven = [member("x_train", 2), member("y_train", 2), member("x_test", 3), member("y_test", 1)];
  writeFileSync(pathOf("uneven"), Buffer.concat(writeZip(uneven)));
  const refused: readonly [string, () => Promise<unknown>, RegExp][] = [
    ["another archive", () => datasets.mnist.loadData(pathOf("californiaHousing")), /mnist\.loadData.*x_train, y_train, x_test, y_test/],
    ["numbers for words", () => datasets.imdb.loadData({ path: pathOf("mnist") }), /imdb\.loadData.*x_train.*lists/],
    ["words for numbers", () => datasets.bostonHousing.loadData({ path: pathOf("reuters") }), /bostonHousing\.loadData.*x.*numbers/],
    ["rows that do not pair", () => datasets.mnist.loadData(pathOf("uneven")), /mnist\.loadData.*3 rows of x_test.*1 of y_test/],
    ["no archive", () => datasets.reuters.loadData({ path: words }), /words\.txt/],
    ["no tar", () => datasets.cifar10.loadData({ path: words }), /cifar-10-python/],
    ["another tar", () => datasets.cifar10.loadData({ path: pathOf("cifar100") }), /cifar10\.loadData.*data_batch_1/],
    ["no folder", () => datasets.fashionMnist.loadData({ path: join(folder, "nowhere") }), /nowhere/],
    ["no JSON", () => datasets.imdb.getWordIndex({ path: words }), /imdb\.getWordIndex.*words\.txt/],
    ["a split", () => datasets.reuters.loadData({ path: pathOf("reuters"), testSplit: 1 }), /testSplit: given 1/],
    ["no short text", () => datasets.imdb.loadData({ path: pathOf("imdb"), maxlen: 1 }), /maxlen: given 1/],
    ["a mode", () => datasets.cifar100.loadData("medium" as never), /labelMode: given "medium"/],
    ["a version", () => datasets.californiaHousing.loadData({ version: "tiny" as never }), /version: given "tiny"/],
    ["an option", () => datasets.imdb.loadData({ numWord: 3 } as never), /unknown option "numWord"/],
  ];
  for (const [name, load, wanted] of refused) t.match(await messageOf(load), wanted, name);
});

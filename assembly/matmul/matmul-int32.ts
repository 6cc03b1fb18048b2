// The matrix product of whole numbers, modulo 2³².

import { GemmArgs } from "./gemm";

/** c = a · b in whole numbers, modulo 2³². Units: rows of c, those of the whole batch. */
export function matmul_i32(args: GemmArgs, begin: usize, end: usize): void {
  for (let unit = begin; unit < end; unit++) {
    const row = unit % args.m;
    const batch = unit / args.m;
    const i2 = batch % args.batch2;
    const i1 = (batch / args.batch2) % args.batch1;
    const i0 = batch / args.batch2 / args.batch1;
    const a = args.a + ((i0 * args.batchA0 + i1 * args.batchA1 + i2 * args.batchA2 + row * args.strideAM) << 2);
    const b = args.b + ((i0 * args.batchB0 + i1 * args.batchB1 + i2 * args.batchB2) << 2);
    const c = args.c + ((unit * args.n) << 2);
    let j: usize = 0;
    if (args.strideBN == 1) for (; j + 16 <= args.n; j += 16) columns16(args, a, b + (j << 2), c + (j << 2));
    for (; j < args.n; j++) {
      let sum: i32 = 0;
      let x = a;
      let y = b + ((j * args.strideBN) << 2);
      for (let q: usize = 0; q < args.k; q++) {
        sum += load<i32>(x) * load<i32>(y);
        x += args.strideAK << 2;
        y += args.strideBK << 2;
      }
      store<i32>(c + (j << 2), sum);
    }
  }
}

function columns16(args: GemmArgs, a: usize, b: usize, c: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  for (let q = args.k; q > 0; q--) {
    const x = v128.load32_splat(a);
    c0 = i32x4.add(c0, i32x4.mul(x, v128.load(b)));
    c1 = i32x4.add(c1, i32x4.mul(x, v128.load(b, 16)));
    c2 = i32x4.add(c2, i32x4.mul(x, v128.load(b, 32)));
    c3 = i32x4.add(c3, i32x4.mul(x, v128.load(b, 48)));
    a += args.strideAK << 2;
    b += args.strideBK << 2;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

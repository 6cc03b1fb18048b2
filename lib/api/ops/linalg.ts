// keras.ops.linalg: the operations under the name of the module of Keras that they come from.

export {
  cholesky,
  choleskyInverse,
  det,
  eig,
  eigh,
  inv,
  lstsq,
  luFactor,
  matrixPower,
  matrixRank,
  norm,
  pinv,
  qr,
  solve,
  solveTriangular,
  svd,
} from "../../ops/index.js";
export { jvp } from "../../graph/jvp.js";

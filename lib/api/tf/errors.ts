// tf.errors: TensorFlow's names of errors, for `instanceof`. An error here is one of kerasm's; TensorFlow's kinds are groups of them.

import {
  ArgumentError,
  ClusterError,
  DtypeError,
  type ErrorFacts,
  KerasmError,
  MemoryError,
  NotSupportedError,
  ShapeError,
  StateError,
  UnknownNameError,
  ValueError,
} from "../../core/errors.js";

type Kind = abstract new (...args: never[]) => KerasmError;

/** The base of all errors here. */
export { KerasmError as OpError };

/** A class of errors. */
export interface ErrorKind {
  new (where: string, facts: ErrorFacts): KerasmError;
  [Symbol.hasInstance](value: unknown): boolean;
}

/** An error of one's own of TensorFlow's kind; `instanceof` holds for kerasm's errors of these kinds too. */
function kindOf(name: string, kinds: readonly Kind[]): ErrorKind {
  const made = class extends KerasmError {
    override readonly name: string = name;

    constructor(where: string, facts: ErrorFacts) {
      super(where, facts);
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      if (Function.prototype[Symbol.hasInstance].call(this, value)) return true;
      return this === made && kinds.some((kind) => value instanceof kind);
    }
  };
  return Object.defineProperty(made, "name", { value: name });
}

/**
 * An argument, a shape, a dtype or a value that is not allowed.
 *
 * ```ts
 * const error = await (async () => tf.ones([2]).reshape([3]))().catch((error) => error);
 * error instanceof tf.errors.InvalidArgumentError; // true
 * ```
 */
export const InvalidArgumentError = kindOf("InvalidArgumentError", [ArgumentError, ShapeError, DtypeError, ValueError, UnknownNameError]);
/**
 * What is asked for at the wrong time.
 *
 * ```ts
 * const error = await model.fit(x, y).catch((error) => error);
 * error instanceof tf.errors.FailedPreconditionError; // true
 * ```
 */
export const FailedPreconditionError = kindOf("FailedPreconditionError", [StateError]);
/** More than there is room for. */
export const ResourceExhaustedError = kindOf("ResourceExhaustedError", [MemoryError]);
/** What is not here. */
export const UnimplementedError = kindOf("UnimplementedError", [NotSupportedError]);
/** Processes that can't go on together. */
export const UnavailableError = kindOf("UnavailableError", [ClusterError]);
/** A file that is not there: files that can't be read are ValueErrors that name them. */
export const NotFoundError = kindOf("NotFoundError", [ValueError]);
/** A file that is damaged. */
export const DataLossError = kindOf("DataLossError", [ValueError]);
/** An index beyond the end. */
export const OutOfRangeError = kindOf("OutOfRangeError", [ValueError]);
/** An error about a call that another one made void. TensorFlow: tf.errors.AbortedError */
export const AbortedError = kindOf("AbortedError", []);
/** An error about what is there already. TensorFlow: tf.errors.AlreadyExistsError */
export const AlreadyExistsError = kindOf("AlreadyExistsError", []);
/** An error about what was taken back. TensorFlow: tf.errors.CancelledError */
export const CancelledError = kindOf("CancelledError", []);
/** An error about what took too long. TensorFlow: tf.errors.DeadlineExceededError */
export const DeadlineExceededError = kindOf("DeadlineExceededError", []);
/** An error about a fault of the library. TensorFlow: tf.errors.InternalError */
export const InternalError = kindOf("InternalError", []);
/** An error about what may not be done. TensorFlow: tf.errors.PermissionDeniedError */
export const PermissionDeniedError = kindOf("PermissionDeniedError", []);
/** An error about somebody unknown. TensorFlow: tf.errors.UnauthenticatedError */
export const UnauthenticatedError = kindOf("UnauthenticatedError", []);
/** An error about anything else. TensorFlow: tf.errors.UnknownError */
export const UnknownError = kindOf("UnknownError", []);

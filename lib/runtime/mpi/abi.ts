// What the MPI libraries call things. Two families and the standard: handles are numbers in MPICH's (MPICH, Intel MPI, MVAPICH), addresses
// of objects in Open MPI, small addresses in the ABI of MPI 5.0 (the constants stand in its mpi.h).

export interface Abi {
  readonly name: "mpich" | "open-mpi" | "standard";
  /** The C type of a handle. */
  readonly handle: "int" | "uintptr_t";
  readonly world: Handle;
  readonly byte: Handle;
  readonly float32: Handle;
  readonly int32: Handle;
  readonly sum: Handle;
  readonly max: Handle;
  readonly min: Handle;
  readonly errorsReturn: Handle;
  readonly inPlace: bigint;
  readonly statusIgnore: bigint;
  readonly anySource: number;
  /** Where the source stands in a status, as an index of 32-bit words. */
  readonly statusSource: number;
}

/** A number, or the name of an object whose address it is. */
export type Handle = number | string;

export const mpich: Abi = {
  name: "mpich",
  handle: "int",
  world: 0x44000000,
  byte: 0x4c00010d,
  float32: 0x4c00040a,
  int32: 0x4c000405,
  sum: 0x58000003,
  max: 0x58000001,
  min: 0x58000002,
  errorsReturn: 0x54000001,
  inPlace: 0xffffffffffffffffn,
  statusIgnore: 1n,
  anySource: -2,
  statusSource: 2,
};

export const openMpi: Abi = {
  name: "open-mpi",
  handle: "uintptr_t",
  world: "ompi_mpi_comm_world",
  byte: "ompi_mpi_byte",
  float32: "ompi_mpi_float",
  int32: "ompi_mpi_int",
  sum: "ompi_mpi_op_sum",
  max: "ompi_mpi_op_max",
  min: "ompi_mpi_op_min",
  errorsReturn: "ompi_mpi_errors_return",
  inPlace: 1n,
  statusIgnore: 0n,
  anySource: -1,
  statusSource: 0,
};

export const standard: Abi = {
  name: "standard",
  handle: "uintptr_t",
  world: 0x101,
  byte: 0x247,
  float32: 0x210,
  int32: 0x209,
  sum: 0x21,
  max: 0x23,
  min: 0x22,
  errorsReturn: 0x142,
  inPlace: 1n,
  statusIgnore: 0n,
  anySource: -1,
  statusSource: 0,
};

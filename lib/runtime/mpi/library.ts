// The functions of an MPI library, called through koffi. Addresses are numbers: those of the shared memory plus its base, which stays when
// it grows.

import type Koffi from "koffi";
import { CommunicatorFailure } from "../communicator.js";
import { memory } from "../memory.js";
import { type Abi, type Handle, mpich, openMpi, standard } from "./abi.js";

type Address = number | bigint;
type Call = (...args: Address[]) => number;

export interface Library {
  readonly abi: Abi;
  readonly path: string;
  /** Handles of this process. */
  readonly world: Address;
  handle(name: "byte" | "float32" | "int32" | "sum" | "max" | "min" | "errorsReturn"): Address;
  /** The address in this process of an address in the shared memory. */
  at(address: number): number;
  readonly version: string;
  call(name: keyof typeof signatures, ...args: Address[]): void;
  /** The function itself, for what is called often; its result is MPI's error code. */
  functionOf(name: keyof typeof signatures): (...args: Address[]) => number;
  /** Where a status would be written, for none: numbers reach C sooner than bigints do. */
  readonly ignored: number;
  setEnvironment(name: string, value: string): void;
}

/** Parameters: a(ddress), i(nteger), h(andle). */
const signatures = {
  MPI_Init_thread: "aaia",
  MPI_Finalize: "",
  MPI_Comm_rank: "ha",
  MPI_Comm_size: "ha",
  MPI_Comm_set_errhandler: "hh",
  MPI_Iallreduce: "aaihhha",
  MPI_Send_init: "aihiiha",
  MPI_Recv_init: "aihiiha",
  MPI_Startall: "ia",
  MPI_Testall: "iaaa",
  MPI_Request_free: "a",
  MPI_Ibcast: "aihiha",
  MPI_Iallgatherv: "aihaaahha",
  MPI_Ialltoall: "aihaihha",
  MPI_Ibarrier: "ha",
  MPI_Isend: "aihiiha",
  MPI_Irecv: "aihiiha",
  MPI_Iprobe: "iihaa",
  MPI_Get_count: "aha",
  MPI_Test: "aaa",
} as const;

/** koffi, which users install beside kerasm. @throws CommunicatorFailure where it is missing */
async function loadKoffi(): Promise<typeof Koffi> {
  try {
    const module = (await import("koffi")) as unknown as { default?: typeof Koffi } & typeof Koffi;
    return module.default ?? module;
  } catch {
    throw new CommunicatorFailure({ given: "no koffi", expected: "it beside kerasm", hint: "npm install koffi." });
  }
}

/** Names by platform, in the order in which they are tried. */
function candidates(prefers: "open-mpi" | "mpich" | null): string[] {
  if (process.platform === "win32") return ["msmpi.dll"];
  const standardNames = ["libmpi_abi.so.0", "libmpi_abi.so"];
  const mpichNames =
    process.platform === "darwin" ? ["libmpi.12.dylib", "libmpich.dylib"] : ["libmpich.so.12", "libmpi.so.12", "libmpich.so"];
  const openNames = process.platform === "darwin" ? ["libmpi.40.dylib", "libmpi.dylib"] : ["libmpi.so.40", "libmpi.so"];
  return prefers === "open-mpi" ? [...openNames, ...standardNames, ...mpichNames] : [...standardNames, ...mpichNames, ...openNames];
}

/**
 * What MPI's transports read when they are loaded, unless the user says otherwise. UCX and Open MPI rewrite the C library's `mmap` and
 * `munmap` in place to learn of memory that is given back, while V8's threads are inside of them: one process in some hundreds was lost to
 * that. UCX would also take over SIGSEGV, which V8 needs for WebAssembly's bounds. Of Open MPI's ways to reduce in place without blocking
 * the one that it takes by itself sends all that there is log N times: 100 MB took 155 ms to 259 ms by it, 68 ms by Rabenseifner's.
 */
const transportSettings: Readonly<Record<string, string>> = {
  UCX_MEM_MMAP_HOOK_MODE: "none",
  UCX_MEM_MALLOC_HOOKS: "n",
  UCX_MEM_EVENTS: "n",
  UCX_HANDLE_ERRORS: "none",
  UCX_ERROR_SIGNALS: "",
  OMPI_MCA_memory: "^patcher",
  OMPI_MCA_coll_libnbc_iallreduce_algorithm: "rabenseifner",
};

/** @param prefers  the family whose launcher started this process */
export async function loadLibrary(prefers: "open-mpi" | "mpich" | null, override: string | undefined): Promise<Library> {
  const koffi = await loadKoffi();
  if (process.platform !== "win32")
    for (const [name, value] of Object.entries(transportSettings)) if (process.env[name] === undefined) setEnvironment(koffi, name, value);
  const names = override ? [override] : candidates(prefers);
  for (const name of names) {
    let lib;
    try {
      lib = koffi.load(name, { global: true } as never);
    } catch {
      continue;
    }
    return wrap(koffi, lib, name);
  }
  throw new CommunicatorFailure(
    override
      ? { given: `KERASM_MPI_LIBRARY ${override}, which can't be loaded`, expected: "the path of an MPI library" }
      : {
          given: `no MPI library (looked for ${names.join(", ")})`,
          expected: "one",
          hint: "apt-get install mpich, or set KERASM_MPI_LIBRARY.",
        },
  );
}

/** For C code: the `process.env` of one of Node's workers is a copy. */
function setEnvironment(koffi: typeof Koffi, name: string, value: string): void {
  koffi.load(null as never).func("int setenv(const char *, const char *, int)")(name, value, 1);
}

function wrap(koffi: typeof Koffi, lib: ReturnType<typeof Koffi.load>, path: string): Library {
  const words = new Uint8Array(new SharedArrayBuffer(8192 + 64));
  const length = koffi.address(words) as unknown as bigint;
  const text = length + 64n;
  lib.func("int MPI_Get_library_version(uintptr_t, uintptr_t)")(text, length);
  const bytes = words.slice(64);
  const version = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  const abi = path.includes("mpi_abi") ? standard : version.includes("Open MPI") ? openMpi : mpich;
  const type = { a: "uintptr_t", i: "int", h: abi.handle } as const;
  const functions = new Map<string, Call>();
  const functionOf = (name: keyof typeof signatures): Call => {
    let found = functions.get(name);
    if (!found) {
      const parameters = [...signatures[name]].map((letter) => type[letter as "a"]).join(", ");
      found = lib.func(`int ${name}(${parameters || "void"})`) as unknown as Call;
      functions.set(name, found);
    }
    return found;
  };
  const objects = lib as unknown as { symbol(name: string, type: string): unknown };
  const handleOf = (handle: Handle): Address =>
    typeof handle === "number" ? handle : (koffi.address(objects.symbol(handle, "int") as never) as unknown as bigint);
  const base = Number(koffi.address(new Uint8Array(memory.buffer)) as unknown as bigint);
  const handles = new Map<string, Address>();
  return {
    abi,
    path,
    version:
      /Open MPI v[\d.]+/.exec(version)?.[0] ??
      /(?:MPICH|Intel|MVAPICH)[^\n]*?[\d.]+/.exec(version)?.[0].replace(/\s+/g, " ") ??
      version.slice(0, 60),
    world: handleOf(abi.world),
    handle(name) {
      let found = handles.get(name);
      if (found === undefined) handles.set(name, (found = handleOf(abi[name])));
      return found;
    },
    at: (address) => base + address,
    functionOf,
    ignored: Number(abi.statusIgnore),
    call(name, ...args) {
      const code = functionOf(name)(...args);
      if (code !== 0) throw new CommunicatorFailure({ given: `the error ${code} of ${name}`, expected: "success" });
    },
    setEnvironment: (name, value) => setEnvironment(koffi, name, value),
  };
}

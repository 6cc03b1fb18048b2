// kerasm/mpi: the processes of a job, for those who want to send messages of their own beside what strategies do.

import { distribute } from "../../lib/index.js";

/** A connection to the other processes: ranks, reductions, messages, on addresses of the shared memory. */
export type Communicator = NonNullable<Awaited<ReturnType<typeof distribute.experimental.openCommunicator>>>;

/**
 * Joins the processes of this job and gives the connection; null where this process is alone. Needs koffi and an MPI library.
 *
 * ```ts
 * import { openCommunicator } from "kerasm/mpi";
 * const communicator = await openCommunicator();
 * console.log(communicator?.rank, communicator?.size);
 * ```
 *
 * @throws ClusterError where the others don't come, or koffi or MPI is missing
 */
export const openCommunicator = distribute.experimental.openCommunicator;

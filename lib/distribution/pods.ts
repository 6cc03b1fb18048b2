// The cluster that pods of Kubernetes are.

import { StateError } from "../core/errors.js";
import { ClusterSpec } from "./cluster.js";

/** A pod, as the API of Kubernetes has it. */
interface Pod {
  readonly metadata?: { readonly name?: string };
  readonly status?: { readonly phase?: string; readonly podIP?: string; readonly hostIP?: string };
}
interface Pods {
  readonly items: readonly Pod[];
}

/** The part of `@kubernetes/client-node`'s CoreV1Api that is called. */
export interface KubernetesClient {
  listPodForAllNamespaces(request: { labelSelector: string }): Pods | Promise<Pods>;
}

const nameOf = (pod: Pod): string => pod.metadata?.name ?? "";

/** The addresses of the pods with the labels of each job, sorted by name. @throws StateError for a pod that does not run */
export async function clusterOfPods(
  client: KubernetesClient,
  labels: Readonly<Record<string, readonly string[]>>,
  port: number,
): Promise<ClusterSpec> {
  const cluster: Record<string, string[]> = {};
  for (const [job, selectors] of Object.entries(labels)) {
    const pods: Pod[] = [];
    for (const labelSelector of selectors) pods.push(...(await client.listPodForAllNamespaces({ labelSelector })).items);
    cluster[job] = pods.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).map((pod) => addressOf(pod, port));
  }
  return new ClusterSpec(cluster);
}

function addressOf(pod: Pod, port: number): string {
  const { phase, podIP, hostIP } = pod.status ?? {};
  const address = podIP ?? hostIP;
  if (phase === "Running" && address !== undefined) return `${address}:${port}`;
  throw new StateError("KubernetesClusterResolver", {
    given: `the pod ${nameOf(pod)} in the phase ${String(phase)}`,
    expected: "pods that run",
  });
}

// tf.distribute.cluster_resolver

export {
  ClusterResolver, SimpleClusterResolver, TFConfigClusterResolver,
  type Cluster, type FoundCluster, type Resolver, type SimpleClusterOptions, type TFConfigOptions,
} from "../../distribution/cluster.js"; // prettier-ignore
export {
  KubernetesClusterResolver, KubernetesExecutableLocation, SlurmClusterResolver, UnionResolver, UnionResolver as UnionClusterResolver,
  type KubernetesOptions, type SlurmOptions, type UnionOptions,
} from "../../distribution/resolvers.js"; // prettier-ignore
export type { KubernetesClient } from "../../distribution/pods.js";
export { GCEClusterResolver, TPUClusterResolver } from "../../distribution/one-device.js";

// tf.distribute.cluster_resolver

export { SimpleClusterResolver, TFConfigClusterResolver, type ClusterResolver, type Cluster } from "../../distribution/cluster.js";
export { TPUClusterResolver } from "../../distribution/one-device.js";

// tf.distribute.cluster_resolver

export { SimpleClusterResolver, TFConfigClusterResolver, type ClusterResolver, type ClusterSpec } from "../../distribution/cluster.js";

// tf.distribute.experimental.partitioners

export { FixedShardsPartitioner, MaxSizePartitioner, MinSizePartitioner, Partitioner } from "../../distribution/partitioners.js";

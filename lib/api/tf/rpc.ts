// tf.distribute.experimental.rpc

export { RpcClient as Client, RpcServer as Server } from "../../distribution/one-device.js";

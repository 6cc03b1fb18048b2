"""python3 bench/peers/quantized.py FILE: an MLP 784-1024-1024-10 as ONNX, quantized by ONNX Runtime (dynamic, int8, a scale for each column),
for `node build/bench/precision.js mlp 32 FILE`. FILE.float is the same one in float32."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

path = sys.argv[1]
random = np.random.default_rng(1)
sizes = [784, 1024, 1024, 10]
nodes, weights, value = [], [], "x"
for i, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
    kernel = (random.standard_normal((rows, columns)) / np.sqrt(rows)).astype("float32")
    weights += [numpy_helper.from_array(kernel, f"w{i}"), numpy_helper.from_array(np.zeros(columns, "float32"), f"b{i}")]
    nodes += [helper.make_node("MatMul", [value, f"w{i}"], [f"p{i}"]), helper.make_node("Add", [f"p{i}", f"b{i}"], [f"s{i}"])]
    value = f"s{i}"
    if i < 2:
        nodes.append(helper.make_node("Relu", [value], [f"r{i}"]))
        value = f"r{i}"
graph = helper.make_graph(
    nodes,
    "mlp",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 784])],
    [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", 10])],
    weights,
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), f"{path}.float")
quantize_dynamic(f"{path}.float", path, weight_type=QuantType.QInt8, per_channel=True)

# The same training in PyTorch: initial weights and data come from files, the rules of the optimizers are Keras's, written out, because
# PyTorch's own have epsilon at another place. Prints the loss of every step as JSON, in single and in double precision.
#
# Argument: a folder with spec.json { model, optimizer, steps, batch, weights: [{ file, shape }] }, images.f32, labels.i32.
import json, os, sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder = sys.argv[1]
spec = json.load(open(os.path.join(folder, "spec.json")))


def read(name, dtype, shape):
    return torch.from_numpy(np.fromfile(os.path.join(folder, name), dtype).reshape(shape))


steps, batch = spec["steps"], spec["batch"]


def read(name, dtype, shape):
    return torch.from_numpy(np.fromfile(os.path.join(folder, name), dtype).reshape(shape))


def conv(x, kernel, bias):
    return F.conv2d(x, kernel.permute(3, 2, 0, 1), bias)


def cnn(x, w):
    y = F.max_pool2d(F.relu(conv(x.permute(0, 3, 1, 2), w[0], w[1])), 2)
    y = F.max_pool2d(F.relu(conv(y, w[2], w[3])), 2)
    y = y.permute(0, 2, 3, 1).flatten(1)  # Keras flattens with the channels last
    return F.relu(y @ w[4] + w[5]) @ w[6] + w[7]


def mlp(x, w):
    return F.relu(x.flatten(1) @ w[0] + w[1]) @ w[2] + w[3]


def rmsprop(weights, learning_rate=1e-4, rho=0.9, epsilon=1e-7):
    velocities = [torch.zeros_like(w) for w in weights]

    def update(gradients, step):
        rate = learning_rate * 0.96 ** (step // 100000)
        for w, v, g in zip(weights, velocities, gradients):
            v.copy_(rho * v + (1 - rho) * g * g)
            w -= rate * g / torch.sqrt(v + epsilon)

    return update


def adam(weights, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-7):
    moments = [torch.zeros_like(w) for w in weights]
    velocities = [torch.zeros_like(w) for w in weights]

    def update(gradients, step):
        rate = learning_rate * (1 - beta2 ** (step + 1)) ** 0.5 / (1 - beta1 ** (step + 1))
        for w, m, v, g in zip(weights, moments, velocities, gradients):
            m += (g - m) * (1 - beta1)
            v += (g * g - v) * (1 - beta2)
            w -= m * rate / (torch.sqrt(v) + epsilon)

    return update


model = {"cnn": cnn, "mlp": mlp}[spec["model"]]
optimizer = {"rmsprop": rmsprop, "adam": adam}[spec["optimizer"]]


def train(dtype):
    images = read("images.f32", "<f4", (steps, batch, 28, 28, 1)).to(dtype)
    labels = read("labels.i32", "<i4", (steps, batch)).long()
    weights = [read(w["file"], "<f4", w["shape"]).to(dtype).requires_grad_() for w in spec["weights"]]
    update = optimizer(weights)
    losses = []
    for step in range(steps):
        loss = F.cross_entropy(model(images[step], weights), labels[step])
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            update(gradients, step)
        losses.append(loss.item())
    return losses


print(json.dumps({"single": train(torch.float32), "double": train(torch.float64)}))

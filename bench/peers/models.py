# The networks of the bench in PyTorch, with its own optimizers: the speed that a PyTorch user gets. Images are NCHW, its default.
import torch
import torch.nn as nn
import torch.nn.functional as F
from gpt import GPT, tokens, vocabulary


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
    )


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(filters, eps=1e-3)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(filters, eps=1e-3)
        self.shortcut = nn.Conv2d(channels, filters, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


def resnet():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16, eps=1e-3), nn.ReLU(),
        Block(16, 16, 1), Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5000, 128)
        self.lstm = nn.LSTM(128, 128, batch_first=True)
        self.dense = nn.Linear(128, 2)

    def forward(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.dense(h[0])


def resnet50():
    from applications import ResNet50  # which takes steps from here

    return ResNet50()[:-1]


networks = {
    "mlp": (mlp, lambda n: torch.rand(n, 28, 28), 10, lambda p: torch.optim.Adam(p)),
    "cnn": (cnn, lambda n: torch.rand(n, 1, 28, 28), 10, lambda p: torch.optim.RMSprop(p, 1e-4, alpha=0.9)),
    "resnet": (resnet, lambda n: torch.rand(n, 3, 32, 32), 10, lambda p: torch.optim.SGD(p, 1e-2, 0.9)),
    "resnet50": (resnet50, lambda n: torch.rand(n, 3, 224, 224), 1000, lambda p: torch.optim.SGD(p, 1e-2, 0.9)),
    "gpt": (GPT, lambda n: torch.randint(0, vocabulary, (n, tokens)), vocabulary, lambda p: torch.optim.Adam(p)),
    "lstm": (LstmClassifier, lambda n: torch.randint(0, 5000, (n, 50)), 2, lambda p: torch.optim.Adam(p)),
}


def labels(name, samples):
    """The shape of the labels of so many samples."""
    return (samples, tokens) if name == "gpt" else (samples,)


def training_step(name, batch):
    """A function that does one step of training."""
    make, inputs, classes, optimizer_of = networks[name]
    model = make()
    x, y = inputs(batch), torch.randint(0, classes, labels(name, batch))
    return step_of(model, optimizer_of(model.parameters()), x, y)


def step_of(model, optimizer, x, y):
    """A function that does one step of training on the same batch."""

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()

    return step


def prediction(name, batch):
    """A function that predicts a batch."""
    make, inputs, _, _ = networks[name]
    model = make().eval()
    x = inputs(batch)

    def predict():
        with torch.inference_mode():
            return model(x)

    return predict


def epoch(name, samples, batch, steps=None):
    """A function that trains on shuffled batches of all samples, or on the first of them."""
    make, inputs, classes, optimizer_of = networks[name]
    model = make()
    optimizer = optimizer_of(model.parameters())
    x, y = inputs(samples), torch.randint(0, classes, labels(name, samples))

    def train():
        for chosen in torch.randperm(samples).split(batch)[:steps]:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[chosen]), y[chosen])
            loss.backward()
            optimizer.step()

    return train

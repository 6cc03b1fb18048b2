# The networks of keras.applications that the bench predicts with and trains, in PyTorch. Images are NCHW, its default.
import torch
import torch.nn as nn
from models import step_of


def unit(channels, filters, kernel=1, stride=1, groups=1, activation=None):
    layers = [nn.Conv2d(channels, filters, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(filters, eps=1e-3)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Residual(nn.Module):
    """What `body` gives, added to x or to its projection, and then `after`."""

    def __init__(self, body, shortcut=None, after=None):
        super().__init__()
        self.body, self.shortcut, self.after = body, shortcut or nn.Identity(), after or nn.Identity()

    def forward(self, x):
        return self.after(self.body(x) + self.shortcut(x))


class Excite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), nn.SiLU(), nn.Conv2d(squeezed, channels, 1), nn.Sigmoid())

    def forward(self, x):
        return x * self.net(x)


def inverted(channels, filters, stride, expansion, kernel=3, activation=nn.ReLU6, excites=False):
    wide = channels * expansion
    layers = [unit(channels, wide, activation=activation)] if expansion > 1 else []
    layers.append(unit(wide, wide, kernel, stride, wide, activation))
    if excites:
        layers.append(Excite(wide, max(1, channels // 4)))
    layers.append(unit(wide, filters))
    body = nn.Sequential(*layers)
    return Residual(body) if stride == 1 and channels == filters else body


def top(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000), nn.Softmax(-1)]


def MobileNetV2():
    layers, channels = [unit(3, 32, 3, 2, activation=nn.ReLU6)], 32
    for expansion, filters, count, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(count):
            layers.append(inverted(channels, filters, stride if i == 0 else 1, expansion))
            channels = filters
    return nn.Sequential(*layers, unit(320, 1280, activation=nn.ReLU6), *top(1280))


def EfficientNetB0():
    layers, channels = [unit(3, 32, 3, 2, activation=nn.SiLU)], 32
    table = [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]
    for expansion, filters, count, stride, kernel in table:
        for i in range(count):
            layers.append(inverted(channels, filters, stride if i == 0 else 1, expansion, kernel, nn.SiLU, True))
            channels = filters
    return nn.Sequential(*layers, unit(320, 1280, activation=nn.SiLU), *top(1280))


def ResNet50():
    layers, channels = [unit(3, 64, 7, 2, activation=nn.ReLU), nn.MaxPool2d(3, 2, 1)], 64
    for filters, count, stride in [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]:
        for i in range(count):
            first = stride if i == 0 else 1
            body = nn.Sequential(unit(channels, filters, 1, first, activation=nn.ReLU), unit(filters, filters, 3, activation=nn.ReLU), unit(filters, 4 * filters))
            layers.append(Residual(body, unit(channels, 4 * filters, 1, first) if i == 0 else None, nn.ReLU()))
            channels = 4 * filters
    return nn.Sequential(*layers, *top(2048))


def prediction(name, batch):
    """A function that predicts a batch of images."""
    model = globals()[name]().eval()
    x = torch.rand(batch, 3, 224, 224)

    def predict():
        with torch.inference_mode():
            return model(x)

    return predict


def training_step(name, batch):
    """A function that does one step of training, on the logits."""
    model = globals()[name]()[:-1]
    optimizer = torch.optim.SGD(model.parameters(), 1e-2, momentum=0.9)
    return step_of(model, optimizer, torch.rand(batch, 3, 224, 224), torch.zeros(batch, dtype=torch.long))

# The miniature GPT of bench/gpt.ts in PyTorch.
import torch
import torch.nn as nn
import torch.nn.functional as F

vocabulary, tokens, width, heads, hidden = 20_000, 80, 256, 2, 256
inner = heads * width


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.position = nn.Embedding(vocabulary, width), nn.Embedding(tokens, width)
        self.qkv, self.out = nn.Linear(width, 3 * inner), nn.Linear(inner, width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(width, vocabulary)

    def heads(self, x):
        return [t.view(x.shape[0], -1, heads, width).transpose(1, 2) for t in self.qkv(x).chunk(3, -1)]

    def finish(self, x, attended):
        a = attended.transpose(1, 2).reshape(x.shape[0], -1, inner)
        y = self.norm1(x + self.drop(self.out(a)))
        return self.head(self.norm2(y + self.drop(self.down(F.relu(self.up(y))))))

    def forward(self, x):
        x = self.token(x) + self.position.weight
        logits = self.finish(x, F.scaled_dot_product_attention(*self.heads(x), is_causal=True))
        return logits.transpose(1, 2)  # classes second, as cross-entropy takes them

    def step(self, token, place, keys, values):
        x = self.token(token) + self.position.weight[place]
        q, k, v = self.heads(x)
        keys[:, :, place], values[:, :, place] = k[:, :, 0], v[:, :, 0]
        return self.finish(x, F.scaled_dot_product_attention(q, keys[:, :, : place + 1], values[:, :, : place + 1]))


def generator():
    """A function that generates 80 tokens, each the likeliest after those before."""
    model = GPT().eval()

    def generate():
        with torch.inference_mode():
            keys, values = torch.zeros(1, heads, tokens, width), torch.zeros(1, heads, tokens, width)
            token, given = torch.tensor([[1]]), []
            for place in range(tokens):
                token = model.step(token, place, keys, values).argmax(-1)
                given.append(token.item())
            return given

    return generate

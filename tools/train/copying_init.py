"""First weights with which a model can copy before it has learnt anything.

A transformer left to itself needs many millions of tokens to discover how to copy: one layer must tell each position which
tokens came before it, a later one must look for the place where the same tokens came before and take what stands there
("induction heads"). On two CPU cores that discovery would take most of the budget, so the circuit is put in at the start,
as ordinary weights that training may change as it likes:

- In layer 0 three heads look at the tokens one, two and three places back. The biases of q and k do that alone: under
  rotary positions two constant vectors of different phase match best at a fixed distance. Each head writes a projection
  of the token into a part of the residual stream of its own.
- In a later layer every head compares the projections of the last one, two or three tokens with those before each
  earlier position, in the slow rotary dimensions, where distance does not matter; and adds the token found there to the
  stream, from where the tied output layer reads it.

All other weights are random and small at the blocks' outputs.

Sources: Olsson et al., "In-context Learning and Induction Heads" (arXiv:2209.11895); the idea of starting from structured
attention: Trockman & Kolter, "Mimetic Initialization of Self-Attention Layers" (arXiv:2305.09828).
"""

import math

import torch

LOOK_BACK_LAYER = 0
COPY_LAYER = 2
EMBEDDING_SCALE = 0.1
LOOK_BACK_STRENGTH = 12.0
WRITE_SCALE = 0.2
MATCH_SCALE = 1.8
COPY_SCALE = 0.6
OUTPUT_SCALE = 0.05

# How many of a head's slow dimension pairs compare the token itself, the one before it, the one before that.
COMPARISONS = ((12, 0, 0), (6, 6, 0), (6, 6, 0), (4, 4, 4), (4, 4, 4), (4, 4, 4))


@torch.no_grad()
def initialize_for_copying(model, seed):
    """Replaces the first weights of a `Qwen2` with heads of 32 or more dimensions, six of them."""
    shape = model.shape
    generator = torch.Generator().manual_seed(seed)
    size, half, hidden = shape.head_size, shape.head_size // 2, shape.hidden_size
    basis = torch.linalg.qr(torch.randn(hidden, hidden, generator=generator)).Q
    model.model.embed_tokens.weight.normal_(0, EMBEDDING_SCALE, generator=generator)
    for name, weight in model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            weight.mul_(OUTPUT_SCALE)
    slow = list(range(4, half))  # pairs whose rotation stays small over a few hundred tokens
    width = 2 * len(slow)
    # One projection of tokens for all comparisons, one part of the stream for each distance.
    projection = basis[:, :size].T
    parts = [torch.linalg.qr(torch.randn(hidden, size, generator=generator)).Q for _ in range(3)]

    look = model.model.layers[LOOK_BACK_LAYER].self_attn
    for head, distance in enumerate((1, 2, 3)):
        rows = slice(head * size, (head + 1) * size)
        for weight in (look.q_proj.weight, look.k_proj.weight):
            weight[rows] *= 0.05
        for pair in range(3):
            phase = -distance * shape.rope_theta ** (-2 * pair / size)
            look.q_proj.bias[head * size + pair] = LOOK_BACK_STRENGTH * math.cos(phase)
            look.q_proj.bias[head * size + pair + half] = LOOK_BACK_STRENGTH * math.sin(phase)
            look.k_proj.bias[head * size + pair] = LOOK_BACK_STRENGTH
        look.v_proj.weight[rows] = projection
        look.o_proj.weight[:, rows] = parts[head] * WRITE_SCALE

    copy = model.model.layers[COPY_LAYER].self_attn
    # What a position knows of the tokens 0, 1, 2, 3 back, as rows that read the projection's first dimensions.
    known = [projection, parts[0].T, parts[1].T, parts[2].T]
    for head in range(shape.head_count):
        rows = slice(head * size, (head + 1) * size)
        queries, keys = torch.zeros(size, hidden), torch.zeros(size, hidden)
        dims = [pair + offset for pair in slow for offset in (0, half)]
        at = 0
        for back, pairs in enumerate(COMPARISONS[head % len(COMPARISONS)]):
            for dim in range(2 * pairs):
                source = (at + dim) % size
                queries[dims[at]] = known[back][source]
                keys[dims[at]] = known[back + 1][source]
                at += 1
        assert at <= width
        copy.q_proj.weight[rows] = MATCH_SCALE * queries
        copy.k_proj.weight[rows] = MATCH_SCALE * 1.6 * keys
        block = basis[:, rows]
        copy.v_proj.weight[rows] = block.T
        copy.o_proj.weight[:, rows] = block * COPY_SCALE

"""Qwen2 for training, in one file: the same function as `Qwen2ForCausalLM`, small enough to read.

RMSNorm before each block, rotary positions on queries and keys, grouped key and value heads, biases on q, k and v
alone, SwiGLU, and an output layer that is the embedding itself. Weights carry the names that Hugging Face checkpoints have, so
`state_dict()` is the checkpoint.

Logits are computed only where the loss looks, because the output layer is a large part of the work and most positions
are prompt.

Sources: Qwen2.5 technical report (arXiv:2412.15115); RoFormer (arXiv:2104.09864).
"""

from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; the fields of its `config.json`."""

    vocabulary_size: int
    hidden_size: int = 192
    intermediate_size: int = 384
    layer_count: int = 5
    head_count: int = 6
    kv_head_count: int = 6
    head_size: int = 32
    context_length: int = 4096
    rope_theta: float = 1_000_000.0
    rms_norm_epsilon: float = 1e-6


class RMSNorm(nn.Module):
    def __init__(self, size: int, epsilon: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


def rotate(x, cos, sin):
    """Rotary positions in Hugging Face's layout: the halves of a head are the two coordinates."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


def causal_mask(length, like):
    """Zero for what may be seen, minus infinity for what comes later."""
    return torch.full((length, length), float("-inf"), dtype=like.dtype, device=like.device).triu(1)


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        wide = shape.head_count * shape.head_size
        narrow = shape.kv_head_count * shape.head_size
        self.q_proj = nn.Linear(shape.hidden_size, wide)
        self.k_proj = nn.Linear(shape.hidden_size, narrow)
        self.v_proj = nn.Linear(shape.hidden_size, narrow)
        self.o_proj = nn.Linear(wide, shape.hidden_size, bias=False)

    def forward(self, x, cos, sin):
        return self.o_proj(self.mix(x, cos, sin))

    def mix(self, x, cos, sin):
        """Attention before its output matrix."""
        batch, length, _ = x.shape
        size = self.shape.head_size
        q = self.q_proj(x).view(batch, length, -1, size).transpose(1, 2)
        k = self.k_proj(x).view(batch, length, -1, size).transpose(1, 2)
        v = self.v_proj(x).view(batch, length, -1, size).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        groups = self.shape.head_count // self.shape.kv_head_count
        if groups > 1:
            k, v = k.repeat_interleave(groups, dim=1), v.repeat_interleave(groups, dim=1)
        # Written out, because on a CPU the backward pass of PyTorch's fused attention takes three times as long.
        # Texts are padded on the right and the mask is causal, so no text sees its padding.
        scores = torch.matmul(q * size**-0.5, k.transpose(-1, -2)) + causal_mask(length, q)
        mixed = torch.matmul(torch.softmax(scores, dim=-1), v.to(q.dtype))
        return mixed.transpose(1, 2).reshape(batch, length, -1)


class FeedForward(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = nn.Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = nn.Linear(shape.intermediate_size, shape.hidden_size, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = RMSNorm(shape.hidden_size, shape.rms_norm_epsilon)
        self.mlp = FeedForward(shape)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Qwen2Body(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary_size, shape.hidden_size)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layer_count))
        self.norm = RMSNorm(shape.hidden_size, shape.rms_norm_epsilon)


class Qwen2(nn.Module):
    """A Qwen2 with tied embeddings; `state_dict()` has the checkpoint's names."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.model = Qwen2Body(shape)
        frequencies = shape.rope_theta ** (
            -torch.arange(0, shape.head_size, 2, dtype=torch.float32) / shape.head_size
        )
        angles = torch.outer(torch.arange(shape.context_length, dtype=torch.float32), frequencies)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self._initialize()

    @torch.no_grad()
    def _initialize(self):
        shape = self.shape
        depth_scale = (2 * shape.layer_count) ** -0.5
        for name, weight in self.named_parameters():
            if name.endswith("bias"):
                weight.zero_()
            elif "embed_tokens" in name:
                weight.normal_(0, 0.02)
            elif weight.ndim == 2:
                weight.normal_(0, shape.hidden_size**-0.5 * 0.8)
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    weight.mul_(depth_scale)

    def hidden(self, token_ids):
        """Normalised last hidden states, `[batch, length, hidden]`."""
        length = token_ids.shape[1]
        cos, sin = self.cos[:length], self.sin[:length]
        x = self.model.embed_tokens(token_ids)
        if torch.is_autocast_enabled("cpu"):
            x, cos, sin = x.bfloat16(), cos.bfloat16(), sin.bfloat16()
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def loss(self, token_ids, targets, positions):
        """Mean cross-entropy of `targets` at the flat `positions` of the batch.

        What follows the last attention is computed at those positions alone.
        """
        length = token_ids.shape[1]
        cos, sin = self.cos[:length], self.sin[:length]
        x = self.model.embed_tokens(token_ids)
        if torch.is_autocast_enabled("cpu"):
            x, cos, sin = x.bfloat16(), cos.bfloat16(), sin.bfloat16()
        for layer in self.model.layers[:-1]:
            x = layer(x, cos, sin)
        last = self.model.layers[-1]
        mixed = last.self_attn.mix(last.input_layernorm(x), cos, sin).flatten(0, 1)[positions]
        x = x.flatten(0, 1)[positions] + last.self_attn.o_proj(mixed)
        x = x + last.mlp(last.post_attention_layernorm(x))
        x = self.model.norm(x)
        logits = F.linear(x, self.model.embed_tokens.weight.to(x.dtype)).float()
        return F.cross_entropy(logits, targets)

    def logits(self, token_ids):
        return F.linear(self.hidden(token_ids), self.model.embed_tokens.weight)

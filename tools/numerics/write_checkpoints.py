"""Tiny random checkpoints, and what PyTorch computes with them, for `compare_with_pytorch.ts`.

Writes one folder a variant, as `save_pretrained` writes it, with the prompt's logits as little-endian float32
(`logits.f32`, positions x vocabulary), and `blocks.json`: random blocks of ggml's formats with the numbers that the
package `gguf` reads from them.

Usage: write_checkpoints.py OUT
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

SIZES = dict(
    vocab_size=384,
    hidden_size=64,
    intermediate_size=160,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=256,
    initializer_range=0.15,
    attn_implementation="eager",
)

LLAMA3 = dict(
    rope_type="llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=32,
)

YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64)

VARIANTS = {
    "qwen2_tied": (Qwen2Config, Qwen2ForCausalLM, dict(tie_word_embeddings=True)),
    "qwen2_untied": (Qwen2Config, Qwen2ForCausalLM, dict(tie_word_embeddings=False)),
    "qwen2_yarn": (Qwen2Config, Qwen2ForCausalLM, dict(rope_scaling=YARN)),
    "llama_untied": (LlamaConfig, LlamaForCausalLM, dict()),
    "llama_tied": (LlamaConfig, LlamaForCausalLM, dict(tie_word_embeddings=True)),
    "llama_biases": (LlamaConfig, LlamaForCausalLM, dict(attention_bias=True, mlp_bias=True)),
    "llama_head_size": (LlamaConfig, LlamaForCausalLM, dict(head_dim=32)),
    "llama_linear": (
        LlamaConfig,
        LlamaForCausalLM,
        dict(rope_scaling=dict(rope_type="linear", factor=4.0)),
    ),
    "llama_llama3": (LlamaConfig, LlamaForCausalLM, dict(rope_scaling=LLAMA3)),
    "llama_yarn": (LlamaConfig, LlamaForCausalLM, dict(rope_scaling=YARN)),
    "llama_sharded": (LlamaConfig, LlamaForCausalLM, dict()),
    "llama_bfloat16": (LlamaConfig, LlamaForCausalLM, dict()),
}

# Block formats, by ggml's number of the type.
BLOCK_TYPES = {2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K"}


def write_checkpoint(folder, name):
    config_class, model_class, change = VARIANTS[name]
    torch.manual_seed(len(name) * 1000 + sum(map(ord, name)))
    model = model_class(config_class(**{**SIZES, **change})).eval()
    with torch.no_grad():
        for parameter_name, parameter in model.named_parameters():
            # Freshly made, norms are one and biases zero: a graph that forgot them would pass.
            if "norm" in parameter_name:
                parameter.uniform_(0.5, 1.5)
            elif "bias" in parameter_name:
                parameter.uniform_(-0.5, 0.5)
    if name.endswith("bfloat16"):
        model = model.to(torch.bfloat16)
    shards = dict(max_shard_size="100KB") if name.endswith("sharded") else {}
    model.save_pretrained(folder / name, safe_serialization=True, **shards)
    # Read back: converting the model in memory would leave its rotations in the smaller format.
    saved = model_class.from_pretrained(folder / name, dtype=torch.float32).eval()
    prompt = torch.randint(0, SIZES["vocab_size"], (1, 100))
    with torch.no_grad():
        logits = saved(prompt).logits[0]
    (folder / name / "prompt.json").write_text(json.dumps(prompt[0].tolist()))
    (folder / name / "logits.f32").write_bytes(logits.numpy().astype("<f4").tobytes())


def write_blocks(folder):
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
    from gguf.quants import dequantize

    random = numpy.random.default_rng(1)
    blocks = {}
    for number, name in BLOCK_TYPES.items():
        kind = GGMLQuantizationType(number)
        _, block_bytes = GGML_QUANT_SIZES[kind]
        data = random.integers(0, 256, (8, block_bytes), dtype=numpy.uint8)
        # Two bytes of a scale must be a finite float16: clear the top bits of the exponents.
        for offset in {"Q6_K": [208]}.get(name, [0, 2] if name in ("Q4_1", "Q5_1", "Q4_K", "Q5_K") else [0]):
            data[:, offset + 1] &= 0x3B
        numbers = dequantize(data.reshape(-1), kind)
        blocks[number] = dict(bytes=data.reshape(-1).tolist(), numbers=numbers.reshape(-1).tolist())
    (folder / "blocks.json").write_text(json.dumps(blocks))


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in VARIANTS:
        write_checkpoint(folder, name)
    write_blocks(folder)


main()

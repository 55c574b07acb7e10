"""Writes a checkpoint of `train.py` as a Hugging Face folder.

    python tools/train/export.py --run DIR --data DIR --out DIR

The folder has `config.json`, `generation_config.json`, `model.safetensors` (float32, names as in `Qwen2ForCausalLM`) and the
tokenizer's files, so any tool that reads Qwen2 checkpoints reads it; `espalier convert` makes the ONNX graph of it.
"""

import argparse
import json
import os
import shutil

import torch
from safetensors.torch import save_file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True, help="folder that train.py wrote into")
    parser.add_argument("--data", required=True, help="folder with the tokenizer's files")
    parser.add_argument("--out", required=True, help="folder to write")
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    shape = json.load(open(os.path.join(options.run, "shape.json")))
    tokenizer = json.load(open(os.path.join(options.data, "tokenizer.json")))
    ids = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    config = {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "hidden_act": "silu",
        "hidden_size": shape["hidden_size"],
        "intermediate_size": shape["intermediate_size"],
        "max_position_embeddings": 4096,
        "num_attention_heads": shape["head_count"],
        "num_hidden_layers": shape["layer_count"],
        "num_key_value_heads": shape["kv_head_count"],
        "head_dim": shape["head_size"],
        "rms_norm_eps": 1e-6,
        "rope_theta": 1_000_000.0,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "use_cache": True,
        "use_sliding_window": False,
        "vocab_size": shape["vocabulary_size"],
    }
    generation = {
        "bos_token_id": ids["<|endoftext|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]],
        "do_sample": False,
    }
    for name, content in (("config.json", config), ("generation_config.json", generation)):
        with open(os.path.join(options.out, name), "w") as file:
            json.dump(content, file, indent=2)
    state = torch.load(os.path.join(options.run, "checkpoint.pt"), map_location="cpu")
    weights = {name: weight.contiguous() for name, weight in state["model"].items()}
    save_file(weights, os.path.join(options.out, "model.safetensors"), metadata={"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(os.path.join(options.data, name), options.out)
    print(f"step {state['step']}, {sum(weight.numel() for weight in weights.values())} numbers -> {options.out}")


if __name__ == "__main__":
    main()

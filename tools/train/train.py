"""Trains the demonstration model on files of token ids, on CPU cores.

    python tools/train/train.py --data DIR --out DIR --lessons 0:3,1:6,2:24

One process a core, each on its own batches, gradients averaged after each step: on a busy machine two processes of one
thread are faster than one of two, because nobody waits inside a matrix product. Texts are batched by length. The loss is on
the answers alone. Matrices are updated by Muon, everything else by AdamW; the rate rises, stays, and falls to zero over the
last part. A checkpoint is written every few minutes, and the same command goes on from it.

Sources: Muon: K. Jordan et al. 2024, https://kellerjordan.github.io/posts/muon (method restated, code our own);
AdamW: arXiv:1711.05101.
"""

import argparse
import glob
import json
import os
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

from copying_init import initialize_for_copying
from qwen2_model import Qwen2, Shape


def read_shard(path):
    """Examples of a shard: pairs of token ids and the length of the prompt."""
    ids = np.fromfile(path, dtype=np.uint16)
    at, examples = 0, []
    while at < len(ids):
        prompt, answer = int(ids[at]), int(ids[at + 1])
        examples.append((ids[at + 2 : at + 2 + prompt + answer].astype(np.int64), prompt))
        at += 2 + prompt + answer
    return examples


def batches(paths, tokens_per_batch, rank, world, skip):
    """Batches of about equal size for one process, the same stream for the same arguments."""
    number = 0
    for shard, path in enumerate(paths):
        examples = read_shard(path)
        order = np.argsort([len(ids) for ids, _ in examples], kind="stable")
        groups, group = [], []
        for index in order:
            longest = len(examples[index][0])
            if group and longest * (len(group) + 1) > tokens_per_batch:
                groups.append(group)
                group = []
            group.append(examples[index])
        groups.append(group)
        np.random.default_rng(shard).shuffle(groups)
        for step in range(len(groups) // world):
            number += 1
            if number > skip:
                yield collate(groups[step * world + rank])


def collate(group):
    length = max(len(ids) for ids, _ in group) - 1
    tokens = np.zeros((len(group), length), dtype=np.int64)
    targets, positions = [], []
    for row, (ids, prompt) in enumerate(group):
        tokens[row, : len(ids) - 1] = ids[:-1]
        targets.append(ids[prompt:])
        positions.append(row * length + np.arange(prompt - 1, len(ids) - 1))
    return tuple(torch.from_numpy(part) for part in (tokens, np.concatenate(targets), np.concatenate(positions)))


def orthogonalized(matrix):
    """The nearest orthogonal matrix, roughly: five Newton-Schulz steps."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    x = x / (x.norm() + 1e-7)
    is_tall = x.shape[0] > x.shape[1]
    if is_tall:
        x = x.T
    for _ in range(5):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if is_tall else x).float()


class Muon:
    """Momentum, orthogonalised: each step changes a matrix equally in all directions."""

    def __init__(self, weights, momentum=0.95):
        self.weights = weights
        self.momentum = momentum
        self.velocity = [torch.zeros_like(weight) for weight in weights]

    @torch.no_grad()
    def step(self, rate, decay, rank, world):
        """One step; the processes share the work of orthogonalising."""
        updates = []
        for index, (weight, velocity) in enumerate(zip(self.weights, self.velocity)):
            velocity.lerp_(weight.grad, 1 - self.momentum)
            is_mine = index % world == rank
            updates.append(orthogonalized(weight.grad.lerp(velocity, self.momentum)) if is_mine else torch.zeros_like(weight))
        flat = torch.cat([update.flatten() for update in updates])
        dist.all_reduce(flat)
        at = 0
        for weight in self.weights:
            update = flat[at : at + weight.numel()].view_as(weight)
            at += weight.numel()
            weight.mul_(1 - rate * decay)
            weight.add_(update, alpha=-rate * max(1, weight.shape[0] / weight.shape[1]) ** 0.5)


def average_gradients(weights, world):
    flat = torch.cat([weight.grad.flatten() for weight in weights])
    dist.all_reduce(flat)
    flat /= world
    at = 0
    for weight in weights:
        weight.grad.copy_(flat[at : at + weight.numel()].view_as(weight))
        at += weight.numel()
    return flat.norm().item()


def rate_at(step, steps, warm_up, fall):
    """Share of the highest rate: up, level, down to zero."""
    return min(1, (step + 1) / warm_up, max(0, (steps - step) / (fall * steps)))


def lesson_paths(data, plan):
    """Paths in the order of a plan such as `0:3,1:6,2:24`: lesson and number of shards, with an optional first (`2:24@10`)."""
    paths = []
    for part in plan.split(","):
        lesson, count = part.split(":")
        count, first = (count.split("@") + ["0"])[:2]
        paths += [os.path.join(data, f"lesson-{lesson}-{int(first) + shard:04d}.bin") for shard in range(int(count))]
    return paths


def count_steps(paths, tokens_per_batch, world):
    return sum(1 for _ in group_counts(paths, tokens_per_batch, world))


def group_counts(paths, tokens_per_batch, world):
    for path in paths:
        lengths = sorted(len(ids) for ids, _ in read_shard(path))
        groups, size = 1, 0
        for length in lengths:
            if size and length * (size + 1) > tokens_per_batch:
                groups, size = groups + 1, 0
            size += 1
        yield from range(groups // world)


def evaluate(model, path, tokens_per_batch=6000, limit=40):
    """Mean loss and share of tokens predicted right on a shard."""
    losses, right, total = [], 0, 0
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for index, (tokens, targets, positions) in enumerate(batches([path], tokens_per_batch, 0, 1, 0)):
            if index == limit:
                break
            logits = torch.nn.functional.linear(
                model.hidden(tokens).flatten(0, 1)[positions], model.model.embed_tokens.weight.bfloat16()
            ).float()
            losses.append(torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item())
            right += (logits.argmax(-1) == targets).sum().item()
            total += len(targets)
    return sum(losses) / total, right / total


def save_checkpoint(path, step, model, muon, adam):
    state = {"step": step, "model": model.state_dict(), "velocity": muon.velocity, "adam": adam.state_dict()}
    torch.save(state, path + ".new")
    os.replace(path + ".new", path)


def run(rank, options):
    os.setsid()  # Linux shares time by session first: two processes of one session would get half of a core each
    torch.set_num_threads(1)
    world = options.processes
    dist.init_process_group("gloo", init_method=f"file://{options.out}/.meeting-{options.meeting}", rank=rank, world_size=world)
    torch.manual_seed(options.seed)
    shape = Shape(**json.load(open(os.path.join(options.out, "shape.json"))))
    model = Qwen2(shape)
    if not options.plain_init:
        initialize_for_copying(model, options.seed)
    matrices = [weight for name, weight in model.named_parameters() if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in model.named_parameters() if weight.ndim < 2 or "embed" in name]
    weights = matrices + others
    muon, adam = Muon(matrices), torch.optim.AdamW(others, lr=options.adam_rate, betas=(0.9, 0.95), weight_decay=0.0)
    checkpoint = os.path.join(options.out, "checkpoint.pt")
    first = 0
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint)
        model.load_state_dict(state["model"])
        muon.velocity = state["velocity"]
        adam.load_state_dict(state["adam"])
        first = state["step"]
    paths = lesson_paths(options.data, options.lessons)
    steps = options.steps or count_steps(paths, options.batch, world)
    log = open(os.path.join(options.out, "log.txt"), "a") if rank == 0 else None

    def say(line):
        if log:
            print(line, flush=True)
            print(line, file=log, flush=True)

    say(f"{sum(weight.numel() for weight in weights) / 1e6:.2f} M parameters, steps {first}..{steps}, {len(paths)} shards")
    started = last_saved = last_said = time.time()
    token_count, mean_loss = 0, None
    for step, (tokens, targets, positions) in enumerate(
        batches(paths, options.batch, rank, world, first), start=first
    ):
        if step >= steps or (options.seconds and time.time() - started > options.seconds and world == 1):
            break
        share = rate_at(step, steps, options.warm_up, options.fall)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model.loss(tokens, targets, positions)
        for weight in weights:
            weight.grad = None
        loss.backward()
        norm = average_gradients(weights, world)
        muon.step(options.muon_rate * share, options.decay, rank, world)
        for group in adam.param_groups:
            group["lr"] = options.adam_rate * share
        adam.step()
        token_count += tokens.numel() * world
        mean_loss = loss.item() if mean_loss is None else 0.95 * mean_loss + 0.05 * loss.item()
        now = time.time()
        if rank == 0 and now - last_said > options.say_every:
            last_said = now
            say(f"{now - started:6.0f} s  step {step}  loss {mean_loss:.4f}  norm {norm:.2f}  rate {share:.2f}  {token_count / (now - started):.0f} tokens/s")
        if rank == 0 and now - last_saved > options.save_every:
            last_saved = now
            save_checkpoint(checkpoint, step + 1, model, muon, adam)
            for name in options.check.split(",") if options.check else []:
                value, right = evaluate(model, os.path.join(options.data, name), limit=options.check_batches)
                say(f"    {name}: loss {value:.4f}, tokens right {100 * right:.2f} %")
    if rank == 0:
        save_checkpoint(checkpoint, steps, model, muon, adam)
        say(f"done in {time.time() - started:.0f} s")
    dist.barrier()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with tokenizer.json and the shards")
    parser.add_argument("--out", required=True, help="folder for the checkpoint and the log")
    parser.add_argument("--lessons", required=True, help="lesson:shards, in order, such as 0:3,1:6,2:24")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--batch", type=int, default=2048, help="tokens of a process and step, padding included")
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--intermediate", type=int, default=384)
    parser.add_argument("--head-size", type=int, default=32)
    parser.add_argument("--kv-heads", type=int, default=0, help="default: as many as heads")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=0.004)
    parser.add_argument("--decay", type=float, default=0.1)
    parser.add_argument("--warm-up", type=int, default=50)
    parser.add_argument("--fall", type=float, default=0.4, help="share of the steps over which the rate falls")
    parser.add_argument("--steps", type=int, default=0, help="default: what the shards give")
    parser.add_argument("--seconds", type=float, default=0, help="stop after this time; for pilots with one process")
    parser.add_argument("--plain-init", action="store_true", help="ordinary random weights at the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=240)
    parser.add_argument("--say-every", type=float, default=10)
    parser.add_argument("--check", default="", help="shards to measure at each checkpoint")
    parser.add_argument("--check-batches", type=int, default=6)
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    tokenizer = json.load(open(os.path.join(options.data, "tokenizer.json")))
    size = max(token["id"] for token in tokenizer["added_tokens"]) + 1
    heads = options.hidden // options.head_size
    shape_path = os.path.join(options.out, "shape.json")
    if not os.path.exists(shape_path):
        shape = dict(
            vocabulary_size=-(-size // 64) * 64, hidden_size=options.hidden, intermediate_size=options.intermediate,
            layer_count=options.layers, head_count=heads, kv_head_count=options.kv_heads or heads, head_size=options.head_size,
        )
        json.dump(shape, open(shape_path, "w"))
    options.meeting = f"{os.getpid()}-{int(time.time())}"
    multiprocessing.spawn(run, args=(options,), nprocs=options.processes)


if __name__ == "__main__":
    main()

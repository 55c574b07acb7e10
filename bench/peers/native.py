"""The process of an engine that is a Python package: reads cases, drives their texts, answers with times.

The same as `serve_engine.ts`, for `llguidance` and `xgrammar`; the messages are those of `protocol.ts`, one JSON
value a line, so a run can be replayed by hand: `python native.py llguidance < messages.jsonl`.

Masks are computed into one NumPy array through the lowest call that each package documents, so that what is
timed is native code and one call from Python (about a microsecond).
"""

import base64
import importlib.metadata
import json
import os
import sys
import time
import types

import numpy as np


class Refused(Exception):
    """The engine refused the schema."""


class Unsatisfiable(Exception):
    """The engine says that no instance is valid."""


class LLGuidance:
    """llguidance with its slices for JSON, flexible whitespace (its default) and its default limits."""

    def __init__(self):
        import llguidance

        self.library = llguidance
        self.version = importlib.metadata.version("llguidance")

    def load(self, vocabulary):
        # The whole tokenizer, not the bytes of its tokens: where the grammar leaves no choice, llguidance allows
        # only the token with which the tokenizer would go on.
        with open(vocabulary["tokenizerFile"]) as file:
            tokenizer_json = file.read()
        self.tokenizer = self.library.LLTokenizer(
            tokenizer_json,
            n_vocab=vocabulary["logitsSize"],
            eos_token=vocabulary["eosTokenIds"],
            slices=self.library.LLTokenizer.json_slices(),
        )
        self.mask = np.zeros(_word_count(vocabulary), dtype=np.int32)
        self.address, self.size = self.mask.ctypes.data, self.mask.nbytes

    def compile(self, schema):
        grammar = self.library.LLMatcher.grammar_from_json_schema(schema)
        self.grammar = grammar
        self.matcher = self._make()

    def _make(self):
        matcher = self.library.LLMatcher(self.tokenizer, self.grammar, log_level=0)
        if matcher.is_error():
            message = matcher.get_error()
            raise (Unsatisfiable if "nsatisfiable" in message else Refused)(message)
        return matcher

    def start(self):
        if self.matcher.is_error() or not self.matcher.reset():
            self.matcher = self._make()

    def fill_mask(self):
        self.matcher.unsafe_compute_mask_ptr(self.address, self.size)

    def check(self):
        if self.matcher.is_error():
            raise RuntimeError(self.matcher.get_error())

    def accept(self, token_id):
        return self.matcher.consume_token(token_id)


class XGrammar:
    """XGrammar in the mode that validates: any whitespace, objects open unless the schema says otherwise.

    One thread, as for the others. The package imports torch and transformers, of which a mask on the CPU needs
    nothing: it fills any array that speaks DLPack. So they are not installed (they are gigabytes), and names
    that stand for them are there while it is imported.
    """

    def __init__(self):
        import tvm_ffi  # before the stand-ins: it looks whether torch is there  # noqa: F401

        names = ("torch", "transformers")
        for name in names:
            sys.modules[name] = _StandIn(name)
        try:
            import xgrammar
        finally:
            for name in names:
                del sys.modules[name]
        self.library = xgrammar
        self.version = importlib.metadata.version("xgrammar")

    def load(self, vocabulary):
        info = self.library.TokenizerInfo(
            [token or b"" for token in vocabulary["tokens"]],
            vocab_size=vocabulary["logitsSize"],
            stop_token_ids=vocabulary["eosTokenIds"],
        )
        self.compiler = self.library.GrammarCompiler(info, max_threads=1)
        self.masks = np.zeros((1, _word_count(vocabulary)), dtype=np.int32)
        self.mask = self.masks[0]

    def compile(self, schema):
        try:
            grammar = self.compiler.compile_json_schema(schema, strict_mode=False)
        except Exception as error:  # it has no class of its own for this
            raise Refused(f"{type(error).__name__}: {error}") from error
        self.matcher = self.library.GrammarMatcher(grammar)

    def start(self):
        self.matcher.reset()

    def fill_mask(self):
        if not self.matcher.fill_next_token_bitmask(self.masks):
            self.mask.fill(-1)  # "no need to apply it": all tokens are allowed

    def check(self):
        pass

    def accept(self, token_id):
        return self.matcher.accept_token(token_id)


ENGINES = {"llguidance": LLGuidance, "xgrammar": XGrammar}


class _StandIn(types.ModuleType):
    """A module in which every name is there, and is a class or a function of no use."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "tensor":
            return lambda *values, **options: None
        return type(name, (), {})


def run_case(engine, message, eos_token_ids):
    clock = _Clock(message["cpuLimitMs"])
    now = time.process_time_ns if message.get("timesAre") == "cpu" else time.perf_counter_ns
    texts = message["texts"]
    mask_us, accept_us, mask_counts, outcomes = [], [], [], []
    result = {"kind": "result", "outcomes": outcomes, "maskUs": mask_us, "acceptUs": accept_us}
    result["maskCounts"] = mask_counts
    started_at = now()
    try:
        engine.compile(message["schema"])
    except (Refused, Unsatisfiable) as error:
        result["refusal"] = str(error)[:500]
        result["isUnsatisfiable"] = isinstance(error, Unsatisfiable)
        return result
    except Exception as error:
        outcomes.extend("error" for _ in texts)
        result["detail"] = _describe(error)
        return result
    compiled_at = now()
    result["compileMs"] = (compiled_at - started_at) / 1e6
    try:
        compiled_at = now()
        engine.fill_mask()
        mask_ns = now() - compiled_at
        engine.check()
        mask_us.append(mask_ns / 1000)
        result["firstMaskMs"] = result["compileMs"] + mask_ns / 1e6
        if not engine.mask.any():
            outcomes.extend("dead_end" for _ in texts)
        elif clock.is_over():
            outcomes.extend("timeout" for _ in texts)
    except Exception as error:
        outcomes.extend("error" for _ in texts)
        result["detail"] = _describe(error)
    for text in texts[len(outcomes):]:
        count_before = len(mask_us)
        try:
            engine.start()
            outcomes.append(drive(engine, text, eos_token_ids, mask_us, accept_us, clock, now))
        except Exception as error:
            outcomes.append("error")
            result.setdefault("detail", _describe(error))
        mask_counts.append(len(mask_us) - count_before)
    return result


def drive(engine, text, eos_token_ids, mask_us, accept_us, clock, now):
    fill_mask, accept, mask = engine.fill_mask, engine.accept, engine.mask
    allows = lambda token_id: (int(mask[token_id >> 5]) >> (token_id & 31)) & 1 == 1  # noqa: E731
    for token_id in text:
        if clock.is_over():
            return "timeout"
        started_at = now()
        fill_mask()
        mask_us.append((now() - started_at) / 1000)
        engine.check()
        if not mask.any():
            return "dead_end"
        if not allows(token_id):
            return "refused"
        started_at = now()
        accepted = accept(token_id)
        accept_us.append((now() - started_at) / 1000)
        if not accepted:
            raise RuntimeError(f"token {token_id} is in the mask and was not accepted")
    started_at = now()
    fill_mask()
    mask_us.append((now() - started_at) / 1000)
    engine.check()
    if not mask.any():
        return "dead_end"
    return "accepted" if any(allows(token_id) for token_id in eos_token_ids) else "refused"


class _Clock:
    """Whether a case has used its CPU time up."""

    def __init__(self, limit_ms):
        self.limit_s = limit_ms / 1000
        self.wall_at_start = time.monotonic()
        self.cpu_at_start = time.process_time()

    def is_over(self):
        if time.monotonic() - self.wall_at_start <= self.limit_s:
            return False
        return time.process_time() - self.cpu_at_start > self.limit_s


def memory():
    try:
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
            return {"rssMiB": round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)}
    except OSError:  # no Linux: the largest so far is what the system says
        import resource

        scale = 2**20 if sys.platform == "darwin" else 2**10
        return {"rssMiB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale, 1)}


def _tokens(vocabulary):
    joined, start, tokens = base64.b64decode(vocabulary["bytes"]), 0, []
    for length in vocabulary["lengths"]:
        tokens.append(None if length < 0 else joined[start : start + length])
        start += max(length, 0)
    return tokens


def _word_count(vocabulary):
    return (vocabulary["logitsSize"] + 31) // 32


def _describe(error):
    return f"{type(error).__name__}: {error}"[:500]


def reply(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main():
    engine = ENGINES[sys.argv[1]]()
    reply({"kind": "started", "version": engine.version, "memory": memory()})
    eos_token_ids = []
    for line in sys.stdin:
        message = json.loads(line)
        if message["kind"] == "finish":
            reply({"kind": "finished", "memory": memory(), "extras": {}})
            return
        if message["kind"] == "vocabulary":
            message["tokens"] = _tokens(message)
            eos_token_ids = message["eosTokenIds"]
            started_at = time.perf_counter_ns()
            engine.load(message)
            build_ms = (time.perf_counter_ns() - started_at) / 1e6
            del message
            reply({"kind": "ready", "buildMs": build_ms, "memory": memory()})
        else:
            result = run_case(engine, message, eos_token_ids)
            result["maskUs"] = [round(value, 2) for value in result["maskUs"]]
            result["acceptUs"] = [round(value, 2) for value in result["acceptUs"]]
            result["cpuMs"] = time.process_time() * 1000
            result["rssMiB"] = memory()["rssMiB"]
            reply(result)


if __name__ == "__main__":
    main()

"""What a GPU serves and trains, as rows like the facts behind the estimates.

Runs wherever PyTorch 2 and a GPU are; nothing else is needed, and nothing else of this project needs it:

    python measure.py --shape 8B --task serving > serving.csv
    python measure.py --shape 8B --task training > training.csv

A model of Llama's shape gets random weights, on which throughput does not depend. Serving is a static batch: the
prompts are read in (prefill), then every step gives each request one token (decode, as a CUDA graph). Training takes
whole sequences, every position of which is a token, with AdamW. docs/estimates.md says how such rows are read.
"""

from __future__ import annotations

import argparse
import csv
import gc
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

try:
    import torch
    import torch.nn.functional as F
    from torch import Tensor, nn
    from torch.utils.checkpoint import checkpoint
except ModuleNotFoundError:
    sys.exit("PyTorch 2 is not installed here. Run this where it is and a GPU is too, or install it: pip install torch")

SERVING_COLUMNS = (
    "row", "quality", "model", "gpu", "gpus", "precision", "kv", "engine", "engine_version", "load", "concurrency",
    "isl", "osl", "output_tok_s", "total_tok_s", "req_s", "ttft_ms", "itl_ms", "lengths", "source", "address", "date",
    "note",
)  # fmt: skip
TRAINING_COLUMNS = (
    "row", "quality", "model", "params_b", "method", "quantisation", "gpu", "gpus", "precision", "batch_per_gpu",
    "seq", "packing", "checkpointing", "tok_s_total", "tok_s_per_gpu", "published_as", "engine", "engine_version",
    "source", "address", "date", "note",
)  # fmt: skip

NAMES = {
    "NVIDIA A100-SXM4-40GB": "A100 SXM 40GB",
    "NVIDIA A100-SXM4-80GB": "A100 SXM 80GB",
    "NVIDIA A100 80GB PCIe": "A100 PCIe 80GB",
    "NVIDIA H100 80GB HBM3": "H100 SXM",
    "NVIDIA H100 PCIe": "H100 PCIe",
    "NVIDIA H100 NVL": "H100 NVL",
    "NVIDIA H200": "H200 SXM",
    "NVIDIA B200": "B200",
    "NVIDIA L4": "L4",
    "NVIDIA L40S": "L40S",
    "NVIDIA A10G": "A10G",
    "NVIDIA GeForce RTX 4090": "RTX 4090",
    "NVIDIA GeForce RTX 5090": "RTX 5090",
}
"""The names of the tables for what a driver calls its GPU; another name stays as the driver has it."""


@dataclass(frozen=True)
class Shape:
    """A model of Llama's shape; with ``tied``, the output layer is the embedding."""

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    tied: bool = False


SHAPES = {
    "tiny": Shape("tiny", 2, 64, 4, 2, 16, 128, 512),
    "1B": Shape("Llama-3.2-1B", 16, 2048, 32, 8, 64, 8192, 128256, tied=True),
    "3B": Shape("Llama-3.2-3B", 28, 3072, 24, 8, 128, 8192, 128256, tied=True),
    "7B": Shape("Llama-2-7B", 32, 4096, 32, 32, 128, 11008, 32000),
    "8B": Shape("Llama-3.1-8B", 32, 4096, 32, 8, 128, 14336, 128256),
}
"""The shapes by what ``--shape`` calls them; the tiny one tries the program out, on a CPU too."""

SERVED = (
    (1, 512, 128), (8, 512, 128), (32, 512, 128), (128, 512, 128), (256, 512, 64), (64, 1024, 256), (32, 2048, 128),
    (32, 1000, 300), (64, 1000, 300), (128, 1000, 300), (8, 4096, 256), (16, 8000, 200),
)  # fmt: skip
"""Requests at once, input and output tokens of a request."""


@dataclass(frozen=True)
class Run:
    """One way of training.

    adapters : the type of LoRA's own weights; None where every weight is trained.
    """

    batch: int
    tokens: int
    checkpointing: bool
    adapters: torch.dtype | None
    rank: int = 16


TRAINED = (
    Run(4, 2048, True, torch.float32), Run(4, 2048, True, torch.bfloat16), Run(2, 2048, False, torch.bfloat16),
    Run(16, 512, True, torch.bfloat16), Run(1, 512, True, torch.bfloat16), Run(2, 8192, True, torch.bfloat16),
    Run(1, 2048, True, None), Run(4, 2048, True, None),
)  # fmt: skip


def main() -> None:
    """Measures what is asked for and prints its rows."""
    options = argparse.ArgumentParser(description="What a GPU serves and trains, as rows of CSV on standard output.")
    options.add_argument("--shape", choices=SHAPES, default="8B", help="the model, with random weights")
    options.add_argument("--task", choices=("serving", "training"), default="serving", help="what is measured")
    options.add_argument("--gpu", help="the GPU's name in the rows; else what its driver says")
    options.add_argument("--seconds", type=float, default=280, help="no measurement begins after this many seconds")
    asked = options.parse_args()
    if not torch.cuda.is_available() and asked.shape != "tiny":
        sys.exit("PyTorch finds no GPU here. To try the program out on the CPU, take --shape tiny.")
    bench = Bench(SHAPES[asked.shape], asked.gpu, asked.seconds)
    columns, rows = (
        (SERVING_COLUMNS, serving_rows(bench)) if asked.task == "serving" else (TRAINING_COLUMNS, training_rows(bench))
    )
    writer = csv.DictWriter(sys.stdout, columns, restval="", lineterminator="\n")
    writer.writeheader()
    try:
        for number, row in enumerate(rows, 1):
            writer.writerow({"row": number, **bench.common, **row})
            sys.stdout.flush()
    except torch.cuda.OutOfMemoryError:
        sys.exit(f"The weights of {bench.shape.name} do not fit this GPU's memory. Take a smaller --shape.")


class Bench:
    """Where it is measured, how long for, and what every row says alike."""

    def __init__(self, shape: Shape, gpu: str | None, seconds: float) -> None:
        self.shape = shape
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.name = gpu or (torch.cuda.get_device_name() if self.device.type == "cuda" else "CPU")
        self.ends = time.perf_counter() + seconds
        version = torch.__version__.partition("+")[0]
        self.common = {
            "quality": "A", "model": shape.name, "gpu": NAMES.get(self.name, self.name), "gpus": 1, "precision": "bf16",
            "engine_version": f"torch {version}", "source": "own measurement", "date": f"{date.today():%Y-%m}",
        }  # fmt: skip

    def attempts(self, works: dict[str, Callable[[], dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        """The rows of works, without those for which memory or time is too short."""
        for title, work in works.items():
            if time.perf_counter() > self.ends:
                print(f"{title}: left out, the time is over", file=sys.stderr)
                continue
            try:
                yield work()
            except torch.cuda.OutOfMemoryError:
                print(f"{title}: left out, it does not fit the memory", file=sys.stderr)
            gc.collect()
            torch.cuda.empty_cache()

    def wait(self) -> None:
        """Returns when the GPU has done what was asked of it."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def time_of(self, work: Callable[[], Any], runs: int, warm: int = 2) -> float:
        """Seconds of one run, the median of some after others that warm up."""
        times = []
        for number in range(warm + runs):
            self.wait()
            start = time.perf_counter()
            work()
            self.wait()
            if number >= warm:
                times.append(time.perf_counter() - start)
        return statistics.median(times)


class Adapted(nn.Module):
    """A linear layer; with adapters, fixed, and LoRA's two small matrices beside it."""

    def __init__(self, inputs: int, outputs: int, adapters: torch.dtype | None, rank: int, **where: Any) -> None:
        super().__init__()
        self.fixed = nn.Linear(inputs, outputs, bias=False, **where)
        self.down = self.up = None
        if adapters is not None:
            self.fixed.requires_grad_(False)
            own = {**where, "dtype": adapters}
            self.down = nn.Linear(inputs, rank, bias=False, **own)
            self.up = nn.Linear(rank, outputs, bias=False, **own)

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output."""
        if self.down is None or self.up is None:
            return self.fixed(x)
        return self.fixed(x) + self.up(self.down(x.to(self.down.weight.dtype))).to(x.dtype)


class Layer(nn.Module):
    """A layer of the transformer: attention with grouped keys, then the gated network."""

    def __init__(self, shape: Shape, adapters: torch.dtype | None, rank: int, **where: Any) -> None:
        super().__init__()
        self.shape = shape
        wide, narrow = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim

        def linear(inputs: int, outputs: int) -> Adapted:
            return Adapted(inputs, outputs, adapters, rank, **where)

        self.q, self.o = linear(shape.hidden, wide), linear(wide, shape.hidden)
        self.k, self.v = linear(shape.hidden, narrow), linear(shape.hidden, narrow)
        self.gate, self.rise = linear(shape.hidden, shape.intermediate), linear(shape.hidden, shape.intermediate)
        self.fall = linear(shape.intermediate, shape.hidden)
        self.before = nn.Parameter(torch.ones(shape.hidden, **where), requires_grad=adapters is None)
        self.between = nn.Parameter(torch.ones(shape.hidden, **where), requires_grad=adapters is None)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], cache: Cache | None = None, layer: int = 0) -> Tensor:
        """The layer's output.

        With a cache, the keys and values go there, and a single new token reads all of it.
        """
        batch, tokens, _ = x.shape
        shape, y = self.shape, normed(x, self.before)
        q, k, v = (
            part(y).view(batch, tokens, heads, shape.head_dim).transpose(1, 2)
            for part, heads in ((self.q, shape.heads), (self.k, shape.kv_heads), (self.v, shape.kv_heads))
        )
        q, k = turned(q, turn), turned(k, turn)
        if cache is not None:
            cache.write(layer, k, v)
        if cache is not None and tokens == 1:
            grouped = q.reshape(batch, shape.kv_heads, shape.heads // shape.kv_heads, shape.head_dim)
            read = F.scaled_dot_product_attention(grouped, cache.keys[layer], cache.values[layer])
            read = read.reshape(batch, shape.heads, 1, shape.head_dim)
        else:
            repeats = shape.heads // shape.kv_heads
            k, v = (each.repeat_interleave(repeats, 1) for each in (k, v)) if repeats > 1 else (k, v)
            read = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(read.transpose(1, 2).reshape(batch, tokens, -1))
        y = normed(x, self.between)
        return x + self.fall(F.silu(self.gate(y)) * self.rise(y))


class Model(nn.Module):
    """The whole model, with random weights."""

    def __init__(
        self, bench: Bench, adapters: torch.dtype | None = None, rank: int = 16, trained: bool = False
    ) -> None:
        super().__init__()
        shape = self.shape = bench.shape
        where = {"device": bench.device, "dtype": torch.bfloat16}
        self.embedding = nn.Embedding(shape.vocabulary, shape.hidden, **where)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(shape, adapters, rank, **where) for _ in range(shape.layers))
        self.last = nn.Parameter(torch.ones(shape.hidden, **where))
        self.head = nn.Linear(shape.hidden, shape.vocabulary, bias=False, **where)
        if shape.tied:
            self.head.weight = self.embedding.weight
        for each in (self.embedding.weight, self.head.weight, self.last):
            each.requires_grad_(trained and adapters is None)
        if not trained:
            self.requires_grad_(False)

    def forward(self, tokens: Tensor, first: Tensor | int = 0, cache: Cache | None = None) -> Tensor:
        """The next token of each request.

        first : the position of the first of the tokens.
        cache : where the keys and values go.
        """
        turn = angles(self.shape, tokens.shape[1], first, tokens.device)
        x = self.embedding(tokens)
        for number, layer in enumerate(self.layers):
            x = layer(x, turn, cache, number)
        return self.head(normed(x[:, -1], self.last)).argmax(-1, keepdim=True)

    def loss(self, tokens: Tensor, checkpointing: bool) -> Tensor:
        """How badly the model says each token from those before it."""
        turn = angles(self.shape, tokens.shape[1], 0, tokens.device)
        x = self.embedding(tokens)
        x.requires_grad_(True)
        for layer in self.layers:
            x = checkpoint(layer, x, turn, use_reentrant=False) if checkpointing else layer(x, turn)
        said = self.head(normed(x, self.last))[:, :-1]
        return F.cross_entropy(said.reshape(-1, self.shape.vocabulary).float(), tokens[:, 1:].reshape(-1))


class Cache:
    """Keys and values of every layer, for requests of a fixed length."""

    def __init__(self, bench: Bench, requests: int, length: int) -> None:
        shape = bench.shape
        size = (shape.layers, requests, shape.kv_heads, length, shape.head_dim)
        self.keys = torch.zeros(size, device=bench.device, dtype=torch.bfloat16)
        self.values = torch.zeros(size, device=bench.device, dtype=torch.bfloat16)
        self.requests = slice(0, requests)
        self.place = torch.zeros(1, device=bench.device, dtype=torch.long)

    def write(self, layer: int, k: Tensor, v: Tensor) -> None:
        """Puts in what some tokens of the requests in turn add."""
        if k.shape[2] == 1:
            self.keys[layer].index_copy_(2, self.place, k)
            self.values[layer].index_copy_(2, self.place, v)
        else:
            self.keys[layer, self.requests, :, : k.shape[2]] = k
            self.values[layer, self.requests, :, : v.shape[2]] = v


def normed(x: Tensor, weight: Tensor) -> Tensor:
    """Root mean square normalisation, in single precision."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype) * weight


def angles(shape: Shape, tokens: int, first: Tensor | int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine of the positions' angles, tokens × head_dim."""
    half = torch.arange(0, shape.head_dim, 2, device=device)
    speeds = torch.exp(half * (-math.log(500_000) / shape.head_dim))
    places = torch.arange(tokens, device=device) + first
    turns = torch.outer(places.float(), speeds)
    turns = torch.cat((turns, turns), -1)
    return turns.cos().to(torch.bfloat16), turns.sin().to(torch.bfloat16)


def turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys, each turned by the angle of its position."""
    cosine, sine = turn
    left, right = x.chunk(2, -1)
    return x * cosine + torch.cat((-right, left), -1) * sine


def serving_rows(bench: Bench) -> Iterator[dict[str, Any]]:
    """A row for each load of `SERVED` that fits."""
    model = Model(bench).eval()

    def row(requests: int, inputs: int, outputs: int) -> Callable[[], dict[str, Any]]:
        return lambda: served(bench, model, requests, inputs, outputs)

    with torch.inference_mode():
        yield from bench.attempts({f"{c} × {i} + {o}": row(c, i, o) for c, i, o in SERVED})


def served(bench: Bench, model: Model, requests: int, inputs: int, outputs: int) -> dict[str, Any]:
    """The row of a static batch.

    requests : at once.
    inputs, outputs : tokens of a request.
    """
    cache = Cache(bench, requests, inputs + outputs)
    prompts = torch.randint(bench.shape.vocabulary, (requests, inputs), device=bench.device)
    together = max(1, 8192 // inputs)

    def prefill() -> None:
        for start in range(0, requests, together):
            cache.requests = slice(start, min(start + together, requests))
            model(prompts[cache.requests], 0, cache)

    read_in = bench.time_of(prefill, runs=3, warm=1)
    token = prompts[:, :1].clone()
    cache.place.fill_(inputs)

    def step() -> None:
        token.copy_(model(token, cache.place, cache))

    decoded = graph_of(step) if bench.device.type == "cuda" else step
    a_step = bench.time_of(decoded, runs=50, warm=5)
    per_second = requests / (read_in + outputs * a_step)
    return {
        "kv": "bf16", "engine": "own static loop (benchmarks/gpu/measure.py)", "load": "static batch",
        "concurrency": requests, "isl": inputs, "osl": outputs, "output_tok_s": round(per_second * outputs, 1),
        "total_tok_s": round(per_second * (inputs + outputs), 1), "req_s": round(per_second, 3),
        "ttft_ms": round(read_in * 1000, 1), "itl_ms": round(a_step * 1000, 3), "lengths": "fixed",
        "note": "ttft is the prefill of the whole batch; cache read at its full fixed length",
    }  # fmt: skip


def graph_of(step: Callable[[], None]) -> Callable[[], None]:
    """A step as a CUDA graph: the GPU repeats it without waiting for Python."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def training_rows(bench: Bench) -> Iterator[dict[str, Any]]:
    """A row for each way of `TRAINED` that fits."""

    def row(run: Run) -> Callable[[], dict[str, Any]]:
        return lambda: trained(bench, run)

    yield from bench.attempts({str(run): row(run) for run in TRAINED})


def trained(bench: Bench, run: Run) -> dict[str, Any]:
    """The row of one way of training."""
    model = Model(bench, run.adapters, run.rank, trained=True)
    weights = [each for each in model.parameters() if each.requires_grad]
    adam = torch.optim.AdamW(weights, lr=1e-5, fused=bench.device.type == "cuda")
    tokens = torch.randint(bench.shape.vocabulary, (run.batch, run.tokens), device=bench.device)

    def step() -> None:
        model.loss(tokens, run.checkpointing).backward()
        adam.step()
        adam.zero_grad(set_to_none=True)

    rate = round(run.batch * run.tokens / bench.time_of(step, runs=5))
    single = run.adapters is torch.float32
    lora = f"LoRA r={run.rank}, all linear layers, adapters in {'fp32' if single else 'bf16'}"
    parameters = sum(
        each.numel() for name, each in model.named_parameters() if ".down" not in name and ".up" not in name
    )
    return {
        "params_b": round(parameters / 1e9, 3), "method": "full" if run.adapters is None else "lora",
        "batch_per_gpu": run.batch, "seq": run.tokens, "packing": "full",
        "checkpointing": "yes" if run.checkpointing else "no", "tok_s_total": rate, "tok_s_per_gpu": rate,
        "published_as": "tokens/s, one GPU", "engine": "plain PyTorch (benchmarks/gpu/measure.py)",
        "note": "full: pure bf16 AdamW, no fp32 master copy" if run.adapters is None else lora,
    }  # fmt: skip


if __name__ == "__main__":
    main()

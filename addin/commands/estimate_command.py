"""The commands under estimate: what a GPU serves, and how long it trains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from addin.shell.command import Command, CommandGroup
from addin.shell.failures import InvalidInput
from addin.shell.number import Number, WholeNumber
from addin.shell.options import json_option
from addin.shell.terminal import print_json, print_line

if TYPE_CHECKING:
    from roi_engine.estimate import Estimate
    from roi_engine.prices.open_models import OpenModel
    from roi_engine.serving_rate import ServingRate

_GPU = click.option("--gpu", required=True, metavar="NAME", help="A GPU of the price table.")


@click.group(
    cls=CommandGroup,
    short_help="What a GPU serves and how long it trains, low, typical, high.",
    examples="""
ft-roi estimate serving --model Llama-3.1-8B --gpu "H100 SXM" --input 1000 --output 300
ft-roi estimate training --model Llama-3.1-8B --gpu "H100 SXM" --tokens 100 --method lora
""",
)
def estimate() -> None:
    """Estimate throughput and GPU-hours from what was measured elsewhere."""


@estimate.command(
    cls=Command,
    short_help="Input + output tokens per second of one replica.",
    examples="""
ft-roi estimate serving --model Llama-3.1-8B --gpu "H100 SXM" --input 1000 --output 300
ft-roi estimate serving --model Llama-3.1-70B --gpu H200 --gpus 2 --precision fp8 --input 2000 --output 200
""",
)
@click.option("--model", required=True, metavar="NAME", help="An open model of the table of models.")
@_GPU
@click.option("--input", "input_tokens", required=True, type=Number(0), help="Prompt tokens of a request.")
@click.option("--output", "output_tokens", required=True, type=Number(1), help="Tokens that the model writes.")
@click.option(
    "--concurrency",
    type=WholeNumber(1),
    help="Requests at once.  [default: the most that keep 50 ms between tokens]",
)
@click.option("--gpus", type=WholeNumber(1), default=1, show_default=True, help="GPUs of the replica.")
@click.option("--precision", default="bf16", show_default=True, help="bf16, fp16, fp8, fp4, int4 or mxfp4.")
@json_option("The estimate as JSON, unrounded.")
def serving(
    model: str,
    gpu: str,
    input_tokens: float,
    output_tokens: float,
    concurrency: int | None,
    gpus: int,
    precision: str,
    json: bool,
) -> None:
    """Estimate what one replica serves, and say what takes longest."""
    from roi_engine import FtRoiError
    from roi_engine.prices.open_models import open_models
    from roi_engine.serving_rate import serving_rate

    try:
        found = serving_rate(
            open_models().as_called(model), gpu, input_tokens, output_tokens, concurrency, gpus, precision
        )
    except FtRoiError as error:
        raise InvalidInput(*error.args) from None
    if json:
        print_json(_serving_as_dict(found))
        return
    values = found.values
    replica = found.gpu if gpus == 1 else f"{gpus} {found.gpu}"
    print_line(
        f"{found.model.name} in {found.precision} on {replica}, {input_tokens:g} + {output_tokens:g} tokens", bold=True
    )
    print_line()
    _print_bounds(
        [("Input + output tokens per second", found.rate), ("of which output", found.output_rate)],
    )
    print_line()
    _print_columns(
        [
            ("Requests at once", f"{values['requests_at_once']:,g}", f"of {values['requests_that_fit']:,g} that fit"),
            ("To the first token", f"{values['seconds_to_first_token'] * 1000:,.0f}", "ms"),
            ("Between tokens", f"{values['seconds_between_tokens'] * 1000:,.1f}", "ms"),
        ]
    )
    print_line()
    print_line("Where a request's time goes", bold=True)
    _print_columns([(term.label, f"{share:.0%}", "") for term, share in found.terms if share >= 0.005])
    print_line()
    term, _ = found.terms[0]
    print_line(f"The largest part is {term.label}. What would make it less: {term.cure[0].lower()}{term.cure[1:]}")
    _print_origin(found.model)


def _serving_as_dict(found: ServingRate) -> dict[str, object]:
    values = found.values
    return {
        "model": found.model.name,
        "gpu": found.gpu,
        "gpus": found.gpus,
        "precision": found.precision,
        "input_tokens": found.input_tokens,
        "output_tokens": found.output_tokens,
        "requests_that_fit": values["requests_that_fit"],
        "requests_at_once": values["requests_at_once"],
        "seconds_to_first_token": values["seconds_to_first_token"],
        "seconds_between_tokens": values["seconds_between_tokens"],
        "tokens_per_second": _as_dict(found.rate),
        "output_tokens_per_second": _as_dict(found.output_rate),
        "time": {term.equation: share for term, share in found.terms},
        "source": found.evidence,
    }


@estimate.command(
    cls=Command,
    short_help="GPU-hours of one training run.",
    examples="""
ft-roi estimate training --model Llama-3.1-8B --gpu "H100 SXM" --tokens 100 --method lora
ft-roi estimate training --params 13 --gpu A100 --tokens 20 --epochs 3 --padded
""",
)
@click.option("--model", metavar="NAME", help="An open model of the table of models.")
@click.option("--params", "params_b", type=Number(0, min_open=True), help="Or billions of parameters.")
@_GPU
@click.option("--tokens", "tokens_m", required=True, type=Number(0, min_open=True), help="Million tokens of data.")
@click.option("--epochs", type=WholeNumber(1), default=1, show_default=True, help="Passes over the data.")
@click.option("--method", default="full", show_default=True, help="full, lora or qlora.")
@click.option("--precision", default="bf16", show_default=True, help="bf16, fp16 or fp8.")
@click.option(
    "--checkpointing/--no-checkpointing", default=True, help="Activations calculated again, or kept.  [default: again]"
)
@click.option(
    "--packed/--padded", default=True, help="Samples fill the sequences, or short ones are padded.  [default: packed]"
)
@json_option("The estimate as JSON, unrounded.")
def training(
    model: str | None,
    params_b: float | None,
    gpu: str,
    tokens_m: float,
    epochs: int,
    method: str,
    precision: str,
    checkpointing: bool,
    packed: bool,
    json: bool,
) -> None:
    """Estimate the GPU-hours of a training, and say what would change them."""
    from roi_engine import FtRoiError
    from roi_engine.prices.open_models import open_models
    from roi_engine.prices.price_tables import price_tables
    from roi_engine.training_hours import training_estimate

    if (model is None) == (params_b is None):
        raise click.UsageError("Give --model or --params, one of the two.")
    try:
        named = open_models().as_called(model) if model is not None else None
        size = named.active_b if named else params_b or 0.0

        def hours(checkpointing: bool, packed: bool, precision: str) -> Estimate:
            return training_estimate(size, tokens_m, epochs, gpu, method, checkpointing, packed, precision)

        found = hours(checkpointing, packed, precision)
        name = price_tables().gpus.find(gpu)
    except FtRoiError as error:
        raise InvalidInput(*error.args) from None
    changes = [("activations kept, not calculated again", hours(False, packed, precision))] if checkpointing else []
    if not packed:
        changes.append(("samples packed", hours(checkpointing, True, precision)))
    if precision != "fp8" and "fp8_tflops" in price_tables().gpus.kinds(name):
        changes.append(("FP8", hours(checkpointing, packed, "fp8")))
    what = named.name if named else f"{size:g} billion parameters"
    if json:
        print_json(
            {
                "model": named.name if named else None, "active_params_b": size, "gpu": name, "method": method,
                "gpu_hours": _as_dict(found), "with": {title: _as_dict(each) for title, each in changes},
            }
        )  # fmt: skip
        return
    many = "" if epochs == 1 else f" × {epochs} epochs"
    print_line(f"{method} training of {what} on {name}, {tokens_m:g} million tokens{many}", bold=True)
    print_line()
    _print_bounds([("GPU-hours", found), *((f"with {title}", each) for title, each in changes)])
    print_line()
    print_line("The program that trains is a factor of four: low is NVIDIA's own, high one that nobody has tuned.")
    print_line("Loading, evaluation, failed and ablation runs come on top.")
    _print_origin(named)


def _as_dict(found: Estimate) -> dict[str, float]:
    return {"low": found.low, "typical": found.typical, "high": found.high}


def _print_bounds(rows: Sequence[tuple[str, Estimate]]) -> None:
    """A line for each estimate below low, typical and high."""
    cells: list[tuple[str, ...]] = [("", "low", "typical", "high")]
    cells += [(label, *(_three_digits(each) for each in (e.low, e.typical, e.high))) for label, e in rows]
    width = max(len(label) for label, *_ in cells)
    for label, *figures in cells:
        print_line(f"  {label:{width}}{''.join(f'{figure:>12}' for figure in figures)}")


def _three_digits(figure: float) -> str:
    """A figure as far as an estimate is worth writing down.

    >>> _three_digits(20069.85), _three_digits(4.66627)
    ('20,100', '4.67')
    """
    return f"{float(f'{figure:.3g}'):,.10g}"


def _print_columns(rows: Iterable[tuple[str, str, str]]) -> None:
    """Lines of label, figure and unit."""
    found = list(rows)
    width = max(len(label) for label, *_ in found)
    for label, figure, unit in found:
        print_line(f"  {label:{width}}{figure:>10}  {unit}".rstrip())


def _print_origin(model: OpenModel | None) -> None:
    """Says on standard error how far an estimate can be trusted."""
    print_line(err=True)
    shape = f" Shape of {model.evidence}." if model else ""
    print_line(f"An estimate, fitted to what others measured: docs/estimates.md has its errors.{shape}", err=True)

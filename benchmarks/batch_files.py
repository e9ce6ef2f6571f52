"""Files of scenarios, against the engine alone, NumPy by hand, and a loop."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from many_scenarios import COMPARED, EVERYTHING_MOVES, METRICS, VARIED, arguments, called_in_a_loop, equal, scenario_at
from pyarrow import csv, parquet
from reference_function import cost_benefit
from start_up import command
from timing import Comparison, Contender, Ratio

from roi_engine import appraise, appraise_many, appraise_rows
from roi_engine.batch.arrow import BATCH
from roi_engine.figures import FIGURES
from roi_engine.many import CHUNK
from roi_engine.scenario import Scenario
from roi_engine.scenario_file import scenario_json

IN_MEMORY = 1_000_000
"""Rows of the contenders that read no file; more are a multiple of them."""
LOOPED = 100_000
MONTHS = 24
BASE = EVERYTHING_MOVES.with_inputs(months_to_amortize=MONTHS)

PARQUET, CSV = "ft-roi batch, Parquet to Parquet, whole process", "ft-roi batch, CSV to CSV, whole process"
ROWS, ENGINE = "appraise_rows, a verdict for each row", "appraise_many, numbers alone"
BY_HAND, LOOP = "the same equations by hand in NumPy", "reference function in a loop, level arithmetic"


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a program and prints its peak memory in bytes. A program of its own, since a child begins with its parent's."""


class Files:
    """The files that are read and written, and the memory of the programs that did it."""

    def __init__(self, rows: int) -> None:
        self.held = tempfile.TemporaryDirectory(prefix="ft-roi-batch-")
        self.folder = Path(self.held.name)
        self.base = self.folder / "base.json"
        self.base.write_text(scenario_json(BASE), "utf-8")
        self.peaks: dict[str, int] = {}
        random = np.random.default_rng(1)
        schema = pa.schema([pa.field(name, pa.float64()) for name in VARIED])
        with (
            parquet.ParquetWriter(self.folder / "in.parquet", schema, use_dictionary=False) as whole,
            csv.CSVWriter(self.folder / "in.csv", schema) as text,
        ):
            for start in range(0, rows, BATCH):
                count = min(BATCH, rows - start)
                batch = pa.RecordBatch.from_pydict(
                    {name: random.uniform(low, high, count) for name, (low, high) in VARIED.items()}, schema
                )
                whole.write_batch(batch)
                if start < IN_MEMORY:
                    text.write_batch(batch)

    def columns(self, rows: int) -> dict[str, Any]:
        """The first rows as arrays."""
        batches = parquet.ParquetFile(self.folder / "in.parquet").iter_batches(BATCH)
        table = pa.Table.from_batches(batch for batch, _ in zip(batches, range(0, rows, BATCH), strict=False))
        return {name: table.column(name).to_numpy()[:rows].copy() for name in VARIED}

    def run(self, form: str) -> Path:
        """Runs ft-roi batch on a file; its peak memory is kept."""
        out = self.folder / f"out.{form}"
        words = [command(), "batch", str(self.folder / f"in.{form}"), str(self.base), "-o", str(out), "--force", "-q"]
        words += [word for metric in METRICS for word in ("--metric", metric)]
        done = subprocess.run([sys.executable, "-c", PEAK, *words], stdout=subprocess.PIPE, check=True)
        self.peaks[form] = max(int(done.stdout), self.peaks.get(form, 0))
        return out


def batch_files(rows: int = IN_MEMORY) -> Comparison:
    """The comparison over files of so many rows."""
    files = Files(rows)
    in_memory, looped = min(rows, IN_MEMORY), min(rows, LOOPED)
    columns = files.columns(in_memory)
    calls = arguments(columns, looped)
    times = rows / in_memory
    large = rows > IN_MEMORY
    remarks: list[str] = [
        f"Varied: {', '.join(VARIED)}; {MONTHS} months, no one like another; {', '.join(METRICS)}.",
        f"The CSV file has {min(rows, -(-IN_MEMORY // BATCH) * BATCH):,} rows. Without files {in_memory:,} rows are "
        f"calculated, {looped:,} in the loop, and the times scaled.",
    ]

    def check(results: Mapping[str, Any]) -> list[str]:
        peaks = ", ".join(f"{form} {peak / 1e6:.0f} MB" for form, peak in files.peaks.items())
        remarks.append(f"Peak memory of the whole process: {peaks}.")
        return differences(results, columns)

    return Comparison(
        part="batch",
        title=f"{rows:,} scenarios × {MONTHS} months, from file to file",
        contenders=[
            Contender(PARQUET, lambda: files.run("parquet"), at_most=15 if rows == 10 * IN_MEMORY else None),
            Contender(CSV, lambda: files.run("csv"), at_most=5 if rows >= IN_MEMORY else None),
            Contender(ROWS, lambda: appraised_rows(columns), scale=times),
            Contender(ENGINE, lambda: appraise_many(BASE, columns, METRICS), scale=times),
            Contender(BY_HAND, lambda: by_hand(BASE, columns), scale=times),
            Contender(LOOP, lambda: called_in_a_loop(cost_benefit, calls), scale=rows / looped),
        ],
        ratios=[
            Ratio(ENGINE, BY_HAND, at_most=2.5 if rows >= IN_MEMORY else None),
            Ratio(ROWS, ENGINE),
            Ratio(PARQUET, ENGINE),
            Ratio(LOOP, PARQUET),
        ],
        check=check,
        remarks=remarks,
        most_rounds=2 if large else 5,
    )


def appraised_rows(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The rows batch by batch, as the command has them."""
    count = len(next(iter(columns.values())))
    found = [
        appraise_rows({name: values[start : start + BATCH] for name, values in columns.items()}, BASE, METRICS).figures
        for start in range(0, count, BATCH)
    ]
    return {name: np.concatenate([each[name] for each in found]) for name in METRICS}


def by_hand(base: Scenario, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics as one would write them for this scenario, month by month.

    Nothing is checked, and what this base leaves at 0 - a fleet, token mixes, parallel months - does not stand here.
    """
    count = len(next(iter(columns.values())))
    results = {name: np.empty(count) for name in METRICS}
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, count, CHUNK):
            part = slice(start, min(start + CHUNK, count))
            for name, values in _by_hand(base, *(columns[name][part] for name in VARIED)).items():
                results[name][part] = values
    return results


def _by_hand(
    base: Scenario, hours: Any, rate: Any, calls: Any, baseline: Any, finetuned: Any, improvement: Any, review: Any
) -> dict[str, Any]:
    months, risk = base.months_to_amortize, 1 + base.cost_risk
    one_off = base.data_preparation_cost + base.engineering_hours * base.engineering_rate
    one_off += base.evaluation_cost + base.other_upfront_cost
    storage = base.storage_gb * base.storage_monthly_rate * months
    upfront = (hours * rate * base.gpu_count * base.training_runs + one_off) * (1 + base.contingency) + storage
    monthly = (1 + base.discount_rate) ** (1 / 12)
    flow = -upfront * risk
    total, npv, size = flow.copy(), flow.copy(), np.abs(flow)
    running = 0.0
    flows = [flow]
    per_call = base.tokens_per_call / 1000
    for month in range(1, months + 1):
        adoption = 0.0 if month <= base.go_live_delay else min(1.0, (month - base.go_live_delay) / base.ramp_months)
        growth, years = (1 + base.monthly_growth) ** (month - 1), (month - 1) / 12
        served = calls * (growth * adoption * per_call)
        age = max(month - base.go_live_delay - 1, 0) % base.retraining_interval
        pay = (1 + base.pay_change) ** years
        quality = (1 - base.monthly_gain_decay) ** age
        saved = review * improvement * (pay * growth * adoption * quality)
        run = base.operations_monthly_cost * pay * (adoption > 0)
        since = month - base.go_live_delay
        run += base.retraining_cost * pay * (since > 0 and since % base.retraining_interval == 0 and month < months)
        benefit = served * baseline * (1 + base.baseline_price_change) ** years + saved
        cost = served * finetuned * (1 + base.finetuned_price_change) ** years + run
        flow = benefit * (1 - base.benefit_risk) - cost * risk
        running += run
        flows.append(flow)
        total += flow
        npv += flow / monthly**month
        size += np.abs(flow)
    rounding = 1e-12 * np.maximum(size, 1)
    net_roi = np.where(np.abs(total) < rounding, 0.0, total)
    total_cost = (upfront + running) * risk
    return {
        "net_roi": net_roi,
        "roi": net_roi / total_cost,
        "payback_months": _payback(flows, rounding),
        "npv": npv,
        "total_cost": total_cost,
    }


def _payback(flows: list[Any], rounding: Any) -> Any:
    """Months until the cumulative flow is not negative for good."""
    cumulative = np.zeros_like(flows[0])
    before = cumulative
    payback = np.zeros_like(cumulative)
    for month, flow in enumerate(flows):
        cumulative = before + flow
        cumulative[np.abs(cumulative) < rounding] = 0.0
        crosses = (before < 0) & (cumulative >= 0)
        if crosses.any():
            payback = np.where(crosses, month - 1 - before / flow, payback)
        before = cumulative
    last = flows[-1]
    beyond = np.where(last > 0, len(flows) - 1 - cumulative / last, math.inf)
    return np.where(cumulative < 0, beyond, payback)


def numbers(column: Any) -> Any:
    """A column of metrics as numbers; in a .csv file infinity is the word Never."""
    if pa.types.is_string(column.type):
        return np.array([math.inf if text == "Never" else float(text) for text in column.to_pylist()])
    return column.to_numpy(**({} if isinstance(column, pa.ChunkedArray) else {"zero_copy_only": False}))


def differences(results: Mapping[str, Any], columns: Mapping[str, Any]) -> list[str]:
    """Where what was written is not what the scalar engine gives, on a spread sample."""
    count = len(next(iter(columns.values())))
    found = []
    read = {
        PARQUET: next(parquet.ParquetFile(results[PARQUET]).iter_batches(count)),
        CSV: csv.read_csv(results[CSV]).slice(0, count),
    }
    given = {name: {metric: numbers(table.column(metric)) for metric in METRICS} for name, table in read.items()}
    given |= {name: results[name] for name in (ROWS, ENGINE, BY_HAND)}
    for index in np.unique(np.linspace(0, count - 1, COMPARED, dtype=int)).tolist():
        alone = appraise(scenario_at(BASE, columns, index))
        for name, figures in given.items():
            for metric in METRICS:
                if not equal(FIGURES[metric].of(alone), figures[metric][index]):
                    found.append(f"{name}: {metric} of scenario {index} is not that of appraise.")
    return found

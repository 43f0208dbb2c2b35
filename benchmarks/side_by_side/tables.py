"""The results as Markdown and CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.accuracy import METRICS, agreements
from benchmarks.side_by_side.contenders import CONTENDERS
from benchmarks.side_by_side.machine import told
from benchmarks.side_by_side.workloads import WORKLOADS, Workload

Results = Mapping[str, Mapping[str, Any]]  # by contender
REFERENCE = "keras_loop"
SECONDS = ("wall", "run", "start_up", "compile", "training", "evaluation", "logging", "rest")
_HEAD = (
    "| | throughput | wall s | s a run | start-up s | compile | training | evaluation | logging "
    "| rest | memory, MiB |"
)
REPEATS = """\
A token that a batch has several times, padding above all, has several gradients. Keras 3 on
TensorFlow hands them to RMSprop one by one, which adds up their squares; rnnbench hands it their
sum, as the definition of RMSprop has it. "Repeats summed" is the Keras loop with the sum. With
that rnnbench's accuracies are compared, and Keras Tuner's and Ray Tune's with the loop as people
write it. It was not timed.
"""
PYTORCH = """\
PyTorch adds up the gradients of a repeated token as well, and is compared with "repeats summed".
Its initial weights are drawn and its weights changed as Keras does it. One thing differs: PyTorch's
RNN and LSTM have two biases where Keras has one. It runs eagerly, without torch.compile.
"""
NOTES = """\
Throughput: finished runs an hour, relative to the Keras loop. Wall: from the command to the end of
its process. Start-up: until the first run begins with its first training step, compilation still
to come. Compile, training, evaluation (validation and test) and rest: seconds a run within
the process that trains it; two processes train at once on two cores, so these seconds add up to
more than the wall's. Compiling, in Keras, is what the first batch takes longer than the others.
Logging: processor seconds a run of the process that drives a sweep and records it, beside the
training. Memory: the largest sum over the process and its children of proportional set sizes
(pages that are shared count once), sampled every two seconds. Preparing the arrays belongs to none:
every contender finds the same ones on disk.
"""


def ratio(results: Results, name: str) -> float | None:
    """Return a contender's throughput relative to the Keras loop's, if it is timed."""
    if REFERENCE not in results or name not in results or not CONTENDERS[name].timed:
        return None
    return float(results[REFERENCE]["run"]) / float(results[name]["run"])


def markdown(found: Mapping[str, Results], failures: Mapping[tuple[str, str], str]) -> str:
    """Return the page: for each workload a table of seconds and one of accuracies."""
    parts = ["# The same grid, side by side\n"]
    for name in WORKLOADS:
        failed = {key[1]: text for key, text in failures.items() if key[0] == name}
        if name in found:
            parts.append(_workload(WORKLOADS[name], found[name], failed))
        elif failed:
            parts += [f"## {_title(name)}\n", *_failed(failed)]
    machines = {told(r["machine"]): None for results in found.values() for r in results.values()}
    return "\n".join([*parts, NOTES, *(f"Machine: {text}" for text in machines), ""])


def _title(name: str) -> str:
    return name.capitalize().replace("_", " ")


def _workload(workload: Workload, results: Results, failed: Mapping[str, str]) -> str:
    sources = ", ".join(sorted({str(result["source"]) for result in results.values()}))
    dates = sorted({str(result["measured"])[:10] for result in results.values()})
    lines = [
        f"## {_title(workload.name)}\n",
        f"`python -m benchmarks.side_by_side {workload.name}`: {workload.runs} runs "
        f"({', '.join(workload.cells)}, {workload.seeds} seeds) on data={sources}: "
        f"{workload.reviews:,} reviews trained on, {workload.held_out:,} for validation after each "
        f"epoch, {workload.held_out:,} for the test at the end; maxlen {workload.maxlen}, "
        f"{workload.epochs} epochs, batch {workload.batch}, {workload.units} units, embedding "
        f"{workload.dim}, RMSprop. Measured {', '.join(dates)}.\n",
        _HEAD,
        "| :-- |" + " --: |" * (_HEAD.count("|") - 2),
        *(_row(name, results) for name, one in CONTENDERS.items() if name in results and one.timed),
        "",
        *_accuracies(workload, results),
    ]
    if any(run.get("validation_in_training") for r in results.values() for run in r["runs"]):
        lines += ["rnnbench's validation is part of its training seconds here.\n"]
    return "\n".join([*lines, *_failed(failed)])


def _failed(failed: Mapping[str, str]) -> list[str]:
    return [f"{CONTENDERS[name].title}: no result. {text}\n" for name, text in failed.items()]


def _row(name: str, results: Results) -> str:
    result = results[name]
    times = ratio(results, name)
    cells = [CONTENDERS[name].title, "–" if times is None else f"{times:.2f} ×"]
    cells += ["–" if result[part] is None else f"{result[part]:.2f}" for part in SECONDS]
    return "| " + " | ".join([*cells, f"{result['memory']:,.0f}"]) + " |"


def _accuracies(workload: Workload, results: Results) -> list[str]:
    known = [name for name in CONTENDERS if name in results]
    titles = [CONTENDERS[name].title for name in known]
    lines = [
        f"Mean ± standard deviation over {workload.seeds} seeds, after the last epoch:\n",
        "| accuracy | " + " | ".join(titles) + " | allowed difference |",
        "| :-- |" + " --: |" * (len(known) + 1),
    ]
    disagreements = []
    for metric, title in METRICS.items():
        for cell in workload.cells:
            like = {name: CONTENDERS[name].like for name in known}
            agreed = agreements({name: results[name] for name in known}, cell, metric, like)
            shown = []
            for name, one in agreed.items():
                mark = "" if one.agrees else " **(differs)**"
                shown.append(f"{one.mean:.4f} ± {one.deviation:.4f}{mark}")
                if not one.agrees:
                    disagreements.append(f"{CONTENDERS[name].title} ({cell}, {title})")
            allowed = max(one.allowed for one in agreed.values())
            lines.append(f"| {cell}, {title} | {' | '.join(shown)} | {allowed:.4f} |")
    if disagreements:
        lines += ["", f"**Beyond the spread over seeds:** {', '.join(disagreements)}.", ""]
    else:
        kind = " of their kind" if "keras_summed" in known else ""
        lines += ["", f"All agree with the Keras loop{kind} within the spread over seeds.", ""]
    if "keras_summed" in known:
        lines += [REPEATS]
    if "pytorch" in known:
        lines += [PYTORCH]
    return lines


def write_csv(found: Mapping[str, Results], path: Path) -> None:
    """Write one row for each workload and contender."""
    head = ["workload", "contender", "runs", "throughput_ratio", "processes", *SECONDS, "memory"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*head, *METRICS])
        for workload, results in found.items():
            for name, result in results.items():
                timed = CONTENDERS[name].timed
                runs = result["runs"]
                means = [sum(run[metric] for run in runs) / len(runs) for metric in METRICS]
                parts = ("processes", *SECONDS, "memory")
                numbers = [result[part] if timed else None for part in parts]
                row = [workload, name, len(runs), ratio(results, name), *numbers, *means]
                writer.writerow([round(v, 4) if isinstance(v, float) else v for v in row])

#!/usr/bin/env python3
"""Computes what an application of any size needs, from what was measured on two cores. docs/scale.md explains the result.

    scripts/scale.py                  prints the tables of docs/scale.md
    scripts/scale.py --write          writes them into the document, and the figures into Sources/ShoalOperator/Bench
    scripts/scale.py --check          ends with 1 if either has others
    scripts/scale.py --instances 20 --partitions 100 --members 5e7 --events 1e5 [--clusters 64] [--topics 500] [--epoch 3600]

A figure that was measured stands in a results file only. This script reads it there, and `shoal bench` computes with it.
"""

import argparse
import csv
import difflib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/scale.md"
MARKS = ("<!-- scale.py -->\n", "<!-- end -->\n")
#: The figures that come with the program.
STORED = ROOT / "Sources/ShoalOperator/Bench/CostFigures+Stored.swift"


@dataclass(frozen=True)
class Measured:
    """A figure, where it stands, and the command that measured it."""

    what: str
    unit: str
    command: str
    file: str
    #: Its group is the figure.
    pattern: str

    @property
    def value(self):
        found = re.search(self.pattern, (ROOT / self.file).read_text())
        if found is None:
            sys.exit(f"{self.file} has no figure for: {self.what}")
        return float(found[1].replace(",", ""))


RESULTS = "docs/results.md"
MEASURED = {
    "event_cpu": Measured("CPU time of an event, JSON, all in", "µs", "make bench-kafka", RESULTS,
                          r"through a backlog, JSON \| [\d,]+ \(([\d.]+) µs"),
    "replay_cpu": Measured("CPU time of such an event in a replay", "µs", "shoal replay", RESULTS,
                           r"events in a replay, JSON \| ([\d.]+) µs"),
    "event_size": Measured("size of an event, JSON", "bytes", "make bench-sizing", RESULTS,
                           r"an event on the input, JSON \| \d+ bytes \| (\d+) bytes"),
    "change_size": Measured("size of a change", "bytes", "make bench-sizing", RESULTS, r"\| a change \| (\d+) bytes"),
    "moves": Measured("changes of a member in 60 epochs", "", "make bench-quality", RESULTS, r"\| base \|.* ([\d.]+) \|\n"),
    "member_memory": Measured("memory of a member", "bytes", "make bench-sizing", RESULTS, r"(\d+) bytes a member, \d+ MB"),
    "member_table": Measured("of that, in the table of members", "bytes", "shoal bench", RESULTS,
                             r"member in the table of members \(`shoal bench`\) \| (\d+) bytes"),
    "base_memory": Measured("memory of an instance without members", "MB", "make bench-sizing", RESULTS,
                            r"bytes a member, (\d+) MB"),
    "queue_memory": Measured("memory of a partition with a backlog", "MB", "make bench-sizing", RESULTS,
                             r"up to (\d+) MB more a partition"),
    "state_size": Measured("size of a member in the state topic", "bytes", "make bench-sizing", RESULTS,
                           r"a member in the state topic \| (\d+) bytes"),
    "snapshot_cpu": Measured("CPU time of a member in a snapshot", "µs", "make bench-state", RESULTS,
                             r"([\d.]+) µs of CPU time a member for a\s+snapshot"),
    "seal_cpu": Measured("CPU time to seal it", "µs", "OpenSSL alone", RESULTS, r"takes ([\d.]+) µs of CPU time for a member's record"),
    "restore_kafka": Measured("members restored from Kafka", "a second", "make bench-kafka", RESULTS,
                              r"restored from Kafka \| ([\d,]+)"),
    "restore_disk": Measured("members restored from checkpoints", "a second", "make bench-kafka", RESULTS,
                             r"restored from checkpoints \| ([\d,]+)"),
}


def shapes():
    """The rows of `make bench-epochs`, with numbers."""
    with open(ROOT / "Benchmarks/Epochs/results.csv") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def plane(rows, first, second, result):
    """Returns the factors of two columns whose sum comes closest to a third one, by the least relative squares."""
    points = [(row[first] / row[result], row[second] / row[result]) for row in rows]
    aa, ab, bb = (sum(point[i] * point[j] for point in points) for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b = (sum(point[i] for point in points) for i in (0, 1))
    determinant = aa * bb - ab * ab
    return (a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant


@dataclass(frozen=True)
class EpochFactors:
    """What was fitted to the rows of `make bench-epochs`."""

    sum_size: float
    sample_size: float
    #: Seconds of CPU time a byte of a delta, to write it and to read it.
    write: float
    read: float
    #: Seconds of CPU time to add up one sum.
    add: float
    #: Seconds of CPU time to decide, by the number of clusters.
    decide: dict
    #: Bytes of a model for each pair of cluster and topic, and seconds to read a byte of it.
    model_size: float
    model_read: float
    #: How far the fit of a delta's size is from a row, at most.
    error: float

    @classmethod
    def fitted(cls):
        rows = shapes()
        sum_size, sample_size = plane(rows, "delta_sums", "delta_samples", "delta_bytes")
        error = max(abs(sum_size * row["delta_sums"] + sample_size * row["delta_samples"] - row["delta_bytes"])
                    / row["delta_bytes"] for row in rows)
        # Rows of the same clusters and topics with few sums and with many.
        same = sorted((row for row in rows if row["clusters"] == 64), key=lambda row: row["delta_sums"] * row["partitions"])
        few, many = same[0], same[-1]
        sums = [row["delta_sums"] * row["partitions"] for row in (few, many)]
        add = max(0.0, (many["decided_s"] - few["decided_s"]) / (sums[1] - sums[0]))
        decide = {}
        for row in rows:
            rest = row["decided_s"] - add * row["delta_sums"] * row["partitions"]
            decide[row["clusters"]] = max(decide.get(row["clusters"], 0.0), rest)
        return cls(
            sum_size, sample_size, max(row["delta_written_s"] / row["delta_bytes"] for row in rows),
            max(row["delta_read_s"] / row["delta_bytes"] for row in rows), add, decide,
            max(row["model_bytes"] / (row["clusters"] * row["topics"]) for row in rows),
            max(row["model_read_s"] / row["model_bytes"] for row in rows), error)


def costs():
    """The figures of `shoal bench --costs`, from those measured here. Sizes in bytes, times in seconds."""
    figure, factors = {name: measured.value for name, measured in MEASURED.items()}, EpochFactors.fitted()
    return rounded({
        "event_cpu": micro(figure["event_cpu"]),
        "kafka_cpu": micro(figure["event_cpu"] - figure["replay_cpu"]), "event_size": figure["event_size"],
        "change_size": figure["change_size"], "moves": figure["moves"] / 60, "member_memory": figure["member_memory"],
        "member_overhead": figure["member_memory"] - figure["member_table"], "base_memory": figure["base_memory"] * 1e6,
        "queue_memory": figure["queue_memory"] * 1e6, "state_size": figure["state_size"],
        "snapshot_cpu": micro(figure["snapshot_cpu"]), "seal_cpu": micro(figure["seal_cpu"]),
        "restore_kafka": figure["restore_kafka"], "restore_disk": figure["restore_disk"], "sum_size": factors.sum_size,
        "sample_size": factors.sample_size, "write": factors.write, "read": factors.read, "add": factors.add,
        "decide": [{"clusters": clusters, "seconds": seconds} for clusters, seconds in sorted(factors.decide.items())],
        "model_size": factors.model_size, "model_read": factors.model_read,
    })


def micro(seconds):
    """Microseconds as seconds."""
    return seconds / 1e6


def rounded(figures):
    """Figures with six digits, in whatever they are."""
    if isinstance(figures, dict):
        return {name: rounded(value) for name, value in figures.items()}
    return [rounded(value) for value in figures] if isinstance(figures, list) else float(f"{figures:.6g}")


def stored():
    """The text of STORED."""
    text = json.dumps(costs(), indent=4)
    lines = "".join(f"        {line}\n" for line in text.splitlines())
    return ("// scripts/scale.py writes this file from the results of measurements.\n\n"
            "extension CostFigures {\n    /// The figures that come with the program.\n"
            f'    static let storedJSON = """\n{lines}        """\n}}\n')


@dataclass(frozen=True)
class Load:
    instances: int
    partitions: int
    members: float
    events: float
    clusters: int = 256
    topics: int = 2000
    #: Seconds.
    epoch: int = 3600


class Needs:
    """What a load needs: all of it is computed by `shoal bench`, which has the formulas."""

    def __init__(self, load, program):
        expected = ",".join(f"{'events/s' if name == 'events' else name}={value:.15g}" for name, value in asdict(load).items())
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(costs(), file)
            file.flush()
            done = subprocess.run([program, "bench", "--costs", file.name, "--expect", expected, "--json"],
                                  stdout=subprocess.PIPE, text=True, check=True)
        for name, value in json.loads(done.stdout)["needs"].items():
            setattr(self, name, value)


def size(count):
    for unit, name in ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:.0f} bytes"


def time(seconds):
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 600 else f"{seconds / 60:.3g} min"


def count(number):
    for unit, name in ((1e9, " billion"), (1e6, " million")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return f"{number:,.0f}"


ROWS = [
    ("CPU of an instance, steady", lambda needs: f"{needs.cores:.2g} cores"),
    ("memory of an instance, steady", lambda needs: size(needs.memory)),
    ("the same with a backlog in all of its partitions", lambda needs: size(needs.memory_behind)),
    ("input, all brokers, one replica", lambda needs: f"{size(needs.input)} a second"),
    ("snapshots, all brokers, one replica, at most", lambda needs: f"{size(needs.state)} a second"),
    ("state topic after compaction", lambda needs: size(needs.state_size)),
    ("changes in an epoch", lambda needs: size(needs.output)),
    ("an epoch delta, at most", lambda needs: size(needs.delta)),
    ("epoch deltas in an epoch, one partition of one broker", lambda needs: size(needs.deltas)),
    ("the delta topic, kept for a week", lambda needs: size(needs.deltas_kept)),
    ("an instance at the end of an epoch, CPU", lambda needs: time(needs.closing)),
    ("coordinator in an epoch, one core: reading", lambda needs: time(needs.reading)),
    ("coordinator in an epoch, one core: adding up", lambda needs: time(needs.adding)),
    ("coordinator in an epoch, one core: deciding", lambda needs: time(needs.deciding)),
    ("coordinator, deltas that wait for the last partition, memory", lambda needs: size(needs.pending)),
    ("a model", lambda needs: size(needs.model)),
    ("models of a year", lambda needs: size(needs.models_kept)),
    ("models in an epoch, read by all instances", lambda needs: size(needs.model_traffic)),
    ("an instance reads a model, CPU", lambda needs: time(needs.model_reading)),
    ("restart of an instance, from Kafka", lambda needs: time(needs.restore)),
    ("restart of an instance, from checkpoints", lambda needs: time(needs.restore_disk)),
    ("its partitions, restored by the others instead", lambda needs: time(needs.takeover)),
    ("shortest epoch that leaves the coordinator half of its time", lambda needs: time(needs.shortest_epoch)),
]

LOADS = [
    Load(10, 100, 1e8, 2e5), Load(100, 1000, 1e9, 2e6), Load(100, 1000, 1e9, 2e6, topics=500, clusters=64),
    Load(100, 200, 1e9, 2e6), Load(100, 1000, 1e9, 2e6, clusters=1024),
]


def load_table(loads, program):
    lines = []

    def row(head, cells):
        lines.append(f"| {head} | " + " | ".join(cells) + " |")

    row("instances", [count(load.instances) for load in loads])
    row("---", ["---"] * len(loads))
    for name in ("partitions", "members", "events", "clusters", "topics"):
        head = "events a second" if name == "events" else name
        row(head, [count(getattr(load, name)) for load in loads])
    row("epoch", [time(load.epoch) for load in loads])
    needs = [Needs(load, program) for load in loads]
    for head, cell in ROWS:
        row(f"*{head}*", [cell(one) for one in needs])
    return "\n".join(lines)


def measured_table():
    lines = ["| measured | figure | by |", "| --- | --- | --- |"]
    for one in MEASURED.values():
        by = f"`{one.command}`" if one.command.startswith(("make", "shoal")) else one.command
        figure = f"{one.value:,.10g} {one.unit}".strip()
        lines.append(f"| {one.what} | {figure} | {by}, `{one.file}` |")
    return "\n".join(lines)


def fitted_table():
    factors = EpochFactors.fitted()
    rows = [
        ("a sum in an epoch delta, compressed and sealed", f"{factors.sum_size:.1f} bytes"),
        ("a sample in an epoch delta", f"{factors.sample_size:.1f} bytes"),
        ("closing an epoch and writing a delta, CPU", f"{factors.write * 1e9:.0f} ns a byte"),
        ("reading a delta, CPU", f"{factors.read * 1e9:.0f} ns a byte"),
        ("adding up a sum, CPU", f"{factors.add * 1e9:.0f} ns"),
        *((f"deciding the lifecycle of {clusters:.0f} clusters, CPU", time(seconds))
          for clusters, seconds in sorted(factors.decide.items())),
        ("a pair of cluster and topic in a model", f"{factors.model_size:.1f} bytes"),
        ("reading and compiling a model, CPU", f"{factors.model_read * 1e9:.0f} ns a byte"),
    ]
    lines = ["| fitted to `make bench-epochs` | factor |", "| --- | --- |"]
    lines += [f"| {what} | {factor} |" for what, factor in rows]
    lines += ["", f"The size of an epoch delta by these factors is within {factors.error:.0%} of each measured one."]
    return "\n".join(lines)


def tables(program):
    return "\n".join(["", measured_table(), "", fitted_table(), "", "Computed, all in italics:", "", load_table(LOADS, program), "", ""])


def document_with(text, block):
    head, rest = text.split(MARKS[0])
    return head + MARKS[0] + block + MARKS[1] + rest.split(MARKS[1], 1)[1]


def built():
    """The program that the tests or `make program` have built."""
    for place in (".build/tests/release/shoal", ".build/release/shoal"):
        if (ROOT / place).exists():
            return ROOT / place
    sys.exit("shoal is not built: `make program` builds it, and --shoal FILE names it")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--shoal", help="the program, which has the formulas")
    for name in ("instances", "partitions", "clusters", "topics", "epoch"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("members", "events"):
        parser.add_argument(f"--{name}", type=float)
    options = vars(parser.parse_args())
    writes, checks, program = options.pop("write"), options.pop("check"), options.pop("shoal") or built()
    given = {name: value for name, value in options.items() if value is not None}
    if given:
        missing = {"instances", "partitions", "members", "events"} - given.keys()
        if missing:
            parser.error("also give " + ", ".join(f"--{name}" for name in sorted(missing)))
        print(load_table([Load(**given)], program))
        return 0
    if not writes and not checks:
        print(tables(program))
        return 0
    differs = False
    for path, wanted in ((DOCUMENT, document_with(DOCUMENT.read_text(), tables(program))), (STORED, stored())):
        text = path.read_text() if path.exists() else ""
        if writes:
            path.write_text(wanted)
        elif wanted != text:
            name = str(path.relative_to(ROOT))
            sys.stdout.writelines(difflib.unified_diff(text.splitlines(True), wanted.splitlines(True), name, "scripts/scale.py"))
            differs = True
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())

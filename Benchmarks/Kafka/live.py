"""What `shoal run` costs beside a bare librdkafka consumer of the same topic: `make bench-live`.

One run each in turn, for several rounds: the bare consumer, the program, and an older program if there is one (--base). Figures are
ratios of the runs of one round, as medians with the smallest and the largest. Needs bin/kafka, which starts a broker, gcc, and
the program.
"""

import dataclasses
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time

import delay
import workloads
from harness import Harness, idle_cost, kafka, options_parser, resident

PARTITIONS = 8
# Name, what a run measured, its unit, the factor to that unit, the most that is allowed of a ratio to the bare consumer, and of
# the figure.
FIGURES = (
    ("CPU time of an event, whole run", "cpu", "µs", 1e6, 4, None),
    ("CPU time of an event, from a quarter to 95 %", "steady_cpu", "µs", 1e6, None, None),
    ("events a second, whole run", "rate", "", 1, None, None),
    ("events a second, from a quarter to 95 %", "steady_rate", "", 1, None, None),
    ("resident memory after the backlog", "resident", "MiB", 2**-20, None, 160),
    ("idle: CPU time", "idle_cpu", "% of a core", 100, None, 1),
    ("idle: context switches a second", "idle_switches", "", 1, None, 200),
)


class Bench(Harness):
    def __init__(self, options, folder, cluster):
        self.workload = workloads.WORKLOADS[options.workload]
        if options.viewers:
            self.workload = dataclasses.replace(self.workload, viewers=options.viewers)
        self.format = options.format or self.workload.format
        super().__init__(options.shoal, folder, cluster)
        self.options, self.partitions = options, PARTITIONS
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "rdkafka"], check=True, stdout=subprocess.PIPE, text=True)
        self.bare_program, self.arrivals_program = (self.compiled(name, *flags.stdout.split()) for name in ("bare", "arrivals"))
        #: Events after the backlog.
        self.added = 0
        name = f"bench-live-{random.getrandbits(40):x}"
        settings = self.settings(name)
        self.topic = settings["input.topic"]
        self.create(settings, PARTITIONS)
        if options.delay_seconds:
            # The broker's time of each event.
            self.tool("configs", "--alter", "--entity-type", "topics", "--entity-name", name, "--add-config",
                      "message.timestamp.type=LogAppendTime")
        self.path = os.path.join(folder, "events.json")
        workloads.write(self.workload, self.program, self.path, settings["topics.file"], options.events, options.log)
        self.publish(self.path)

    def tool(self, *words):
        subprocess.run([self.options.kafka, "run", "--dir", self.cluster["DIR"], *words], check=True, stdout=subprocess.DEVNULL)

    def publish(self, path, speed="max"):
        """Sends a file of JSON events in the format of the workload."""
        self.shoal(["publish", path], {"kafka.bootstrap.servers": self.cluster["BOOTSTRAP"]}, "--topic", self.topic, "--speed",
                   f"{speed}", "--format", self.format)

    def arrivals(self, topic, partitions, start):
        """The command that prints when records of a topic can be read."""
        return [self.arrivals_program, self.cluster["BOOTSTRAP"], topic, str(partitions), "read_committed", start]

    def appended(self):
        """All events of the topic, with the times at which the broker appended them."""
        printed = subprocess.run(
            self.arrivals(self.topic, PARTITIONS, "beginning"), check=True, stdout=subprocess.PIPE, text=True).stdout
        return delay.parsed(printed)

    def bare(self):
        """A run of the bare consumer."""
        process = subprocess.Popen(
            [self.bare_program, self.cluster["BOOTSTRAP"], self.topic, str(PARTITIONS)], stdout=subprocess.PIPE, text=True)
        try:
            found = json.loads(process.stdout.readline())
            if found["messages"] != self.options.events:
                sys.exit(f"the bare consumer read {found['messages']} events of {self.options.events}")
            cpu, rate = found["cpu"] / found["messages"], found["messages"] / found["seconds"]
            return {"cpu": cpu, "steady_cpu": cpu, "rate": rate, "steady_rate": rate} | self.after(process)
        finally:
            process.kill()
            process.wait()

    def run(self, program):
        """A run of an instance through the backlog."""
        events = self.options.events
        settings = self.settings(self.topic) | {
            name: value for name, value in (pair.split("=", 1) for pair in self.options.set)}
        self.create(settings, PARTITIONS)
        instance = self.start(settings, program)
        try:
            def mark(share):
                values = instance.wait(lambda values: values.get("shoal_events_total", 0) >= max(share * events, 1), 0.05)
                return time.monotonic(), values["shoal_events_total"], values["process_cpu_seconds_total"]

            first, quarter, most, end = (mark(share) for share in (0, 0.25, 0.95, 1))
            stages = {name.split('"')[1]: value for name, value in instance.metrics().items()
                      if name.startswith("shoal_stage_duration_seconds_sum")}

            def between(one, other):
                return (other[1] - one[1]) / (other[0] - one[0])

            return {
                "cpu": end[2] / events, "steady_cpu": (most[2] - quarter[2]) / (most[1] - quarter[1]),
                "rate": between((first[0], 0), end), "steady_rate": between(quarter, most), "stages": stages,
            } | self.after(instance.process)
        finally:
            instance.end(signal.SIGTERM)

    def after(self, process):
        """Memory and idle cost after the backlog."""
        time.sleep(self.options.settle)
        memory = resident(process.pid)
        cpu, switches = idle_cost(process.pid, self.options.idle)
        return {"resident": memory, "idle_cpu": cpu, "idle_switches": switches}

    def rounds(self):
        programs = {"shoal": self.options.shoal} | ({"base": self.options.base} if self.options.base else {})
        found = []
        for number in range(self.options.rounds):
            runs = {"bare": self.bare()} | {name: self.run(program) for name, program in programs.items()}
            found.append(runs)
            found_now = (
                f"{name} {run['cpu'] * 1e6:.2f} µs an event, {run['rate']:,.0f} a second, "
                f"{run['resident'] / 2**20:.0f} MiB" for name, run in runs.items())
            print(f"round {number + 1}: {', '.join(found_now)}", file=sys.stderr, flush=True)
        return found


def spread(values, form):
    middle, least, most = statistics.median(values), min(values), max(values)
    return form.format(middle) + (f" ({form.format(least)}–{form.format(most)})" if len(values) > 1 else "")


def table(rounds):
    """The lines of the table: each figure of each program, and its ratio to the bare consumer."""
    names = [name for name in ("shoal", "base") if name in rounds[0]]
    yield "| what | bare | " + " | ".join(f"{name} | {name} ÷ bare" for name in names) + " | target | |"
    yield "| --- " * (4 + 2 * len(names)) + "|"
    for what, field, unit, factor, most_ratio, most in FIGURES:
        form = "{:,.2f}" if factor == 1e6 or unit.startswith("%") else "{:,.0f}"
        cells = [f"{what}{f', {unit}' if unit else ''}", spread([r["bare"][field] * factor for r in rounds], form)]
        for name in names:
            cells.append(spread([r[name][field] * factor for r in rounds], form))
            ratios = [r[name][field] / r["bare"][field] for r in rounds if r["bare"][field]]
            cells.append(spread(ratios, "{:.2f}") if ratios else "")
        middle = statistics.median(r["shoal"][field] for r in rounds) * factor
        ratio = statistics.median(r["shoal"][field] / (r["bare"][field] or 1) for r in rounds)
        target = f"÷ bare ≤ {most_ratio}" if most_ratio else f"≤ {most}" if most else ""
        is_met = ratio <= most_ratio if most_ratio else middle <= most if most else None
        cells += [target, "" if is_met is None else "met" if is_met else "missed"]
        yield f"| {' | '.join(cells)} |"


def text(options, bench, rounds, delays):
    stages = rounds[-1]["shoal"]["stages"]
    viewers = "the log's viewers" if bench.workload.is_log else f"{bench.workload.viewers:,} viewers in {workloads.EPOCHS} epochs"
    lines = [
        "# Shoal beside a bare consumer", "",
        f"Made by `make bench-live`: workload {options.workload} ({bench.workload.what}), {options.events:,} events of "
        f"{viewers}, {bench.format}, {PARTITIONS} partitions; Apache Kafka {options.release}, one "
        f"broker on the same {os.cpu_count()} cores; load {options.load:.1f} at the begin, {os.getloadavg()[0]:.1f} at the end. "
        f"Medians of {options.rounds} rounds, with the smallest and the largest value.", "",
        *table(rounds), "",
        "Seconds of all partitions in the last run: " + ", ".join(
            f"{name} {value:.1f}" for name, value in sorted(stages.items(), key=lambda stage: -stage[1])) + ".",
    ]
    if delays:
        lines += ["", f"Half load is {delays['rate']:,.0f} events a second.", "", *delay.lines(delays)]
    return "\n".join(lines) + "\n"


def main():
    parser = options_parser(__doc__, "the file for the table; the runs go beside it, as JSON")
    parser.add_argument("--base", help="an older program, which is run in turn")
    parser.add_argument("--workload", choices=workloads.WORKLOADS, default="A", help="; ".join(
        f"{name}: {workload.what}" for name, workload in workloads.WORKLOADS.items()) + " (%(default)s)")
    parser.add_argument("--format", choices=("json", "protobuf"), help="of events (that of the workload)")
    parser.add_argument("--log", help="the log of workload R, one JSON object a line, gzip")
    parser.add_argument("--delay-seconds", type=float, default=40, help="for each kind of delay; 0: none is measured (%(default)s)")
    parser.add_argument("--events", type=int, default=2_000_000, help="of the backlog (%(default)s)")
    parser.add_argument("--viewers", type=int, help="(those of the workload)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--settle", type=float, default=35, help="seconds between the backlog and the idle time: a snapshot.interval "
                        "and more (%(default)s)")
    parser.add_argument("--idle", type=float, default=15, help="seconds of idle time (%(default)s)")
    parser.add_argument("--set", action="append", default=[], help="a setting of the instances, NAME=VALUE")
    options = parser.parse_args()
    if workloads.WORKLOADS[options.workload].is_log and not (options.log and os.path.exists(options.log)):
        print("skipped: workload R needs a real log (LOG=FILE)")
        return
    options.load = os.getloadavg()[0]
    with kafka(options.kafka, options.release) as (folder, cluster):
        bench = Bench(options, folder, cluster)
        rounds = bench.rounds()
        rate = statistics.median(runs["shoal"]["rate"] for runs in rounds)
        delays = delay.Delays(bench, rate, options.delay_seconds).measured() if options.delay_seconds else None
        page = text(options, bench, rounds, delays)
        print(page)
        if options.out:
            out = pathlib.Path(options.out)
            out.write_text(page, encoding="utf-8")
            out.with_suffix(".json").write_text(json.dumps(rounds + ([{"delays": delays}] if delays else []), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

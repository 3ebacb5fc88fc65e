"""What Shoal costs and gives on Apache Kafka: `make bench-kafka`.

Needs bin/kafka, which starts a broker, kcat, and the program. Every ratio is of runs in turn, and a median.
"""

import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time

from harness import Harness, idle_cost, kafka, options_parser, total
from load import churn, everyone, stream


class Bench(Harness):
    def __init__(self, options, folder, cluster):
        super().__init__(options.shoal, folder, cluster)
        self.options = options
        self.figures, self.notes = [], []

    def figure(self, what, value, target="", is_met=None):
        verdict = "" if is_met is None else "met" if is_met else "missed"
        self.figures.append((what, value, target, verdict))
        print(f"{what}: {value}{f' ({target}: {verdict})' if target else ''}", flush=True)

    def note(self, text):
        self.notes.append(text)
        print(text, flush=True)

    def file(self, lines):
        path = os.path.join(self.folder, "events.ndjson")
        with open(path, "w", encoding="utf-8") as file:
            count = sum(1 for line in lines if file.write(line + "\n"))
        return path, count

    def read(self, topic):
        """Seconds, and those of CPU time, in which a bare consumer reads a topic to its end."""
        began, before = time.monotonic(), os.times()
        subprocess.run(
            ["kcat", "-C", "-b", self.cluster["BOOTSTRAP"], "-t", topic, "-o", "beginning", "-e", "-q", "-f", "",
             "-X", "isolation.level=read_committed", "-X", "fetch.wait.max.ms=50"], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return time.monotonic() - began, cpu

    # What is measured

    def backlog(self):
        """Events a second through a backlog, and what commits cost of it."""
        partitions = 8
        path, count = self.file(stream(self.options.events))
        inputs = {}
        for form in ("json", "protobuf"):
            settings = self.settings(f"bench-{form}-{random.getrandbits(40):x}")
            inputs[form] = settings["input.topic"]
            self.create(settings, partitions)
            self.shoal(["publish", path], settings, "--topic", inputs[form], "--format", form)
        self.note(
            f"The backlog: {count:,} events of 20,000 viewers and 20 tastes in 24 epochs over {partitions} partitions, "
            f"{os.path.getsize(path) // count} bytes each as JSON. Rates are from the first to 95 % of the events.")

        def run(form, interval):
            settings = self.settings(inputs[form], commit_interval=interval)
            self.create(settings, partitions)
            instance = self.start(settings)
            try:
                first = instance.wait(lambda values: values.get("shoal_events_total", 0) > 0, 0.005)
                began = time.monotonic()
                last = instance.wait(lambda values: values["shoal_events_total"] >= 0.95 * count)
                seconds = time.monotonic() - began
            finally:
                instance.end()
            events = last["shoal_events_total"] - first["shoal_events_total"]
            cpu = last["process_cpu_seconds_total"] - first["process_cpu_seconds_total"]
            stages = {name.split('"')[1]: value for name, value in last.items()
                      if name.startswith("shoal_stage_duration_seconds_sum")}
            commits = last['shoal_transactions_total{outcome="committed"}']
            return {"rate": events / seconds, "cpu": cpu / events * 1e6, "commits": commits, "stages": stages,
                    "seconds": seconds}

        runs = {"json": [], "often": [], "seldom": []}
        for _ in range(self.options.repeats):
            runs["json"].append(run("json", "100ms"))
            runs["often"].append(run("protobuf", "100ms"))
            runs["seldom"].append(run("protobuf", "60s"))

        def median(name, field):
            return statistics.median(run[field] for run in runs[name])

        for form, name in (("Protobuf", "often"), ("JSON", "json")):
            self.figure(f"events a second through a backlog, {form}",
                        f"{median(name, 'rate'):,.0f}, {median(name, 'cpu'):.1f} µs of CPU time each")
        pairs = list(zip(runs["often"], runs["seldom"]))
        cost = statistics.median(1 - often["rate"] / seldom["rate"] for often, seldom in pairs) * 100
        cpu = statistics.median(often["cpu"] / seldom["cpu"] - 1 for often, seldom in pairs) * 100
        self.figure("throughput that commit.interval=100ms costs against 60s", f"{cost:.1f} %", "≤ 10 %", cost <= 10)
        self.figure("CPU time that it costs", f"{cpu:.1f} %, {median('often', 'commits'):.0f} commits against "
                    f"{median('seldom', 'commits'):.0f}")
        last = runs["often"][-1]
        stages = ", ".join(f"{name} {value:.1f}" for name, value in
                           sorted(last["stages"].items(), key=lambda stage: -stage[1]))
        self.note(f"Where the time goes, Protobuf, in seconds of {last['seconds']:.1f} s, of all partitions: {stages}.")

    def idle(self):
        """What an instance costs that has nothing to do, beside the program of --base if there is one."""
        seconds = 15
        programs = {"": self.options.shoal} | ({", base": self.options.base} if self.options.base else {})
        for partitions in (8, 32):
            found = {name: [] for name in programs}
            for _ in range(self.options.repeats):
                for name, program in programs.items():
                    settings = self.settings(f"bench-idle-{random.getrandbits(40):x}")
                    self.create(settings, partitions)
                    instance = self.start(settings, program)
                    try:
                        instance.ready()
                        time.sleep(5)
                        found[name].append(idle_cost(instance.process.pid, seconds))
                    finally:
                        instance.end()
            for name, runs in found.items():
                cpu, switches = (statistics.median(values) for values in zip(*runs))
                limit = {8: 1, 32: 2}[partitions]
                verdict = () if name else (f"≤ {limit} %", cpu * 100 <= limit)
                self.figure(f"idle with {partitions} partitions{name}",
                            f"{cpu * 100:.2f} % of a core, {switches:,.0f} context switches a second", *verdict)

    def restore(self):
        """Restores of many members: from Kafka against a bare consumer, and from checkpoints."""
        partitions, members = 4, self.options.members
        path, _ = self.file(everyone(members))
        settings = self.settings(f"bench-restore-{random.getrandbits(40):x}", snapshot_interval="2s")
        self.create(settings, partitions)
        self.shoal(["publish", path], settings, "--topic", settings["input.topic"])
        folder = os.path.join(self.folder, "checkpoints")
        os.makedirs(folder, exist_ok=True)
        kept = settings | {"checkpoint.directory": folder, "checkpoint.interval": "2s"}
        instance = self.start(kept)
        try:
            instance.wait(lambda values: values.get("shoal_events_total", 0) == members, 0.5)
            size = self.settle(folder, partitions)
        finally:
            instance.end()
        # Without an interval to speak of nothing is written while the next one is measured.
        quiet = {"snapshot.interval": "1h", "checkpoint.interval": "1h"}
        times = {name: [] for name in ("bare", "kafka", "checkpoint", "ready", "ready from Kafka", "bare CPU", "CPU",
                                       "CPU from Kafka")}
        for _ in range(self.options.repeats):
            for name, value in zip(("bare", "bare CPU"), self.read(f"{settings['application.id']}-state")):
                times[name].append(value)
            for name, base, ready, cpu in (("kafka", settings, "ready from Kafka", "CPU from Kafka"),
                                           ("checkpoint", kept, "ready", "CPU")):
                instance = self.start(base | quiet)
                try:
                    times[ready].append(instance.ready())
                    times[cpu].append(instance.metrics()["process_cpu_seconds_total"])
                    times[name].append(instance.take_over())
                    lines = instance.log()
                finally:
                    instance.end()
                found = {sum(int(line["members"]) for line in lines if line["message"] == "restored the partition")}
                if name == "checkpoint":
                    found.add(sum(int(line["members"]) for line in lines if line["message"] == "read the checkpoint"))
                if found != {members}:
                    sys.exit(f"{found} members were restored of {members}")
        median = {name: statistics.median(values) for name, values in times.items()}
        self.note(
            f"The state: {members:,} members with a profile of 4 topics over {partitions} partitions, "
            f"{size / members:.0f} bytes each in the checkpoints. Restores are of an instance that was killed, from "
            "its assignment until all partitions are taken over; the bare consumer is `kcat` with read_committed, "
            "and sees the ends as soon as Shoal does.")
        ratio = statistics.median(bare / kafka for bare, kafka in zip(times["bare"], times["kafka"]))
        self.figure("members a second that a bare consumer reads", f"{members / median['bare']:,.0f}")
        self.figure("members a second restored from Kafka", f"{members / median['kafka']:,.0f}")
        self.figure("restore from Kafka against the bare consumer", f"{ratio:.2f}", "≥ 0.5", ratio >= 0.5)
        self.figure("CPU time of both, the program's start included",
                    f"{median['CPU from Kafka']:.2f} s against {median['bare CPU']:.2f} s")
        self.figure("members a second restored from checkpoints", f"{members / median['checkpoint']:,.0f}")
        ready = median["ready"]
        self.figure(f"ready again from checkpoints, {members:,} members, from the start of the process",
                    f"{ready:.2f} s", "≤ 1.5 s a million", ready <= 1.5 * members / 1e6)
        self.figure("its CPU time", f"{median['CPU']:.2f} s")
        self.figure("ready again from Kafka", f"{median['ready from Kafka']:.2f} s")

    @staticmethod
    def settle(folder, partitions):
        """Waits until checkpoints are only made anew and do not grow; their bytes."""
        sizes = []
        while len(sizes) < 24 or len(set(sizes[-24:])) > 1:
            time.sleep(0.5)
            found = [entry.stat().st_size for entry in os.scandir(folder) if entry.name.endswith(".checkpoint")]
            sizes.append(sum(found) if len(found) == partitions else -len(sizes))
        return sizes[-1]

    def churn(self):
        """Memory while viewers come, stay for a while, and are expired or erased."""
        minutes = self.options.minutes
        folder = os.path.join(self.folder, "churn")
        os.makedirs(folder, exist_ok=True)
        settings = self.settings(
            f"bench-churn-{random.getrandbits(40):x}", epoch_length="1m", member_ttl="10m", snapshot_interval="1s",
            checkpoint_interval="5s", checkpoint_directory=folder) | {"profile.half-life": "10m"}
        self.create(settings, 4)
        instance = self.start(settings)
        samples, sent = [], 0
        producer = subprocess.Popen(
            ["kcat", "-P", "-b", self.cluster["BOOTSTRAP"], "-t", settings["input.topic"], "-K", "\t", "-Z",
             "-X", "linger.ms=20"], stdin=subprocess.PIPE, text=True)
        try:
            instance.ready()
            for minute in range(minutes):
                events, records = churn(minute)
                producer.stdin.write("".join(f"{key}\t{value}\n" for key, value in records))
                producer.stdin.flush()
                sent += events
                # What waits in the input is no state: it is never far ahead.
                values = instance.wait(lambda values: values.get("shoal_events_total", 0) >= sent - 2 * events)
                memory = values["process_resident_memory_bytes"] / 2**20
                samples.append((minute, memory, total(values, "shoal_members")))
        finally:
            producer.stdin.close()
            producer.wait(timeout=60)
            instance.end(signal.SIGTERM)
        # The first third fills what is filled once: tables, buffers, the allocator's own.
        rest = samples[minutes // 3:]
        times, memory, members = zip(*rest)
        slope, growth = (statistics.linear_regression(times, values).slope * 60 for values in (memory, members))
        level = statistics.median(memory)
        self.note(
            f"Churn: {minutes} minutes of event time, {sent:,} events, each minute 2,000 new viewers who stay for 10 "
            f"minutes and are expired 10 minutes later, one in 50 erased by a tombstone: {members[-1]:,.0f} members at "
            f"the end, {values.get('shoal_erased_viewers_total', 0):,.0f} erased. Snapshots each second, checkpoints "
            "each 5 s. Resident memory in tenths of the time: "
            + ", ".join(f"{sample[1]:.0f}" for sample in samples[::max(minutes // 10, 1)]) + " MiB.")
        self.figure("members' growth in an hour of churn", f"{growth:,.0f}")
        self.figure("resident memory's growth in an hour of churn", f"{slope:.2f} MiB of {level:.0f}",
                    "≤ 2 %", slope <= 0.02 * level)

    def text(self):
        lines = [
            "# Shoal on Apache Kafka", "",
            f"Made by `make bench-kafka`: release {self.options.release}, one broker on the program's own machine, "
            f"{os.cpu_count()} cores; load {self.options.load:.1f} at the begin, {os.getloadavg()[0]:.1f} at the end. "
            f"Medians of {self.options.repeats}, ratios of runs in turn.", "",
            "| what | figure | target | |", "| --- | --- | --- | --- |",
        ]
        lines += [f"| {' | '.join(figure)} |" for figure in self.figures]
        return "\n".join(lines + [line for note in self.notes for line in ("", note)]) + "\n"


def main():
    parts = ["backlog", "idle", "restore", "churn"]
    parser = options_parser(__doc__, "the file that gets the results, where all parts were measured")
    parser.add_argument("--base", help="an older program, which the idle cost is compared with")
    parser.add_argument("--parts", default=",".join(parts), help="(%(default)s)")
    parser.add_argument("--events", type=int, default=1_000_000, help="of the backlog (%(default)s)")
    parser.add_argument("--members", type=int, default=1_000_000, help="that are restored (%(default)s)")
    parser.add_argument("--minutes", type=int, default=720, help="of churn, event time (%(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="of each figure (%(default)s)")
    options = parser.parse_args()
    chosen = options.parts.split(",")
    if unknown := set(chosen) - set(parts):
        parser.error(f"--parts: {', '.join(sorted(unknown))} must be of {', '.join(parts)}")
    options.load = os.getloadavg()[0]
    with kafka(options.kafka, options.release) as (folder, cluster):
        bench = Bench(options, folder, cluster)
        for part in chosen:
            print(f"== {part}", flush=True)
            getattr(bench, part)()
        print(bench.text())
        if options.out and chosen == parts:
            pathlib.Path(options.out).write_text(bench.text(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""How fast `shoal replay` is: `make bench-replay`.

From a file of made-up Protobuf events: events a second, CPU time an event by phase, memory, the size of the page. With a broker:
the rate over a topic against that of a bare consumer. With another program (--base): what it takes for the same file, in turn, and
whether both reports are the same to the byte. Ratios are of runs in turn, and medians.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

KEY = {**os.environ, "SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"}
# Phases by the functions that hold all that is done in them.
PHASES = {
    "reading and decoding": r"specialized Replay\.read<?.*\(_:stopping:_:\)",
    "handling events": r"Shard\.handle\(",
    "closing epochs": r"Shard\.close\(to:\)",
    "opening epochs": r"Shard\.open\(",
    "models": r"ReplayCoordinator\.take\(",
    "quality": r"ReplayResult\.measureQuality",
}


def run(words, **options):
    """Seconds, CPU seconds and the most resident bytes of a program that has to succeed."""
    began = time.monotonic()
    process = subprocess.Popen(words, env=KEY, stderr=subprocess.PIPE, text=True, **options)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words)} ended with {process.returncode}: {error[-2000:]}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.topics = os.path.join(folder, "topics.txt")

    def simulate(self, events):
        path = os.path.join(self.folder, f"{events}.pb")
        run([self.options.shoal, "simulate", path, "--format", "protobuf", "--viewers", str(self.options.viewers),
             "--events", str(events), "--topics-file", self.topics])
        return path

    def replay(self, program, path, kind="json"):
        out = os.path.join(self.folder, f"report.{kind}")
        words = [program, "replay", path, "--set", f"topics.file={self.topics}"]
        if kind == "html":
            return out, run([*words, "--html", out], stdout=subprocess.DEVNULL)
        with open(out, "wb") as file:
            return out, run([*words, "--json"], stdout=file)

    def file(self):
        events, small = self.options.events, max(self.options.events * 3 // 10, 1)
        path = self.simulate(events)
        print(f"{events:,} events of {self.options.viewers:,} viewers, Protobuf, {os.path.getsize(path) >> 20} MiB; "
              f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {self.options.repeats}")
        runs, base = [], []
        for _ in range(self.options.repeats):
            report, measured = self.replay(self.options.shoal, path)
            runs.append(measured)
            if self.options.base:
                with open(report, "rb") as file:
                    ours = file.read()
                report, measured = self.replay(self.options.base, path)
                base.append(measured)
                with open(report, "rb") as file:
                    if file.read() != ours:
                        sys.exit(f"the report is not that of {self.options.base}")
        seconds, cpu, peak = (statistics.median(column) for column in zip(*runs))
        print(f"events a second            {events / seconds:,.0f}, quality and report included (target 2,000,000)")
        print(f"CPU time an event          {cpu / events * 1e9:,.0f} ns")
        print(f"peak memory                {peak >> 20 if isinstance(peak, int) else int(peak) >> 20} MiB")
        if base:
            ratios = [tuple(theirs / ours for ours, theirs in zip(*pair)) for pair in zip(runs, base)]
            wall, work, _ = (statistics.median(column) for column in zip(*ratios))
            print(f"against the base           {wall:.2f} times as fast, {work:.2f} times less CPU time, the same report")
        page, _ = self.replay(self.options.shoal, path, "html")
        print(f"size of the page           {os.path.getsize(page) / 1e6:.2f} MB (target below 2)")
        self.phases(path, cpu / events * 1e9)
        os.remove(path)
        path = self.simulate(small)
        _, (_, _, less) = self.replay(self.options.shoal, path)
        print(f"peak memory, {small:,} events  {less >> 20} MiB, {int(peak) / less:.2f} of it with {events:,}")
        os.remove(path)

    def phases(self, path, each):
        """Shares of CPU time by phase, where perf is at hand."""
        if not shutil.which("perf"):
            return print("CPU time by phase: skipped, there is no perf (Debian: linux-perf)")
        data = os.path.join(self.folder, "perf.data")
        run(["perf", "record", "-q", "-F", "997", "-g", "-o", data, self.options.shoal, "replay", path, "--set",
             f"topics.file={self.topics}", "--json"], stdout=subprocess.DEVNULL)
        report = subprocess.run(
            ["perf", "report", "-i", data, "--children", "-g", "none", "--percent-limit", "0.1"],
            capture_output=True, text=True, check=True).stdout
        names = subprocess.run(
            ["swift", "demangle", "--simplified"], input=report, capture_output=True, text=True, check=True).stdout
        for phase, pattern in PHASES.items():
            shares = [float(line.split("%")[0]) for line in names.splitlines()
                      if "%" in line and re.search(pattern, line)]
            print(f"  {phase:<25}{max(shares, default=0) * each / 100:,.0f} ns")

    def broker(self):
        """The rate over a topic, against that of a bare consumer."""
        events, topic = self.options.events, f"bench-{uuid.uuid4().hex[:8]}"
        servers = ["--set", f"kafka.bootstrap.servers={self.options.bootstrap}"]
        own = [*servers, "--set", f"input.topic={topic}", "--set", f"application.id={topic}",
               "--set", f"output.topic={topic}-out", "--set", f"dead-letters.topic={topic}-dead"]
        path = self.simulate(events)
        run([self.options.shoal, "topics", "create", "--partitions", "8", *own], stdout=subprocess.DEVNULL)
        run([self.options.shoal, "publish", path, "--topic", topic, "--format", "protobuf", *servers],
            stdout=subprocess.DEVNULL)
        os.remove(path)
        bare, ours = [], []
        for _ in range(self.options.repeats):
            bare.append(run(["kcat", "-C", "-b", self.options.bootstrap, "-t", topic, "-o", "beginning", "-e", "-q", "-f",
                             "", "-X", "isolation.level=read_committed"], stdout=subprocess.DEVNULL))
            ours.append(run([self.options.shoal, "replay", *own, "--set", f"topics.file={self.topics}", "--json"],
                            stdout=subprocess.DEVNULL))
        ratio = statistics.median(theirs[0] / mine[0] for theirs, mine in zip(bare, ours))
        print(f"from a broker              {events / statistics.median(run[0] for run in ours):,.0f} events a second, "
              f"a bare consumer {events / statistics.median(run[0] for run in bare):,.0f}: {ratio:.2f} of it (target 0.6)")
        print(f"CPU time an event          {statistics.median(run[1] for run in ours) / events * 1e9:,.0f} ns, "
              f"the bare consumer's {statistics.median(run[1] for run in bare) / events * 1e9:,.0f} ns")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shoal", default=".build/release/shoal")
    options.add_argument("--base", help="another program, to compare with")
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--viewers", type=int, default=100_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--bootstrap", help="a broker, for the rate over a topic")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        bench.file()
        if options.bootstrap:
            bench.broker()


main()

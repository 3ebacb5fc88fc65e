"""How many instructions `shoal replay` executes for an event: `make bench-instructions`.

Two files of the same viewers, topics and epochs, with few events and with many, are replayed with one partition under
`valgrind --tool=callgrind`. The difference of both counts over that of their events has no start-up in it, and little of what an epoch
costs. The judging of quality at the end is not counted. Reading, decoding, pseudonyms, profiles and assignments are.

Counts repeat within a thousandth, whatever else the machine does. They depend on the architecture and the compiler, and a little on
the CPU, by which the C library chooses how it copies memory; valgrind hides newer instructions from it. Benchmarks/Replay/instructions.json
has the stored figures, and the architecture and compiler they hold for.

    instructions.py --shoal FILE            prints the figures
    instructions.py --shoal FILE --check    ends with 1 if an event needs 5 % more than stored, and with 3 if that cannot be told here
    instructions.py --shoal FILE --update   stores the figures
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import platform
import queue
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STORED = HERE / "instructions.json"
FORMATS = ("json", "protobuf")
# Events of a viewer in each of the epochs.
RATES = (4, 12)
SIMULATE = ("--viewers", "500", "--archetypes", "6", "--topics", "80", "--epochs", "10")
REPLAY = ("--partitions", "1", "--set", "clusters.seed-members=300", "--set", "privacy.min-cluster-size=20", "--json")
# The function that is not counted, by its mangled name.
QUALITY = rb"\$s11ShoalReplay0B6ResultV14measureQuality5truth\w+"
MOST = 1.05
RENEW = "`make bench-instructions UPDATE=1` stores new figures"


class Skipped(Exception):
    """Why nothing can be told here."""


def swift():
    """The version of the compiler."""
    if not shutil.which("swift"):
        raise Skipped("there is no swift")
    printed = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True)
    return re.search(r"Swift version (\S+)", printed.stdout + printed.stderr)[1]


def conditions():
    """What the figures depend on."""
    return {"machine": platform.machine(), "swift": swift()}


def quality_function(program):
    """The mangled name of the function that is not counted. Refuses a program that was not optimised."""
    path = pathlib.Path(program).resolve()
    if "debug" in path.parts:
        sys.exit(f"{path} is a debug build: the count would say nothing. Build with -c release.")
    names = {name.decode() for name in re.findall(QUALITY, path.read_bytes())}
    if len(names) != 1:
        sys.exit(f"{path} has {len(names)} functions like {QUALITY.decode()}: correct the pattern in {__file__}")
    return names.pop()


class Counter:
    def __init__(self, program, folder):
        if not shutil.which("valgrind"):
            raise Skipped("there is no valgrind (Debian: valgrind)")
        compiler = shutil.which("clang") or shutil.which("gcc")
        if not compiler:
            raise Skipped("there is no C compiler")
        self.program, self.folder, self.quality = str(pathlib.Path(program).resolve()), folder, quality_function(program)
        self.preloaded = os.path.join(folder, "sigsuspend.so")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", self.preloaded, HERE / "sigsuspend.c"], check=True)
        # One CPU for each run, so that the threads of a run take turns in the same way.
        self.cpus = queue.SimpleQueue()
        for cpu in os.sched_getaffinity(0):
            self.cpus.put(cpu)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")} | {
            "SWIFT_DETERMINISTIC_HASHING": "1", "LIBDISPATCH_COOPERATIVE_POOL_STRICT": "1"}

    def run(self, words, environment=None):
        done = subprocess.run(words, env=environment or self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done

    def count(self, form, rate):
        """Events, clusters at the end and instructions of a run."""
        path, topics = (os.path.join(self.folder, f"{form}-{rate}{suffix}") for suffix in ("", ".topics"))
        self.run([self.program, "simulate", path, "--format", form, "--rate", str(rate), "--topics-file", topics, *SIMULATE])
        cpu = self.cpus.get()
        try:
            done = self.run(
                ["taskset", "-c", str(cpu), "valgrind", "--tool=callgrind", f"--callgrind-out-file={path}.callgrind",
                 f"--toggle-collect={self.quality}", "--collect-atstart=yes", self.program, "replay", path, "--set",
                 f"topics.file={topics}", *REPLAY],
                self.environment | {"LD_PRELOAD": self.preloaded})
        finally:
            self.cpus.put(cpu)
        report = json.loads(done.stdout)
        return report["input"]["events"], len(report["clusters"]), int(re.search(r"Collected : (\d+)", done.stderr)[1])

    def figures(self):
        """Instructions an event, by format."""
        with concurrent.futures.ThreadPoolExecutor(self.cpus.qsize()) as pool:
            runs = {(form, rate): pool.submit(self.count, form, rate) for form in FORMATS for rate in reversed(RATES)}
        found = {}
        for form in FORMATS:
            (few, _, less), (many, clusters, more) = (runs[form, rate].result() for rate in RATES)
            if many <= few or clusters < 3:
                sys.exit(f"the streams are no longer those that are meant: {few} and {many} events, {clusters} clusters")
            found[form] = round((more - less) / (many - few))
        return found


def verdict(found, stored):
    """Lines about the figures, and whether all of them are within what is allowed."""
    lines, is_right = [], True
    for form, count in found.items():
        ratio = count / stored[form]
        line = f"{form}: {count:,} instructions an event, {ratio - 1:+.1%} against the stored {stored[form]:,}"
        if ratio > 5:
            line += ". Is this a debug build?"
        elif ratio > MOST:
            line += f", and more than {MOST - 1:.0%} more. If that is meant, {RENEW}."
        elif ratio < 2 - MOST:
            line += f". Lower the threshold: {RENEW}."
        is_right = is_right and ratio <= MOST
        lines.append(line)
    return lines, is_right


def measured(program):
    with tempfile.TemporaryDirectory() as folder:
        return Counter(program, folder).figures()


def check(program):
    """Returns what `verdict` does. Raises `Skipped` if the stored figures do not hold here."""
    stored, here = json.loads(STORED.read_text()), conditions()
    for name, value in here.items():
        if stored[name] != value:
            raise Skipped(f"the stored figures are for {name} {stored[name]}, and this is {value}; {RENEW}")
    return verdict(measured(program), stored)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shoal", required=True, help="the program, optimised")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    try:
        if options.check:
            lines, is_right = check(options.shoal)
            print("\n".join(lines))
            return 0 if is_right else 1
        found = measured(options.shoal)
        for form, count in found.items():
            print(f"{form}: {count:,} instructions an event")
        if options.update:
            STORED.write_text(json.dumps(conditions() | found, indent=1) + "\n")
        return 0
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 3


if __name__ == "__main__":
    sys.exit(main())

"""A broker and `shoal run` at work, for the benchmarks on Apache Kafka."""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

KEY = {"SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"}


def spent(pid):
    """CPU seconds of a process so far, and context switches of its threads."""
    folder = f"/proc/{pid}"
    words = pathlib.Path(folder, "stat").read_text().rsplit(")", 1)[1].split()
    cpu = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    switches = sum(
        int(line.split(":")[1]) for status in pathlib.Path(folder, "task").glob("*/status")
        for line in status.read_text().splitlines() if "ctxt_switches" in line)
    return cpu, switches


def idle_cost(pid, seconds):
    """CPU time as a share of a core and context switches a second of a process, over a time."""
    before = spent(pid)
    time.sleep(seconds)
    return tuple((now - then) / seconds for now, then in zip(spent(pid), before))


def resident(pid):
    """Resident bytes of a process."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Instance:
    """`shoal run` at work, with its metrics."""

    def __init__(self, program, settings, folder):
        self.log_path = os.path.join(folder, f"run-{random.getrandbits(48):x}.log")
        self.started = time.monotonic()
        words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([program, "run", *words], env={**os.environ, **KEY}, stdout=log, stderr=log)
        try:
            self.port = self.told_port("health and metrics are served")
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    def told_port(self, message):
        """Waits for a line of the log, and returns the port that it tells."""
        while not (found := [line for line in self.log() if message in line["message"]]):
            self.check()
            time.sleep(0.01)
        return int(found[0]["port"])

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.startswith("{") and line.endswith("}\n")]

    def check(self):
        if self.process.poll() is not None:
            sys.exit(f"shoal ended with {self.process.returncode}: {pathlib.Path(self.log_path).read_text()[-4000:]}")

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""

    def metrics(self):
        self.check()
        values = {}
        for line in self.get("/metrics")[1].splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def wait(self, is_right, pause=0.03):
        while not is_right(values := self.metrics()):
            time.sleep(pause)
        return values

    def ready(self):
        """Seconds from the start of the process until it is assigned and restored."""
        while self.get("/readyz")[0] != 200:
            self.check()
            time.sleep(0.01)
        return time.monotonic() - self.started

    def take_over(self):
        """Seconds from the assignment until all partitions were taken over, from the log."""

        def at(text):
            lines = [line for line in self.log() if text in line["message"]]
            return datetime.datetime.fromisoformat(lines[-1]["time"].replace("Z", "+00:00"))

        return (at("took over") - at("assigned")).total_seconds()

    def end(self, number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=120)


def total(values, name):
    return sum(value for label, value in values.items() if label == name or label.startswith(name + "{"))


def options_parser(description, out):
    """The options of all these benchmarks; `out` says what the file gets."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", required=True, help="bin/kafka, which starts a broker")
    parser.add_argument("--shoal", required=True, help="the program")
    parser.add_argument("--out", help=out)
    parser.add_argument("--release", type=int, default=4, help="of Apache Kafka (%(default)s)")
    return parser


@contextlib.contextmanager
def kafka(program, release):
    """Runs a broker with `program start`. Yields a folder for files, and what `start` printed."""
    folder = tempfile.mkdtemp(prefix="shoal-bench-")
    cluster = {"DIR": os.path.join(folder, "kafka")}
    try:
        started = subprocess.run(
            [program, "start", "--release", str(release), "--dir", cluster["DIR"], "--heap", "1g"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        cluster |= dict(line.split("=", 1) for line in started.splitlines() if "=" in line)
        yield folder, cluster
    finally:
        subprocess.run([program, "stop", cluster["DIR"], "--kill", "--remove"], stdout=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


class Harness:
    """Applications on one broker, each with topics of its own."""

    def __init__(self, program, folder, cluster, topics=200):
        self.program, self.folder, self.cluster = program, folder, cluster
        with open(os.path.join(folder, "topics.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"topic-{number}\n" for number in range(topics))

    def compiled(self, name, *flags):
        """The path of a C program of this folder."""
        source, program = pathlib.Path(__file__).with_name(f"{name}.c"), os.path.join(self.folder, name)
        subprocess.run(["gcc", "-O2", "-o", program, source, *flags], check=True)
        return program

    def settings(self, topic, **more):
        name = f"bench-{random.getrandbits(40):x}"
        settings = {
            "kafka.bootstrap.servers": self.cluster["BOOTSTRAP"], "application.id": name, "input.topic": topic,
            "output.topic": f"{name}-out", "dead-letters.topic": f"{name}-dead", "http.listen": "127.0.0.1:0",
            "log.format": "json", "topics.file": os.path.join(self.folder, "topics.txt"),
        }
        return settings | {name.replace("_", "."): value for name, value in more.items()}

    def shoal(self, command, settings, *words):
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        run = subprocess.run(
            [self.program, *command, *options, *words], env={**os.environ, **KEY}, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f"shoal {' '.join(command)} ended with {run.returncode}: {run.stdout}{run.stderr}")

    def create(self, settings, partitions):
        self.shoal(["topics", "create"], settings, "--partitions", str(partitions))

    def start(self, settings, program=None):
        return Instance(program or self.program, settings, self.folder)

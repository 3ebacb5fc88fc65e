"""Memory and start of an instance over a year of hourly models: `make bench-models`.

Runs `shoal run` on Apache Kafka over a stream of `--hours` hours and 5,000 topics, in which every hour has a model. In each hour of
the first tenth, five viewers also watch 512 topics that nobody else watches. Reports resident memory in tenths of the time, the size
of the models, the vocabulary, and how long a new start takes. Needs bin/kafka, kcat, and the program.
"""

import argparse
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Kafka"))
from bench import Bench, total  # noqa: E402

TOPICS, TASTES, VIEWERS, HOUR = 5_000, 50, 4_000, 3_600_000


def events(hours, an_hour):
    """JSON lines: `an_hour` events of viewers with a taste of 100 topics each, and the five with their own topics."""
    draws = random.Random(7)
    begin = 1_700_000_000_000 // HOUR * HOUR
    # Enough viewers for clusters in the first hour.
    for hour in range(hours):
        count = 5 * VIEWERS if hour == 0 else an_hour
        junk = 0 < hour < hours // 10
        for number in range(count):
            viewer = number % VIEWERS if hour == 0 else draws.randrange(VIEWERS)
            topics = [f"topic {viewer % TASTES * (TOPICS // TASTES) + draws.randrange(TOPICS // TASTES)}" for _ in range(3)]
            yield line(f"viewer {viewer}", topics, begin + hour * HOUR + number * HOUR // count)
        for viewer in range(5 if junk else 0):
            for part in range(16):
                topics = [f"junk {hour} {part} {number}" for number in range(32)]
                yield line(f"stranger {viewer}", topics, begin + hour * HOUR + HOUR - 1)


def line(viewer, topics, at):
    return json.dumps(
        {"user_id": viewer, "topics": topics, "watched_ms": 60_000, "duration_ms": 60_000, "event_time_ms": at},
        separators=(",", ":"))


def bytes_of(bench, topic):
    """How many records a topic has, and the bytes of their values."""
    process = subprocess.Popen(
        ["kcat", "-C", "-b", bench.cluster["BOOTSTRAP"], "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%S\n",
         "-X", "isolation.level=read_committed"], stdout=subprocess.PIPE, text=True)
    sizes = [int(size) for size in process.stdout]
    return len(sizes), sum(sizes)


def measure(bench, hours, an_hour):
    pathlib.Path(bench.folder, "topics.txt").write_text("\n".join(f"topic {number}" for number in range(TOPICS)))
    settings = bench.settings(
        f"bench-models-{random.getrandbits(40):x}", epoch_length="1h", snapshot_interval="2s") | {
            "epoch.future": "allow", "epoch.idle-timeout": "1s"}
    bench.create(settings, 2)
    path, count = bench.file(events(hours, an_hour))
    bench.shoal(["publish", path], settings, "--topic", settings["input.topic"])
    instance = bench.start(settings)
    memory, topics = [], []
    try:
        instance.ready()
        last = 1_700_000_000_000 // HOUR + hours - 1
        while (values := instance.metrics()).get("shoal_model_epoch", 0) < last - 3:
            done = values.get("shoal_model_epoch", 0) - (last - hours)
            memory.append((done / hours, values["process_resident_memory_bytes"] / 2**20))
            topics.append(values.get("shoal_vocabulary_topics", 0))
            time.sleep(0.5)
        members = total(values, "shoal_members")
    finally:
        instance.end(signal.SIGTERM)
    records, size = bytes_of(bench, f"{settings['application.id']}-models")
    tenths = [statistics.median([mib for done, mib in memory if part <= done * 10 < part + 1] or [0]) for part in range(10)]
    bench.note(
        f"{hours:,} hours, {count:,} events, {members:,.0f} members, {records:,} records of models, {size / 2**20:,.0f} MiB. "
        f"Resident memory in tenths of the time: {', '.join(f'{mib:.0f}' for mib in tenths)} MiB.")
    growth = tenths[9] / max(tenths[2], 1) - 1
    bench.figure("resident memory, last tenth against the third", f"{growth * 100:+.1f} %", "≤ 10 %", growth <= 0.1)
    bench.figure("topics in the vocabulary, at most and at the end", f"{max(topics):,.0f}, {topics[-1]:,.0f}")
    starts, resident = [], []
    for _ in range(bench.options.repeats):
        instance = bench.start(settings)
        try:
            starts.append(instance.ready())
            resident.append(instance.metrics()["process_resident_memory_bytes"] / 2**20)
        finally:
            # A stop by signal leaves the group's place free sooner.
            instance.end(signal.SIGTERM)
    start = statistics.median(starts)
    bench.figure("ready after a start", f"{start:.2f} s, {statistics.median(resident):.0f} MiB", "≤ 2 s", start <= 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kafka", required=True, help="bin/kafka, which starts a broker")
    parser.add_argument("--shoal", required=True)
    parser.add_argument("--hours", type=int, default=8_760)
    parser.add_argument("--events", type=int, default=100, help="an hour")
    parser.add_argument("--release", default="4")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="shoal-bench-") as folder:
        cluster = {"DIR": os.path.join(folder, "kafka")}
        try:
            started = subprocess.run(
                [options.kafka, "start", "--release", str(options.release), "--dir", cluster["DIR"], "--heap", "1g"],
                check=True, stdout=subprocess.PIPE, text=True).stdout
            cluster |= dict(word.split("=", 1) for word in started.splitlines() if "=" in word)
            measure(Bench(options, folder, cluster), options.hours, options.events)
        finally:
            subprocess.run([options.kafka, "stop", cluster["DIR"], "--kill", "--remove"], stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()

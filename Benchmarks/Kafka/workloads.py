"""The workloads of bench-live, as files of JSON events."""

import gzip
import json
import os
import re
import subprocess
from dataclasses import dataclass

EPOCH = 3_600_000
EPOCHS = 25
TIME = re.compile(r'"event_time_ms":(\d+)')
VIEWER = re.compile(r'"user_id":"[^"]*"')
ID = re.compile(r'"event_id":"([^"]*)"')


@dataclass(frozen=True)
class Workload:
    what: str
    viewers: int = 100_000
    clusters: int = 64
    topics: int = 300
    format: str = "json"
    #: One event in so many is of the same viewer; 0 for none.
    hot: int = 0
    #: Whether it is the real log.
    is_log: bool = False


WORKLOADS = {
    "A": Workload("simulated viewers"),
    "B": Workload("more viewers, clusters and topics", 1_000_000, 256, 1_000),
    "H": Workload("one viewer has a tenth of all events", hot=10),
    "P": Workload("A as Protobuf", format="protobuf"),
    "R": Workload("a real log, repeated with shifted time", is_log=True),
}


def write(workload, program, path, topics, events, log=None):
    """Writes so many events to `path`, and the names of all topics to `topics`."""
    if workload.is_log:
        return repeated(log, path, topics, events)
    words = ["--viewers", workload.viewers, "--archetypes", workload.clusters, "--topics", workload.topics, "--events", events,
             "--rate", events / EPOCHS / workload.viewers, "--topics-file", topics]
    raw = path + ".raw" if workload.hot else path
    subprocess.run([program, "simulate", raw, *map(str, words)], check=True, stderr=subprocess.DEVNULL)
    if workload.hot:
        with open(raw, encoding="utf-8") as source, open(path, "w", encoding="utf-8") as out:
            for number, line in enumerate(source):
                out.write(line if number % workload.hot else VIEWER.sub('"user_id":"viewer-of-many"', line, count=1))
        os.remove(raw)


def repeated(log, path, topics, events):
    """A log, repeated until there are enough events: each time later by its span, in whole epochs, and with an id for each event."""
    with gzip.open(log, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    names = {topic if isinstance(topic, str) else topic["name"] for line in lines for topic in json.loads(line)["topics"]}
    with open(topics, "w", encoding="utf-8") as file:
        file.writelines(f"{name}\n" for name in sorted(names))
    times = [int(TIME.search(line)[1]) for line in lines]
    span = (max(times) - min(times)) // EPOCH * EPOCH + EPOCH
    with open(path, "w", encoding="utf-8") as out:
        for number in range(events):
            turn, place = divmod(number, len(lines))
            line = ID.sub(f'"event_id":"{number}"', lines[place], count=1)
            out.write(TIME.sub(f'"event_time_ms":{times[place] + turn * span}', line, count=1))


def end(path):
    """The end of the last epoch of a file."""
    with open(path, encoding="utf-8") as file:
        return (max(int(TIME.search(line)[1]) for line in file) // EPOCH + 1) * EPOCH


def again(path, out, count, first, step):
    """Writes so many events of a file again, at the time `first` and each `step` ms of event time after the one before. The times are
    all different, if `step` is 1 or more."""
    number = 0
    with open(out, "w", encoding="utf-8") as written:
        while number < count:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    line = ID.sub(f'"event_id":"again-{first}-{number}"', line, count=1)
                    written.write(TIME.sub(f'"event_time_ms":{first + int(number * step)}', line, count=1))
                    number += 1
                    if number == count:
                        break

"""The delays of bench-live: from an event to its change, and from the end of an epoch to its last change.

An instance works off a topic. Then events arrive at half the rate that it can bear. The times are those at which the broker appended
an event or an epoch delta, and at which a `read_committed` consumer on the same machine reads the change.
"""

import hashlib
import hmac
import os
import signal
import statistics
import subprocess
import time
from typing import NamedTuple

import workloads
from harness import KEY

# Epochs that are measured, after one in which the rate settles.
EPOCHS = 5
SMALLEST_DELTA = 200


def share(values, part):
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


class Arrivals:
    """The records of a topic as a consumer reads them from now on. It reads committed ones."""

    def __init__(self, bench, topic, partitions):
        self.path = os.path.join(bench.folder, f"{topic}.arrivals")
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen(bench.arrivals(topic, partitions, "end"), stdout=out)
        end = time.monotonic() + 60
        while "ready" not in self.text():
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"no consumer of {topic}")
            time.sleep(0.05)

    def text(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def count(self):
        return self.text().count("\n")

    def end(self):
        """Ends the consumer. Returns what it read."""
        self.process.kill()
        self.process.wait()
        text = self.text()
        return parsed(text[text.index("ready\n") + 6:])


class Record(NamedTuple):
    #: Both in ms of the wall clock.
    arrival: int
    timestamp: int
    partition: int
    offset: int
    size: int
    #: Of a change that an event of its member caused; "-" for others.
    id: str
    #: The end of a change's epoch, in ms; 0 for others.
    time: int


def parsed(text):
    fields = [line.split() for line in text.splitlines()]
    return [Record(*map(int, line[:5]), line[5], int(line[6])) for line in fields if len(line) == 7]


def positions(ids):
    """The partitions and offsets of the events that caused changes, by the changes' ids; docs/determinism.md says how ids are made."""
    secret = bytes.fromhex(KEY["SHOAL_PRIVACY_KEY"])
    extracted = hmac.new(b"shoal", secret, hashlib.sha256).digest()
    key = hmac.new(extracted, b"shoal/3/change-position\x01", hashlib.sha256).hexdigest()
    plain = subprocess.run(["openssl", "enc", "-d", "-aes-256-ecb", "-nopad", "-K", key], input=bytes.fromhex("".join(ids)),
                           check=True, stdout=subprocess.PIPE).stdout
    for at in range(0, len(plain), 16):
        value = int.from_bytes(plain[at:at + 16])
        yield value >> 108, value >> 60 & (1 << 48) - 1


class Delays:
    def __init__(self, bench, rate, seconds):
        """`rate` is the most events a second that an instance can bear."""
        self.bench, self.rate, self.seconds = bench, rate / 2, seconds
        self.first = workloads.end(bench.path)

    def measured(self):
        return {"rate": self.rate} | self.of_events() | self.of_epochs()

    def caught_up(self, instance, events):
        instance.wait(lambda values: values.get("shoal_events_total", 0) >= events, 0.1)

    def quiet(self, arrivals):
        """Waits until no record has come for a while."""
        count = -1
        while count != (count := arrivals.count()):
            time.sleep(3)

    def arrivals(self, settings, count, step, topics):
        """What a consumer reads of topics while an instance that has worked off the input gets `count` more events, `step` ms apart in
        event time, at half load."""
        bench = self.bench
        bench.create(settings, bench.partitions)
        tail = os.path.join(bench.folder, "tail.json")
        workloads.again(bench.path, tail, count, self.first, step)
        instance = bench.start(settings)
        try:
            self.caught_up(instance, bench.options.events + bench.added)
            found = [Arrivals(bench, topic, partitions) for topic, partitions in topics]
            bench.publish(tail, self.rate * step / 1000)
            bench.added += count
            self.caught_up(instance, bench.options.events + bench.added)
            self.quiet(found[0])
            return [arrivals.end() for arrivals in found]
        finally:
            instance.end(signal.SIGTERM)
            os.remove(tail)

    def of_events(self):
        """With output.every=event, in ms: from the append of an event to its change. All events are of one epoch."""
        bench = self.bench
        settings = bench.settings(bench.topic) | {"output.every": "event", "output.format": "json"}
        count = min(int(self.rate * self.seconds), workloads.EPOCH)
        read, = self.arrivals(settings, count, 1, [(settings["output.topic"], bench.partitions)])
        self.first += workloads.EPOCH
        # The first fifth opens the epoch and settles. The append is that of the input topic: LogAppendTime.
        appended = {(record.partition, record.offset): record.timestamp for record in bench.appended()}
        begin = sorted(appended.values())[-count:][count // 5]
        caused = [record for record in read if record.id != "-"]
        caused = zip(caused, positions([record.id for record in caused]))
        delays = [record.arrival - appended[place] for record, place in caused if appended.get(place, 0) >= begin]
        if len(delays) < 20:
            raise SystemExit(f"only {len(delays)} changes were caused by {count} events: give more --delay-seconds")
        return {"event_changes": len(delays), "event_p50": statistics.median(delays), "event_p99": share(delays, 0.99)}

    def of_epochs(self):
        """With the default, in ms: from the last delta of an epoch to a change of it, and to the last one."""
        bench = self.bench
        settings = bench.settings(bench.topic) | {"output.format": "json"}
        each = int(self.rate * self.seconds / (EPOCHS + 1))
        read, closed = self.arrivals(
            settings, each * (EPOCHS + 1), workloads.EPOCH / each,
            [(settings["output.topic"], bench.partitions), (f"{settings['application.id']}-deltas", 1)])
        bursts = []
        gap = self.seconds * 1000 / (EPOCHS + 1) / 2
        # Smaller ones are the status of a partition.
        for moment in sorted(record.timestamp for record in closed if record.size > SMALLEST_DELTA):
            if not bursts or moment - bursts[-1][-1] > gap:
                bursts.append([])
            bursts[-1].append(moment)
        closes = [burst[-1] for burst in bursts][-EPOCHS:]
        epochs, every, last = {}, [], []
        for record in read:
            epochs.setdefault(record.time, []).append(record.arrival)
        for arrivals in epochs.values():
            # A partition publishes the changes of an epoch when it closes, which may be before the last partition does.
            middle = statistics.median(arrivals)
            close = min(closes, key=lambda moment: abs(moment - middle))
            if abs(close - middle) < gap:
                every += [max(arrival - close, 0) for arrival in arrivals]
                last.append(max(*arrivals, close) - close)
        if len(last) < 3:
            raise SystemExit(f"only {len(last)} of {len(closes)} ends of epochs had changes: give more --delay-seconds")
        return {"epochs": len(last), "epoch_changes": len(every), "epoch_p50": statistics.median(every),
                "epoch_last": statistics.median(last), "epoch_most": max(last)}


def lines(found):
    """The table of delays."""
    yield "| delay until a change can be read, at half load | ms | target | |"
    yield "| --- | --- | --- | --- |"

    def row(what, value, most):
        yield f"| {what} | {value:,.0f} | ≤ {most} | {'met' if value <= most else 'missed'} |"

    events = f"from the append of its event (`output.every=event`, {found['event_changes']:,} changes)"
    yield from row(f"{events}, p50", found["event_p50"], 130)
    yield from row(f"{events}, p99", found["event_p99"], 300)
    epochs = f"from the close of its epoch (default, {found['epochs']} epochs with {found['epoch_changes']:,} changes)"
    yield f"| {epochs}, p50 | {found['epoch_p50']:,.0f} | | |"
    yield f"| {epochs}, the last change, median | {found['epoch_last']:,.0f} | | |"
    yield from row(f"{epochs}, the last change, most", found["epoch_most"], 1000)

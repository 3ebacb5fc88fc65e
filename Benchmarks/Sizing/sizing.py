"""What an instance costs: CPU an event, memory a member, bytes in each topic. `make bench-sizing` runs it.

For each number of viewers it publishes made-up events to topics of their own, runs one instance over them, and measures that
process and the topics. What grows with members or events is the slope between the smallest and the largest run, so that what a
process costs anyway does not count. Needs a broker, kcat and the program; only Python's own modules.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import uuid

TOPICS = 64
TASTES = 16
START = 1_700_000_400_000
HOUR = 3_600_000


def events(viewers, hours, seed=1):
    """Each viewer watches once an hour: two topics of his taste, at times another one. A line each, about 190 bytes."""
    draw = random.Random(seed)
    for hour in range(hours):
        for viewer in range(viewers):
            taste = viewer % TASTES if draw.random() < 0.95 else draw.randrange(TASTES)
            first = taste * (TOPICS // TASTES)
            topics = {f"topic-{first + draw.randrange(4)}", f"topic-{first + draw.randrange(4)}"}
            yield json.dumps({
                "event_id": f"{hour}-{viewer}", "user_id": f"viewer-{viewer:09}", "video_id": f"v{draw.randrange(10**6)}",
                "topics": sorted(topics), "watched_ms": draw.randrange(5_000, 60_000), "duration_ms": 60_000,
                "event_time_ms": START + hour * HOUR + draw.randrange(HOUR),
            }, separators=(",", ":"))


def process(pid):
    """CPU seconds so far, resident bytes now and at most."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status") as file:
        status = dict(line.split(":", 1) for line in file if ":" in line)
    ticks = os.sysconf("SC_CLK_TCK")
    return ((int(fields[11]) + int(fields[12])) / ticks,
            int(status["VmRSS"].split()[0]) << 10, int(status["VmHWM"].split()[0]) << 10)


class Run:
    def __init__(self, options, viewers):
        self.options, self.viewers = options, viewers
        self.name = f"sizing-{uuid.uuid4().hex[:8]}"
        settings = {
            "kafka.bootstrap.servers": options.bootstrap, "application.id": self.name, "input.topic": f"{self.name}-in",
            "output.topic": f"{self.name}-out", "epoch.future": "allow", "epoch.idle-timeout": "1s",
            "clusters.seed-members": "500", "snapshot.interval": "10s", "log.format": "text",
        }
        self.settings = [word for item in settings.items() for word in ("--set", "=".join(item))]
        self.environment = dict(os.environ, SHOAL_PRIVACY_KEY="5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c")

    def shoal(self, *words, **more):
        return subprocess.run([self.options.shoal, *words, *self.settings], check=True, text=True, env=self.environment,
                              stdout=subprocess.PIPE, **more).stdout

    def publish(self):
        self.shoal("topics", "create", "--partitions", str(self.options.partitions))
        words = [self.options.shoal, "publish", "-", "--topic", f"{self.name}-in", "--speed", "max", *self.settings]
        publisher = subprocess.Popen(words, stdin=subprocess.PIPE, text=True, env=self.environment,
                                     stderr=subprocess.DEVNULL)
        self.events = 0
        for line in events(self.viewers, self.options.hours):
            publisher.stdin.write(line + "\n")
            self.events += 1
        publisher.stdin.close()
        if publisher.wait() != 0:
            sys.exit("the events could not be published")

    def status(self):
        return json.loads(self.shoal("status", "--json"))

    def start(self, log):
        return subprocess.Popen([self.options.shoal, "run", *self.settings], env=self.environment, stdout=log, stderr=log)

    def restart(self):
        """How long a restart takes that finds the members in the state topic, and what it needs for them alone."""
        with tempfile.NamedTemporaryFile() as log:
            started = time.monotonic()
            instance = self.start(log)
            try:
                while b"took over" not in pathlib.Path(log.name).read_bytes():
                    time.sleep(0.02)
                    if instance.poll() is not None or time.monotonic() - started > 300:
                        sys.exit(f"the restart failed: {pathlib.Path(log.name).read_text()}")
                self.restored = time.monotonic() - started
                time.sleep(3)
                _, self.settled, _ = process(instance.pid)
            finally:
                instance.terminate()
                instance.wait()

    def measure(self):
        self.publish()
        started = time.monotonic()
        with open(os.devnull, "w") as nowhere:
            instance = self.start(nowhere)
        try:
            while True:
                time.sleep(2)
                status = self.status()
                if status["lag"] == 0 and all(p["is_caught_up"] for p in status["partitions"]):
                    break
                if instance.poll() is not None:
                    sys.exit(f"the instance ended with {instance.returncode}")
            self.seconds = time.monotonic() - started
            self.cpu, _, _ = process(instance.pid)
            # The last snapshot of each partition is whole after two more intervals.
            time.sleep(25)
            _, _, self.peak = process(instance.pid)
            self.model = self.status()["model"]
        finally:
            instance.terminate()
            instance.wait()
        self.restart()
        self.topics = {topic: self.topic(topic) for topic in ("in", "out", "deltas", "models", "state")}

    def topic(self, suffix):
        """Committed records of a topic and the bytes of their keys and values."""
        words = ["kcat", "-b", self.options.bootstrap, "-t", f"{self.name}-{suffix}", "-C", "-o", "beginning", "-e", "-q",
                 "-X", "isolation.level=read_committed", "-f", "%p %K %S\n"]
        count = size = 0
        for line in subprocess.Popen(words, stdout=subprocess.PIPE).stdout:
            fields = line.split()
            if len(fields) >= 3 and fields[0].isdigit():
                count += 1
                size += max(int(fields[1]), 0) + max(int(fields[2]), 0)
        return count, size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shoal", required=True)
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--viewers", default="20000,100000", help="of each run (20000,100000)")
    parser.add_argument("--hours", type=int, default=8, help="events a viewer, one an epoch (8)")
    parser.add_argument("--partitions", type=int, default=4)
    options = parser.parse_args()
    runs = []
    for viewers in [int(number) for number in options.viewers.split(",")]:
        run = Run(options, viewers)
        run.measure()
        runs.append(run)
        print(f"{viewers} viewers, {run.events} events, {options.partitions} partitions: {run.seconds:.0f} s, "
              f"{run.cpu:.1f} s of CPU, {run.peak >> 20} MB at most; "
              f"{run.model['shown']} published clusters, {run.model['members']} members; "
              f"a restart took {run.restored:.1f} s, and {run.settled >> 20} MB")
        for topic, (count, size) in run.topics.items():
            print(f"    {topic:<7} {count:>9} records {size:>12} bytes {size / max(count, 1):>9.1f} bytes each")
    first, last = runs[0], runs[-1]
    members, events_more = last.viewers - first.viewers, last.events - first.events
    if members > 0:
        print("by the slope between the first run and the last:")
        print(f"    CPU an event            {(last.cpu - first.cpu) / events_more * 1e6:.1f} µs")
        print(f"    memory a member         {(last.settled - first.settled) / members:.0f} bytes")
        print(f"    memory without members  {(first.settled - first.viewers * (last.settled - first.settled) / members) / 1e6:.0f}"
              " MB")
        print(f"    memory more for a partition with a backlog  {(last.peak - last.settled) / options.partitions / 1e6:.0f} MB, "
              "in the last run")
        print(f"    state written a member  {(last.topics['state'][1] - first.topics['state'][1]) / members:.0f} bytes "
              "(all snapshots)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

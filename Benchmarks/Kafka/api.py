"""What the API costs beside a full backlog: `make bench-api`.

An instance works off a backlog, in turn without and with requests: nine of ten ask for all clusters, one for a member. Then it is asked
while it is idle. Needs bin/kafka, which starts a broker, gcc, and the program.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time

import workloads
from delay import share
from harness import Harness, kafka, options_parser, spent

PARTITIONS = 8
#: Requests at a time, at most.
THREADS = 16
#: Requests for clusters, and then one for a member.
CLUSTERS = 9
MEMBERS = 20
TOKEN = "bench"
CONNECTIONS = {"kept": f"over {THREADS} connections", "new": "each over a connection of its own"}
KINDS = ("/v1/clusters", "/v1/members:lookup")


class Bench(Harness):
    def __init__(self, options, folder, cluster):
        super().__init__(options.shoal, folder, cluster)
        self.options = options
        self.generator = self.compiled("requests", "-pthread")
        settings = self.settings(f"bench-api-{random.getrandbits(40):x}")
        self.topic = settings["input.topic"]
        self.create(settings, PARTITIONS)
        events = os.path.join(folder, "events.json")
        workload = dataclasses.replace(workloads.WORKLOADS["A"], clusters=128, topics=600)
        workloads.write(workload, self.program, events, settings["topics.file"], options.events)
        self.shoal(["publish", events], {"kafka.bootstrap.servers": cluster["BOOTSTRAP"]}, "--topic", self.topic, "--speed", "max")
        self.access = os.path.join(folder, "access")
        with open(self.access, "w", encoding="utf-8") as file:
            file.write(f"bench viewer,analyst {hashlib.sha256(TOKEN.encode()).hexdigest()}\n")
        self.requests = list(self.written(events))
        os.remove(events)

    def written(self, events):
        """Writes the requests to files. Yields their paths, in turn."""
        head = f"Host: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
        clusters = os.path.join(self.folder, "clusters.request")
        with open(clusters, "w", encoding="utf-8", newline="") as file:
            file.write(f"GET {KINDS[0]} HTTP/1.1\r\n{head}\r\n")
        with open(events, encoding="utf-8") as file:
            viewers = [json.loads(line)["user_id"] for line, _ in zip(file, range(MEMBERS))]
        for viewer in viewers:
            body = json.dumps({"viewer": viewer, "reason": "bench"})
            path = os.path.join(self.folder, f"{viewer}.request")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(f"POST {KINDS[1]} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}")
            yield from [clusters] * CLUSTERS + [path]

    def begin(self, settings):
        """An instance with an API, and the API's port."""
        name = settings["application.id"]
        instance = self.start(settings | {
            "api.listen": "127.0.0.1:0", "api.access-file": self.access, "api.request-limit": 100_000, "api.lookup-limit": 100_000,
            "audit.file": os.path.join(self.folder, f"{name}.audit")})
        return instance, instance.told_port("page and API are served")

    def asking(self, port, seconds):
        path = os.path.join(self.folder, f"answers-{random.getrandbits(40):x}")
        with open(path, "wb") as out:
            words = [self.generator, self.options.connections, port, self.options.rate, seconds, THREADS, *self.requests]
            return path, subprocess.Popen([str(word) for word in words], stdout=out)

    def answers(self, path):
        """The times of answers by kind, in ms. Answers have to be 200."""
        with open(path, encoding="utf-8") as file:
            lines = [line.split() for line in file if line.endswith("\n")]
        wrong = [status for _, status, _ in lines if status != "200"]
        if wrong or not lines:
            sys.exit(f"{len(wrong)} of {len(lines)} answers are not 200, the first: {wrong[:1]}")
        times = ([], [])
        for number, _, time_ in lines:
            times[int(number) % (CLUSTERS + 1) == CLUSTERS].append(int(time_) / 1000)
        return times

    def run(self, is_asked):
        """A run through the backlog, measured from a quarter of the events, when there are clusters, to the end."""
        settings = self.settings(self.topic)
        self.create(settings, PARTITIONS)
        instance, port = self.begin(settings)
        asking = None
        try:
            def mark(share_):
                values = instance.wait(lambda values: values.get("shoal_events_total", 0) >= share_ * self.options.events, 0.05)
                return time.monotonic(), values["shoal_events_total"]

            first = mark(0.25)
            if is_asked:
                path, asking = self.asking(port, 600)
            last = mark(1)
            found = {"rate": (last[1] - first[1]) / (last[0] - first[0])}
            if is_asked:
                if asking.poll() is not None:
                    sys.exit("the requests ended early")
                asking.kill()
                found["times"] = self.answers(path)
            return found, instance, port
        except BaseException:
            instance.end(signal.SIGKILL)
            raise
        finally:
            if asking:
                asking.kill()
                asking.wait()

    def idle(self, instance, port):
        """Answers of an idle instance, and the CPU time of one, in seconds."""
        time.sleep(self.options.settle)

        def cost(seconds):
            before = spent(instance.process.pid)[0]
            time.sleep(seconds)
            return spent(instance.process.pid)[0] - before

        quiet = cost(self.options.seconds)
        path, asking = self.asking(port, self.options.seconds)
        asked = cost(self.options.seconds)
        if asking.wait():
            sys.exit("the requests failed")
        times = self.answers(path)
        return times, (asked - quiet) / sum(map(len, times))


def row(what, times, most):
    p50, p99 = statistics.median(times), share(times, 0.99)
    return f"| {what}, {len(times):,} | {p50:.2f} | {p99:.2f} | {max(times):.2f} | ≤ {most} | {'met' if p99 <= most else 'missed'} |"


def text(options, rounds, idle, cost, load):
    plain, asked = ([runs[kind]["rate"] for runs in rounds] for kind in (False, True))
    loss = 1 - statistics.median(with_ / without for with_, without in zip(asked, plain))
    computed = options.rate * cost / os.cpu_count()
    backlog = [[time_ for runs in rounds for time_ in runs[True]["times"][kind]] for kind in (0, 1)]
    lines = [
        "# The API beside a full backlog", "",
        f"Made by `make bench-api`: {options.rate:,} requests a second, {CONNECTIONS[options.connections]}, one of {CLUSTERS + 1} for a member, "
        f"with a token; {options.events:,} events of 100,000 viewers and 128 tastes over {PARTITIONS} partitions; Apache Kafka "
        f"{options.release}, one broker on the same {os.cpu_count()} cores; load {load:.1f} at the begin, {os.getloadavg()[0]:.1f} at the end. "
        "A time is from the moment at which a request was due.", "",
        "| answers | p50, ms | p99, ms | most, ms | target of p99 | |", "| --- | --- | --- | --- | --- | --- |",
        *(row(f"`{kind}` beside a backlog", times, most) for kind, times, most in zip(KINDS, backlog, (5, 10))),
        *(row(f"`{kind}`, idle", times, most) for kind, times, most in zip(KINDS, idle, (5, 10))), "",
        f"A request costs the instance {cost * 1e6:,.0f} µs of CPU time (idle): at this rate {computed:.1%} of all cores "
        f"(target: ≤ 3 %, {'met' if computed <= 0.03 else 'missed'}). Events a second beside requests against without, medians of {options.rounds} rounds in turn: "
        f"{statistics.median(asked):,.0f} and {statistics.median(plain):,.0f}, a loss of {loss:.1%}, with the programs that ask.",
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = options_parser(__doc__, "the file for the table")
    parser.add_argument("--rate", type=int, default=500, help="requests a second (%(default)s)")
    parser.add_argument("--connections", choices=CONNECTIONS, default="kept", help="(%(default)s)")
    parser.add_argument("--events", type=int, default=2_000_000, help="of the backlog (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=15, help="of requests to an idle instance (%(default)s)")
    parser.add_argument("--settle", type=float, default=35, help="seconds before that: a snapshot.interval and more (%(default)s)")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with kafka(options.kafka, options.release) as (folder, cluster):
        bench = Bench(options, folder, cluster)
        rounds = []
        for number in range(options.rounds):
            runs = {}
            for is_asked in (False, True):
                runs[is_asked], instance, port = bench.run(is_asked)
                if (number, is_asked) != (options.rounds - 1, True):
                    instance.end(signal.SIGTERM)
            rounds.append(runs)
            print(f"round {number + 1}: {runs[False]['rate']:,.0f} events a second, {runs[True]['rate']:,.0f} beside requests",
                  file=sys.stderr, flush=True)
        try:
            idle, cost = bench.idle(instance, port)
        finally:
            instance.end(signal.SIGTERM)
        page = text(options, rounds, idle, cost, load)
        print(page)
        if options.out:
            pathlib.Path(options.out).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

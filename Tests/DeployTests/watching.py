"""A real application to be watched: two instances on Apache Kafka, fed all the time, and a Prometheus that scrapes them."""

import contextlib
import hashlib
import json
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

import running
from conftest import ROOT, tool
from running import free_port

TASTES = [[f"{taste}-{number}" for number in range(4)] for taste in ("chess", "cats", "cars", "cakes", "cellos", "caves")]
# Epochs are short, so that models come all the time, and shorter than the time after which a partition is caught up: whoever
# is stopped holds the others back. The rest is what fits to a few hundred viewers.
SETTINGS = {
    "output.format": "json", "http.listen": "127.0.0.1:0",
    "epoch.length": "3s", "epoch.idle-timeout": "10s", "clock.quorum": "4", "members.min-events": "2",
    "clusters.seed-members": "60", "clusters.count": "6", "privacy.min-cluster-size": "10", "snapshot.interval": "2s",
    "checkpoint.interval": "2s", "log.format": "json",
}


def wait(until, seconds=60, what=None):
    """As `running.wait`, with pauses in which Prometheus may do its work."""
    return running.wait(until, seconds, pause=0.25, about=what)


def definitions(shoal):
    """The program's table of metrics."""
    return json.loads(subprocess.run([shoal, "metrics", "docs", "--format", "json"], check=True, capture_output=True,
                                     text=True).stdout)


def metrics(shoal):
    """The names of all series that the program tells."""
    table = definitions(shoal)
    names = {each["name"] for each in table}
    for each in table:
        if each["kind"] == "histogram":
            names |= {each["name"] + ending for ending in ("_bucket", "_sum", "_count")}
    return names


class Process:
    """A process of ours, whose output goes to a file, and which ends with the test."""

    def __init__(self, words, log, **more):
        self.log = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, **more)

    def text(self):
        return self.log.read_text(errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


class Instance(Process):
    """`shoal run` with metrics on a port that it chose itself."""

    def __init__(self, shoal, name, words, directory):
        self.words = [shoal, "run", *words, "--set", f"instance.id={name}"]
        self.start(self.words, directory / f"{name}.log")
        self.address = f"127.0.0.1:{wait(self.told_port, 30, what='the port of the metrics')}"

    def start(self, words, log):
        super().__init__(words, log, env={"SHOAL_PRIVACY_KEY": Watched.key, "PATH": "/usr/bin:/bin"})

    @property
    def api(self):
        return f"http://127.0.0.1:{wait(lambda: self.told_port('page and API are served'), 30, what='the API')}"

    def start_again(self):
        """Stops it, and starts it where Prometheus looks for it."""
        self.stop()
        self.start([*self.words, "--set", f"http.listen={self.address}"], self.log)

    def told_port(self, message="health and metrics are served"):
        assert self.process.poll() is None, self.text()
        for line in self.text().splitlines():
            if message in line:
                return int(json.loads(line)["port"])
        return None


class Feed:
    """Watch events of now, 200 a second, of 240 viewers with six tastes."""

    def __init__(self, bootstrap):
        self.process = subprocess.Popen(
            [tool("kcat"), "-P", "-b", bootstrap, "-t", "watch-events", "-K", "\t", "-X", "partitioner=murmur2_random"],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.count = 0
        self.poisons = 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with contextlib.suppress(BrokenPipeError):
            while not self.is_over.wait(0.05):
                lines = [self.event() for _ in range(10)]
                bad, self.poisons = self.poisons, 0
                lines += [f'u1\t{{"user_id":{number}' for number in range(bad)]
                self.process.stdin.write("\n".join(lines) + "\n")
                self.process.stdin.flush()

    def event(self):
        number, self.count = self.count, self.count + 1
        viewer = number * 7 % 240
        taste = TASTES[viewer % len(TASTES)]
        return f"u{viewer}\t" + json.dumps({
            "event_id": str(number), "user_id": f"u{viewer}", "topics": [taste[number % 4], taste[number // 7 % 4]],
            "watched_ms": 60_000, "duration_ms": 60_000, "event_time_ms": int(time.time() * 1_000)})

    def poison(self, count):
        """Sends records that are not watch events."""
        self.poisons = count

    def stop(self):
        self.is_over.set()
        self.thread.join(10)
        self.process.kill()
        self.process.wait()


class Prometheus(Process):
    """A Prometheus of its own, once a second, from the example of a configuration."""

    def __init__(self, targets, rules, directory):
        example = (ROOT / "deploy/prometheus/prometheus.yaml").read_text()
        written = '["shoal-0:8080", "shoal-1:8080"]'
        assert written in example and example.count("15s") == 2
        (directory / "prometheus.yaml").write_text(example.replace(written, json.dumps(targets)).replace("15s", "1s"))
        (directory / "shoal.rules.yaml").write_text(rules)
        self.address = f"127.0.0.1:{free_port()}"
        super().__init__(
            [tool("prometheus"), f"--config.file={directory}/prometheus.yaml", f"--web.listen-address={self.address}",
             f"--storage.tsdb.path={directory}/tsdb", "--log.level=warn"], directory / "prometheus.log")
        wait(self.is_ready, 30, what="Prometheus")

    def is_ready(self):
        assert self.process.poll() is None, self.text()
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=5).status == 200
        return False

    def get(self, path, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{parameters}: {error.read().decode()}") from None

    def query(self, expr):
        """What the query gives now: labels and value of each series."""
        found = self.get("query", query=expr)
        assert found["resultType"] == "vector", f"{expr}: {found}"
        return [(each["metric"], float(each["value"][1])) for each in found["result"]]

    def value(self, expr):
        """The value of the only series; nil where there is none."""
        found = self.query(expr)
        return found[0][1] if found else None

    def firing(self):
        """The alerts that fire, each by its name with the instances that it is about."""
        found = {}
        for alert in self.get("alerts")["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], set()).add(alert["labels"].get("instance"))
        return found


class Watched:
    """All of it together."""

    # Of the pseudonyms.
    key = "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"
    # Of the API, with all roles.
    token = "a token"

    def __init__(self, kafka, instances, feed, prometheus, configuration):
        self.kafka = kafka
        self.instances = instances
        self.feed = feed
        self.prometheus = prometheus
        # A file with the settings in force, for commands that take --config.
        self.configuration = configuration

    @property
    def coordinator(self):
        """The instance that publishes models."""
        name = wait(lambda: self.prometheus.query("shoal_coordinator == 1"), what="a coordinator")[0][0]["instance"]
        return next(each for each in self.instances if each.address == name)

    @property
    def other(self):
        coordinator = self.coordinator
        return next(each for each in self.instances if each is not coordinator)

    @contextlib.contextmanager
    def stopped(self, *instances):
        """While they are stopped, as by SIGSTOP."""
        for each in instances:
            each.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for each in instances:
                each.signal(signal.SIGCONT)


@pytest.fixture(scope="session")
def watched(shoal, start_kafka, shortened_rules, tmp_path_factory):
    """Two instances at work, with clusters and models, and scraped for a while."""
    tool("prometheus"), tool("kcat")
    directory = tmp_path_factory.mktemp("watched")
    with contextlib.ExitStack() as stack:
        kafka = stack.enter_context(start_kafka())
        (directory / "topics.txt").write_text("".join(f"{topic}\n" for taste in TASTES for topic in taste))
        settings = SETTINGS | {"kafka.bootstrap.servers": kafka.bootstrap, "topics.file": directory / "topics.txt"}
        configuration = directory / "shoal.properties"
        configuration.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        subprocess.run([shoal, "topics", "create", "--partitions", "4", "--config", configuration], check=True,
                       capture_output=True)
        access = directory / "access"
        digest = hashlib.sha256(Watched.token.encode()).hexdigest()
        access.write_text(f"test viewer,operator,analyst,privacy-officer {digest}\n")
        instances = []
        for name in ("a", "b"):
            own = {"checkpoint.directory": directory / name, "audit.file": directory / f"{name}.audit"}
            own |= {"api.listen": "127.0.0.1:0", "api.access-file": access, "api.lookup-limit": 100, "api.request-limit": 100_000}
            words = ["--config", str(configuration)] + [word for item in own.items() for word in ("--set", "=".join(map(str, item)))]
            (directory / name).mkdir()
            instances.append(Instance(shoal, name, words, directory))
            stack.callback(instances[-1].stop)
        prometheus = Prometheus([each.address for each in instances], shortened_rules, directory)
        stack.callback(prometheus.stop)
        feed = Feed(kafka.bootstrap)
        stack.callback(feed.stop)
        found = Watched(kafka, instances, feed, prometheus, configuration)
        wait(lambda: prometheus.value('max(shoal_clusters{state="shown"})'), 90, what="clusters that are shown")
        wait(lambda: prometheus.value("min(shoal_assigned_partitions)") == 2, what="two partitions each")
        yield found


@pytest.fixture(scope="session")
def shortened_rules():
    """The alerts as they are, but for those that a test strikes with a fault: their times are a few seconds."""
    struck = {"ShoalDown", "ShoalInstanceDown", "ShoalBrokersSilent", "ShoalEpochHeldBack", "ShoalDeadLetters"}
    text = (ROOT / "deploy/prometheus/shoal.rules.yaml").read_text()
    head, *alerts = re.split(r"(?=^      - alert: )", text, flags=re.MULTILINE)
    assert len(alerts) == text.count("- alert: ")
    for index, alert in enumerate(alerts):
        if alert.split("- alert: ")[1].split()[0] in struck:
            struck.remove(alert.split("- alert: ")[1].split()[0])
            alert = re.sub(r"for: \d+[mh]", "for: 2s", alert)
            alert = re.sub(r"\[\d+m\]", "[10s]", alert).replace("silence_seconds > 60", "silence_seconds > 15")
            alerts[index] = alert
    assert not struck, f"no such alerts: {struck}"
    return head + "".join(alerts)

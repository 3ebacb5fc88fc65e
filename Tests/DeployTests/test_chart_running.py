"""What the chart promises of running instances, played on processes over Apache Kafka: a rolling upgrade, and bad starts."""

import json
import socket
import subprocess
import threading
import time

import pytest

from charts import CHART, helm, only, put_files, render, settings, template
from conftest import ROOT, tool
from running import Instance, Load, Process, free_port, wait

REPLICAS = 3
PARTITIONS = 6
# Small and quick: an epoch in seconds, clusters of dozens.
CONFIG = {
    "application.id": "roll", "input.topic": "roll-in", "output.topic": "roll-out", "output.format": "json",
    "epoch.future": "allow", "epoch.idle-timeout": "1s", "clusters.seed-members": 100, "clusters.initial": 2,
    "privacy.min-cluster-size": 5, "snapshot.interval": "1s", "checkpoint.interval": "2s", "members.min-events": 3,
}


@pytest.fixture(scope="module")
def kafka(start_kafka):
    with start_kafka() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client():
    return pytest.importorskip("confluent_kafka")


@pytest.fixture(scope="module")
def documents(render):
    """The chart with these settings, and topics as Strimzi's resources."""
    return render("-f", CHART / "ci/minimal-values.yaml", "--set", f"replicaCount={REPLICAS}", "--set-json",
                  "config=" + json.dumps(CONFIG), "--set", "topicNames={chess,go,shogi,cooking,baking,bread}", "--set",
                  f"strimzi.cluster=kafka,strimzi.topics.enabled=true,strimzi.topics.partitions={PARTITIONS}")


@pytest.fixture(scope="module")
def topics(kafka, client, documents):
    """Makes the topics as the chart has them for Strimzi."""
    admin = pytest.importorskip("confluent_kafka.admin")
    wanted = [admin.NewTopic(topic["spec"]["topicName"], topic["spec"]["partitions"], 1,
                             config={name: str(value) for name, value in topic["spec"]["config"].items()
                                     if name != "min.insync.replicas"})
              for topic in documents if topic["kind"] == "KafkaTopic"]
    maker = admin.AdminClient({"bootstrap.servers": kafka.bootstrap})
    for future in maker.create_topics(wanted).values():
        future.result(20)
    return maker


class Pods:
    """The pods of the StatefulSet, as processes: each with its mounts, its variables and its command."""

    def __init__(self, documents, program, kafka, folder):
        self.spec = only(documents, "StatefulSet")["spec"]
        self.container = self.spec["template"]["spec"]["containers"][0]
        self.documents, self.program, self.kafka, self.folder = documents, program, kafka, folder
        self.ports = [free_port() for _ in range(self.spec["replicas"])]
        self.running = {}

    def start(self, number):
        name = f"{only(self.documents, 'StatefulSet')['metadata']['name']}-{number}"
        mounts = self.folder / name
        if not mounts.exists():
            mounts.mkdir()
            put_files(self.documents, mounts, {"kafka.bootstrap.servers": self.kafka.bootstrap,
                                               "http.listen": f"127.0.0.1:{self.ports[number]}"})
        words = [self.program] + [
            str(mounts / "shoal.properties") if word.startswith("/etc/shoal/") else word for word in self.container["args"]]
        log = self.folder / f"{name}.{time.monotonic_ns()}.log"
        self.running[number] = Instance(words, log, self.ports[number], {"SHOAL_INSTANCE_ID": name})
        return self.running[number]

    def probe(self, kind):
        return self.container[kind + "Probe"]["httpGet"]["path"]

    def patience(self, kind):
        """For how long a probe may fail before something is done."""
        probe = self.container[kind + "Probe"]
        return probe["periodSeconds"] * probe["failureThreshold"]

    def kill(self):
        for instance in self.running.values():
            instance.kill()


@pytest.fixture
def pods(documents, shoal, kafka, topics, tmp_path):
    found = Pods(documents, shoal, kafka, tmp_path)
    yield found
    found.kill()


def test_the_topics_of_strimzi_are_as_topics_create_makes_them(documents, shoal, kafka, topics):
    options = [word for name in ("application.id", "input.topic", "output.topic")
               for word in ("--set", f"{name}={CONFIG[name]}")] + ["--set", f"kafka.bootstrap.servers={kafka.bootstrap}"]
    found = subprocess.run([shoal, "topics", "describe", *options], text=True, capture_output=True)
    # There is one broker here, so that there is one copy. Models are kept longer than the input by default.
    notes = [line for line in found.stdout.splitlines()
             if "NOTE" in line and "1 copy" not in line and "models.retention" not in line]
    assert found.returncode == 0 and "WRONG" not in found.stdout and not notes, found.stdout
    assert f"roll-state: {PARTITIONS} partitions" in found.stdout


def positions(client, kafka):
    """Committed positions and ends of the input."""
    consumer = client.Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": CONFIG["application.id"]})
    try:
        parts = [client.TopicPartition(CONFIG["input.topic"], number) for number in range(PARTITIONS)]
        committed = [part.offset for part in consumer.committed(parts, timeout=10)]
        return committed, [consumer.get_watermark_offsets(part, timeout=10)[1] for part in parts]
    finally:
        consumer.close()


def published(client, kafka):
    """All committed changes of the output."""
    consumer = client.Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": "reader", "enable.auto.commit": False,
                                "isolation.level": "read_committed", "enable.partition.eof": True})
    try:
        consumer.assign([client.TopicPartition(CONFIG["output.topic"], number, client.OFFSET_BEGINNING)
                         for number in range(PARTITIONS)])
        changes, ended = [], set()
        while len(ended) < PARTITIONS:
            message = consumer.poll(20)
            assert message is not None, "the end of the output was not reached"
            if message.error():
                ended.add(message.partition())
            else:
                changes.append(json.loads(message.value()))
        return changes
    finally:
        consumer.close()


def test_a_rolling_upgrade_fits_the_charts_times(pods, documents, shoal, kafka, client, tmp_path, capsys):
    grace = pods.spec["template"]["spec"]["terminationGracePeriodSeconds"]
    session = int(settings(documents)["kafka.session.timeout.ms"]) / 1000
    began = time.monotonic()
    for number in range(REPLICAS):
        pods.start(number)
    load = Load([shoal, "publish", "-", "--topic", CONFIG["input.topic"], "--set",
                 f"kafka.bootstrap.servers={kafka.bootstrap}"], tmp_path / "publish.log")
    try:
        for instance in pods.running.values():
            for kind in ("startup", "readiness", "liveness"):
                instance.wait_for(pods.probe(kind))
        first = time.monotonic() - began
        assert first < pods.patience("startup")
        wait(lambda: any("clusters changed" in one.log for one in pods.running.values()))
        lines = []
        # As the controller of StatefulSets does it: the highest number first, the next one when it is ready.
        for number in reversed(range(REPLICAS)):
            old = pods.running[number]
            others = [other for other in pods.running.values() if other is not old]
            known = [len(other.messages()) for other in others]
            at = time.monotonic()
            status = old.stop(grace)
            gone = time.monotonic()
            new = pods.start(number)
            new.wait_for(pods.probe("startup"))
            started = time.monotonic()
            new.wait_for(pods.probe("readiness"))
            ready = time.monotonic()
            assert status == 0, old.log[-3000:]
            assert gone - at < grace and ready - gone < pods.patience("startup")
            assert ready - at < session, "a member that is away for longer loses its partitions"
            # It drained, committed, and stopped; and it is the member that it was, so that nobody else was disturbed.
            tail = old.messages()[-3:]
            assert "stopped" in tail[-1] and any(message.startswith("released partitions ") for message in tail), tail
            moved = [message for other, count in zip(others, known) for message in other.messages()[count:]
                     if "revoked" in message or "lost the assignment" in message]
            assert not moved, moved
            lines.append(f"  instance {number}: SIGTERM to exit {gone - at:.2f} s, start to /startupz {started - gone:.2f} s, "
                         f"to /readyz {ready - gone:.2f} s, away {ready - at:.2f} s")
            wait(lambda: time.monotonic() - ready > min(1, pods.spec["minReadySeconds"]))
            assert new.get(pods.probe("liveness"))[0] == 200
        sent = load.end()
    finally:
        load.kill()

    def used_up():
        committed, ends = positions(client, kafka)
        return committed == ends
    wait(used_up, pause=0.5)
    for instance in pods.running.values():
        assert instance.stop(grace) == 0, instance.log[-3000:]
    committed, ends = positions(client, kafka)
    assert committed == ends and sum(ends) == sent
    changes = published(client, kafka)
    ids = [change["change_id"] for change in changes]
    assert len(set(ids)) == len(ids), "a change was published twice"
    joined = {change["member"] for change in changes if change["kind"] == "member_joined"}
    assert len(joined) == load.viewers
    with capsys.disabled():
        print(f"\nrolling upgrade of {REPLICAS}, {sent} events at {load.rate} a second, {len(changes)} changes; first start "
              f"{first:.2f} s; grace period {grace} s, startup probe {pods.patience('startup')} s, session {session} s")
        print("\n".join(lines))


def start_once(shoal, words, log, until=None, timeout=30):
    """Runs an instance until it ends, or has said something."""
    process = Process([shoal, "run", *words], log, {"SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"})
    try:
        if until is None:
            return process.process.wait(timeout), process.log
        wait(lambda: until in process.log or process.process.poll() is not None, timeout)
        return (process.process.poll(), process.log) if process.process.poll() is not None else (process.stop(), process.log)
    finally:
        process.kill()


def test_a_secret_that_is_missing_ends_the_start_with_78_and_the_settings_name(documents, shoal, tmp_path):
    put_files(documents, tmp_path)
    (tmp_path / "secrets/privacy.key-file").unlink()
    process = Process([shoal, "run", "--config", tmp_path / "shoal.properties"], tmp_path / "log")
    assert process.process.wait(30) == 78
    assert "privacy.key-file: " in process.log and "cannot be read" in process.log, process.log


def test_brokers_that_do_not_answer_are_waited_for_by_name_and_not_stormed(shoal, tmp_path):
    """The instance waits instead of ending: a restart would cure nothing. `topics create` ends with 69."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        def close_all():
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return
                came.append(time.monotonic())
        threading.Thread(target=close_all, daemon=True).start()
        bootstrap = f"kafka.bootstrap.servers=127.0.0.1:{server.getsockname()[1]}"
        port = free_port()
        instance = Instance([shoal, "run", "--set", bootstrap, "--set", f"http.listen=127.0.0.1:{port}"], tmp_path / "log",
                            port, {"SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"})
        try:
            wait(lambda: "check kafka.bootstrap.servers" in instance.get("/readyz?verbose")[1])
            assert instance.get("/livez")[0] == 200, "to start it again would cure nothing"
            assert instance.get("/startupz")[0] == 503 and instance.get("/readyz")[0] == 503
            assert any(message.startswith("waiting: ") for message in instance.messages())
            begin = len(came)
            time.sleep(5)
            assert len(came) - begin < 50, "it comes back more slowly the longer it lasts"
            assert instance.stop(20) == 0
        finally:
            instance.kill()
            server.shutdown(socket.SHUT_RDWR)
    made = subprocess.run([shoal, "topics", "create", "--set", bootstrap], text=True, capture_output=True)
    assert made.returncode == 69 and "check kafka.bootstrap.servers" in made.stderr, made.stderr


def test_a_clock_that_is_off_is_told_and_one_that_cannot_be_right_ends_the_start_with_78(documents, shoal, kafka, topics,
                                                                                       tmp_path):
    wrong = tmp_path / "wrong_clock.so"
    subprocess.run([tool("clang"), "-shared", "-fPIC", "-o", wrong, ROOT / "Tests/DeployTests/wrong_clock.c", "-ldl"],
                   check=True)
    put_files(documents, tmp_path, {
        "kafka.bootstrap.servers": kafka.bootstrap, "http.listen": f"127.0.0.1:{free_port()}", "epoch.future": "wait",
        # Of its own: what is published is another test's.
        "application.id": "clock", "instance.id": "clock", "input.topic": "clock-in", "output.topic": "clock-out"})
    made = subprocess.run([shoal, "topics", "create", "--partitions", "2", "--config", tmp_path / "shoal.properties"],
                          text=True, capture_output=True)
    assert made.returncode == 0, made.stderr

    def start(seconds_off):
        return Process([shoal, "run", "--config", tmp_path / "shoal.properties"], tmp_path / f"{seconds_off}.log",
                       {"LD_PRELOAD": str(wrong), "WRONG_CLOCK": str(seconds_off)})

    process = start(86400 - int(time.time()))
    try:
        assert process.process.wait(30) == 78, process.log
        assert "the clock of this machine is wrong: it shows 1970-01-02T" in process.messages()[-1], process.log
        assert "epoch.future=wait" in process.messages()[-1]
    finally:
        process.kill()
    for seconds_off, said in ((0, None), (-3600, "clock-deltas has records that are more than 5 min newer")):
        process = start(seconds_off)
        try:
            wait(lambda: any("took over" in message for message in process.messages()))
            warned = [message for message in process.messages() if message.startswith("the clock does not agree")]
            assert len(warned) == (1 if said else 0) and all(said in message for message in warned), process.log
            assert process.stop(30) == 0, process.log
        finally:
            process.kill()


def test_topics_with_too_few_partitions_end_the_start_with_72_and_what_to_do(shoal, kafka, client, tmp_path):
    admin = pytest.importorskip("confluent_kafka.admin")
    maker = admin.AdminClient({"bootstrap.servers": kafka.bootstrap})
    counts = {"few-in": 3, "few-out": 1, "few-in-dead-letters": 1, "few-deltas": 1, "few-models": 1, "few-state": 2}
    compact = {"few-state": {"cleanup.policy": "compact"}}
    for future in maker.create_topics([admin.NewTopic(name, count, 1, config=compact.get(name, {}))
                                       for name, count in counts.items()]).values():
        future.result(20)
    options = [word for setting in (f"kafka.bootstrap.servers={kafka.bootstrap}", "application.id=few",
                                    "input.topic=few-in", "output.topic=few-out") for word in ("--set", setting)]
    status, log = start_once(shoal, options, tmp_path / "log")
    assert status == 72 and "few-state has 2 partitions, but few-in has 3" in log, log
    described = subprocess.run([shoal, "topics", "describe", "--check", *options], text=True, capture_output=True)
    assert described.returncode == 2 and "WRONG: 2 partitions: must have 3" in described.stdout, described.stdout

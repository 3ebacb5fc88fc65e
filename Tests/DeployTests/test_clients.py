"""Clients in Python, Java and Swift: all read the same changes, and each continues where another one stopped."""

import contextlib
import dataclasses
import glob
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from broker import KEY, settings, small_broker
from conftest import ROOT, kafka_script, tool
from running import Process, wait

VIEWERS = 48
HOURS = 14


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A folder with the installed package, as `pip install .` makes it."""
    pytest.importorskip("grpc_tools", reason="the package's build needs grpcio-tools: `make test-deps` installs it")
    folder = tmp_path_factory.mktemp("client")
    # The build writes beside its sources.
    shutil.copytree(ROOT / "Examples/python", folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info"))
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", "--no-index",
         "--disable-pip-version-check", "--target", folder / "site", folder / "source"], capture_output=True, text=True)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def client(site):
    sys.path.insert(0, str(site))
    import shoal_client
    return shoal_client


def test_every_reason_and_field_of_the_schema_is_known(client):
    from shoal_client import change
    reasons = {name.removeprefix("CHANGE_REASON_").lower() for name, number in change.schema.ChangeReason.items() if number}
    fields = {field.name for field in change.schema.ClusterChange.DESCRIPTOR.fields}
    assert {reason.value for reason in client.ChangeReason} == reasons
    assert {field.name.rstrip("_") for field in dataclasses.fields(client.ClusterChange)} == fields
    java = (ROOT / "Examples/java/Subscriber.java").read_text()
    assert [name for name in reasons | fields if f'"{name}"' not in java] == []


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with small_broker(tmp_path_factory.mktemp("broker")) as bootstrap:
        yield bootstrap


class Application:
    """What an application has published: the settings of a client, names of topics, and the lines of `shoal changes --json`."""

    def __init__(self, bootstrap, output, members, clusters, lines):
        self.kafka = {"bootstrap.servers": bootstrap}
        self.output = output
        self.members = members
        self.clusters = clusters
        self.lines = lines


def events():
    """Viewers of two tastes with an event in each hour; a sixth of them change their taste in the middle."""
    for hour in range(HOURS):
        for viewer in range(VIEWERS):
            taste = (viewer + (hour >= HOURS // 2 and viewer % 6 == 0)) % 2
            yield json.dumps({
                "event_id": f"{viewer}-{hour}", "user_id": f"u{viewer}", "topics": [["chess", "cats"][taste]],
                "watched_ms": 60000, "duration_ms": 60000,
                "event_time_ms": 1_700_000_000_000 + hour * 3_600_000 + viewer * 10_000}) + "\n"


@pytest.fixture(scope="module", params=["json", "protobuf"])
def application(request, broker, shoal, tmp_path_factory):
    name = f"app-{request.param}"
    words = settings(broker) | {
        "application.id": name, "input.topic": f"{name}-in", "output.topic": f"{name}-out", "members.topic": f"{name}-members",
        "clusters.topic": f"{name}-clusters",
        "output.format": request.param, "profile.half-life": "1h", "clock.quorum": "4",
    }
    words = [word for key, value in words.items() for word in ("--set", f"{key}={value}")]

    def run(*command, **options):
        done = subprocess.run([shoal, *command, *words], capture_output=True, text=True, timeout=120, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    def lines():
        return run("changes", "--json", "--from", "beginning", "--until", "end")

    run("topics", "create", "--partitions", "2")
    run("publish", "-", input="".join(events()))
    process = Process([shoal, "run", *words], tmp_path_factory.mktemp(name) / "log", {"SHOAL_PRIVACY_KEY": KEY})
    try:
        wait(lambda: process.process.poll() is not None or any("member_moved" in line for line in lines()), 120, 0.3)
        assert process.process.poll() is None, process.log
        assert process.stop() == 0, process.log
    finally:
        process.kill()
    return Application(broker, f"{name}-out", f"{name}-members", f"{name}-clusters", lines())


def values(change):
    """The fields of a change under their names in JSON."""
    return {name.rstrip("_"): list(value) if isinstance(value, tuple) else value for name, value in vars(change).items()}


def test_python_reads_every_change_as_the_command_does(client, application):
    with client.ClusterChanges(application.kafka, application.output, client.BEGINNING, stops_at_end=True) as changes:
        read = {element.change.change_id: element.change for element in changes}
        assert changes.is_at_end
    lines = [json.loads(line) for line in application.lines]
    assert len(lines) == len(read) > VIEWERS
    assert {line["kind"] for line in lines} >= {"member_joined", "member_moved", "cluster_created"}
    for line in lines:
        found = values(read[line["change_id"]])
        assert {name: found[name] for name in line} == line
        assert not any(value for name, value in found.items() if name not in line)


def test_python_resumes_after_any_change(client, application):
    def read(start, most=None):
        with client.ClusterChanges(application.kafka, application.output, start, stops_at_end=True) as changes:
            found = []
            for element in changes:
                found.append((element.partition, element.offset))
                if len(found) == most:
                    return found, element.position
            return found, changes.position

    whole, end = read(client.BEGINNING)
    assert len(whole) == len(application.lines)
    for most in (1, len(whole) // 2, len(whole) - 1):
        first, position = read(client.BEGINNING, most)
        rest, _ = read(client.Position.parse(str(position)))
        assert sorted(first + rest) == sorted(whole)
    assert read(end)[0] == []
    assert read(client.END)[0] == []
    assert read(1)[0] == [] or len(read(1)[0]) == len(whole)


def test_python_makes_the_same_table_from_the_topic_and_from_changes(client, application):
    with client.ClusterMembers(application.kafka, application.members) as members:
        members.catch_up()
        table = members.table
    made = client.MemberTable()
    with client.ClusterChanges(application.kafka, application.output, client.BEGINNING, stops_at_end=True) as changes:
        for element in changes:
            made.apply(element.change)
    assert {member: found.cluster for member, found in table.items()} == {
        member: found.cluster for member, found in made.items()}
    assert table.sizes == made.sizes and sum(table.sizes.values()) == len(table) == VIEWERS
    assert {len(table.members_of(cluster)) for cluster in table.sizes} == set(table.sizes.values())


def test_python_has_the_published_clusters_of_the_changes(client, application):
    with client.ClusterDescriptions(application.kafka, application.clusters) as clusters:
        clusters.catch_up()
        table = dict(clusters.table)
    published = {}
    for line in map(json.loads, application.lines):
        if line["kind"] == "cluster_created":
            published[line["cluster"]] = line.get("other_cluster", 0)
        elif line["kind"] in ("cluster_merged", "cluster_retired"):
            del published[line["cluster"]]
    assert published and {number: found.parent for number, found in table.items()} == published
    for number, found in table.items():
        assert found.cluster == number and found.state in client.ClusterState
        assert 0 < found.members_at_least <= VIEWERS and found.cohesion % 10_000 == 0
        assert set(found.branch_clusters) <= set(published) and found.leading_topics
        assert set(found.children) == {child for child, parent in published.items() if parent == number}


def test_a_table_of_clusters_forgets_those_with_a_null_value(client, broker, topic):
    from shoal_client.generated.shoal.v1 import cluster_description_pb2 as schema

    def put(number, value):
        with transaction(broker, topic) as producer:
            producer.produce(topic, key=str(number), value=value)

    made = schema.ClusterDescription(cluster=7, members_at_least=1 << 60, state=schema.CLUSTER_STATE_SPLIT, parent=3)
    put(7, made.SerializeToString())
    put(8, b'{"cluster":8,"members_at_least":"100","cohesion":740000,"state":"unheard-of","children":[9]}')
    with client.ClusterDescriptions({"bootstrap.servers": broker}, topic) as clusters:
        clusters.catch_up()
        assert set(clusters.table) == {7, 8} and clusters.table[7].state is client.ClusterState.SPLIT
        assert clusters.table[7].members_at_least == 1 << 60 and clusters.table[8].state is None
        assert clusters.table[8].members_at_least == 100 and clusters.table[8].children == (9,)
        put(7, None)
        update = next(clusters)
        assert update.cluster == 7 and update.description is None and update.before.parent == 3
        assert set(clusters.table) == {8}
        put(8, b'{"cluster":9}')
        with pytest.raises(client.InvalidRecord):
            next(clusters)


def test_python_shows_approved_labels_that_fit_and_no_denied_ones(client, broker, topic):
    def put(number, text, by="ben", topics=("85944171f73967e8",), **more):
        value = {"cluster": number, "text": text, "proposed": {"by": "anna", "time_ms": 1, "reason": "r"},
                 "approved": {"by": by, "time_ms": 2, "reason": "r"},
                 "basis": {"model_version": 1, "state": "created", "topics": list(topics), "children": [], "merged": [], **more}}
        with transaction(broker, topic) as producer:
            producer.produce(topic, key=str(number), value=json.dumps(value))

    def described(number, topics=("foobar",)):
        return client.ClusterDescription(number, client.ClusterState.CREATED, leading_topics=topics)

    denied = []
    put(1, "rock'n'roll")
    put(2, "Wоmen's tastes")
    put(3, "tea", by="anna")
    put(4, "tea", children=[], merged=[9])
    put(5, "<b>tea</b>")
    put(6, "gourmets")
    with client.ClusterLabels({"bootstrap.servers": broker}, topic, lambda text: text == "gourmets",
                              lambda label: denied.append(label.cluster)) as labels:
        labels.catch_up()
        assert {number: labels.label(described(number)) for number in range(1, 8)} == {
            1: "rock'n'roll", **dict.fromkeys(range(2, 8))}
        assert sorted(denied) == [2, 6] and len(labels.table) == 6
        assert labels.label(described(1, ("foobar", "x"))) and labels.label(described(1, ("foobar", "x", "y"))) is None
        with transaction(broker, topic) as producer:
            producer.produce(topic, key="1", value=None)
        assert next(labels) == 1 and labels.label(described(1)) is None


def test_python_denies_the_words_that_shoal_denies(client):
    from shoal_client.denied_terms import DENIED_TERMS, denied_term

    source = (ROOT / "Sources/ShoalClustering/LabelTerms.swift").read_text()
    lists = re.findall(r'"""\n(.*?)\n\s*"""', source, re.DOTALL)
    terms = [term.strip() for text in lists for term in text.replace("\\\n", " ").split(",")]
    assert len(terms) > 200 and tuple(terms) == DENIED_TERMS
    for text in ("women", "WOMEN", "ｗｏｍｅｎ", "wömen", "w0men", "wоmen", "wo\u200bmen", "w.o.m.e.n", "low-income", "Teenagers"):
        assert denied_term(text), text
    for text in ("cooking", "rock music", "Formula 1", "vegan food", "street food"):
        assert denied_term(text) is None, text


@pytest.fixture
def topic(request, broker):
    """Creates an empty topic with two partitions."""
    name = request.node.name.replace("[", "-").replace("]", "")
    admin = AdminClient({"bootstrap.servers": broker})
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(30)
    return name


@contextlib.contextmanager
def transaction(broker, topic, commits=True):
    producer = Producer({"bootstrap.servers": broker, "transactional.id": f"{topic}-writer"})
    producer.init_transactions(30)
    producer.begin_transaction()
    yield producer
    (producer.commit_transaction if commits else producer.abort_transaction)(30)


def moved(client, number, as_json=False):
    """The value of a record: a member's move from cluster 3 to 4."""
    if as_json:
        return json.dumps({"change_id": f"{number:032x}", "kind": "member_moved", "member": f"{number:032x}", "from": 3, "to": 4,
                           "why": "event", "model_version": str(1 << 60)}).encode()
    from shoal_client.generated.shoal.v1 import cluster_change_pb2 as schema
    change = schema.ClusterChange(change_id=number.to_bytes(16), kind=schema.CHANGE_KIND_MEMBER_MOVED, to=4,
                                  member=number.to_bytes(16), why=schema.CHANGE_REASON_EVENT, model_version=1 << 60)
    setattr(change, "from", 3)
    return change.SerializeToString()


def created(client):
    from shoal_client.generated.shoal.v1 import cluster_change_pb2 as schema
    return schema.ClusterChange(
        change_id=bytes(16), kind=schema.CHANGE_KIND_CLUSTER_CREATED, cluster=7, members=1 << 60, cohesion=5,
        leading_topics=["chess", "größer"], branch_clusters=[3, 300]).SerializeToString()


def test_both_forms_of_a_change_are_equal(client):
    decode = client.ClusterChange.decode
    assert decode(moved(client, 7)) == decode(moved(client, 7, as_json=True))
    assert decode(moved(client, 7)).model_version == 1 << 60


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"no":1}', b"\x01", b'{"kind":"member_moved","change_id":"1"}',
                                   b'{"change_id":"' + b"0" * 32 + b'","kind":"news"}'])
def test_what_is_no_change_is_refused(client, value):
    with pytest.raises(ValueError):
        client.ClusterChange.decode(value)


def test_unknown_fields_and_reasons_are_passed_over(client):
    line = {"change_id": "0" * 32, "kind": "member_left", "member": "1" * 32, "why": "news", "more": {}}
    assert client.ClusterChange.decode(json.dumps(line).encode()).why is None


def test_python_skips_aborted_and_invalid_records_but_names_the_latter(client, broker, topic):
    with transaction(broker, topic, commits=False) as producer:
        producer.produce(topic, moved(client, 1), partition=0)
    with transaction(broker, topic) as producer:
        for value in (moved(client, 2), b"{", None, moved(client, 3, as_json=True)):
            producer.produce(topic, value, partition=1)
    kafka, invalid = {"bootstrap.servers": broker}, []
    with client.ClusterChanges(kafka, topic, client.BEGINNING, True, invalid.append) as changes:
        assert [int(element.change.member, 16) for element in changes] == [2, 3]
    assert [(record.partition, record.offset) for record in invalid] == [(1, 1)]
    with client.ClusterChanges(kafka, topic, client.BEGINNING, stops_at_end=True) as changes:
        next(changes)
        before = changes.position
        with pytest.raises(client.InvalidRecord, match="partition 1 offset 1: the record cannot be read"):
            next(changes)
        assert changes.position.offsets[1] == before.offsets[1] == 1, "the position stays before the invalid record"


def test_python_waits_for_what_is_not_committed_yet(client, broker, topic):
    with client.ClusterChanges({"bootstrap.servers": broker}, topic) as changes:
        assert changes.next(0.2) is None
        with transaction(broker, topic) as producer:
            producer.produce(topic, moved(client, 5), partition=0)
            producer.flush(30)
            assert changes.next(0.5) is None
        assert changes.next(30).change.to == 4


def test_python_needs_rights_for_the_topic_only(client, start_kafka):
    """Of a group it has none, and joins none."""
    with start_kafka(secure=True) as cluster:
        cluster.run("topics", "--create", "--topic", "changes")
        cluster.run("acls", "--add", "--allow-principal", "User:shoal", "--operation", "Read", "--topic", "changes")
        lines = pathlib.Path(cluster.facts["CLIENT_SSL"]).read_text().splitlines()
        kafka = dict(line.split("=", 1) for line in lines if "=" in line)
        with client.ClusterChanges(kafka, "changes", client.BEGINNING) as changes:
            with transaction(cluster.bootstrap, "changes") as producer:
                producer.produce("changes", moved(client, 5))
            assert changes.next(30).change.to == 4
            assert changes.next(3) is None


def test_python_refuses_positions_that_would_lose_changes(client, broker, topic):
    def start(name, at):
        client.ClusterChanges({"bootstrap.servers": broker}, name, at).close()

    position = client.Position
    with pytest.raises(client.UnknownTopic, match="shoal topics create"):
        start(f"{topic}-absent", client.BEGINNING)
    for at, problem in ((position("other", (0, 0)), "another topic"), (position(topic, (0, 1)), "ends at 0"),
                        (position(topic, (0, 0, 0)), "created again")):
        with pytest.raises(client.PositionInvalid, match=problem):
            start(topic, at)
    start(topic, position(topic, (0,)))
    for text in ("", "t", "t/", "t/1:0", "t/0:1,2:3", "t/0:-1", "a/b/0:1"):
        with pytest.raises(ValueError):
            position.parse(text)


def test_a_merge_counts_members_of_earlier_models_whatever_comes_first(client):
    def change(kind, version, **more):
        return client.ClusterChange("0" * 32, client.ChangeKind(kind), model_version=version, **more)

    joined = [change("member_joined", 5, member="a" * 32, to=2), change("member_joined", None, member="b" * 32, to=2),
              change("member_joined", 9, member="c" * 32, to=2), change("member_joined", 5, member="d" * 32, to=1)]
    merged = [change("cluster_merged", 7, cluster=2, other_cluster=3), change("cluster_merged", 8, cluster=3, other_cluster=1)]
    for order in (joined + merged, merged + joined, merged[::-1] + joined, joined[:1] + merged + joined[1:]):
        table = client.MemberTable()
        for one in order:
            table.apply(one)
        assert table.sizes == {1: 3, 2: 1}, order
    table.apply(change("member_left", 9, member="c" * 32, from_=2))
    assert table.sizes == {1: 3} and "c" * 32 not in table


def test_a_replaced_topic_is_found_after_several_observations(client):
    from shoal_client.log_identity import LogIdentity

    def reasons(*observations):
        identity = LogIdentity()
        return [identity.observe(*one) for one in observations]

    usual = ([10, 4], [-1, -1], [10, 2])
    for wrong, problem in ((([], [], [10, 2]), "deleted"), (([10], [-1], [10, 2]), "1 partitions"),
                           (([9, 4], [-1, -1], [10, 2]), "ends at 9"), (([10, 4], [-1, 1], [10, 2]), "replaced")):
        found = reasons(usual, *[wrong] * 3, usual, *[wrong] * 4)
        assert found[:-1] == [None] * 8 and problem in found[-1]
    assert reasons(usual, ([12, 4], [10, -1], [12, 4])) == [None, None]


def test_the_package_is_typed(site):
    checked = subprocess.run([tool("mypy"), "--config-file", ROOT / "Examples/python/pyproject.toml", "-p", "shoal_client"],
                             cwd=site, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert (site / "shoal_client/py.typed").exists()


# Examples


@pytest.fixture(scope="session")
def swift_example():
    """The words that start the example in Swift."""
    if shutil.which("swift") is None:
        pytest.skip("there is no swift here")
    # The folder that the tests in Swift use.
    build = ["swift", "build", "--package-path", ROOT / "Examples/Subscriber", "--scratch-path", ROOT / "build/example"]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return [ROOT / "build/example/debug/subscriber"]


@pytest.fixture(scope="session")
def python_example(site):
    return ["env", f"PYTHONPATH={site}", sys.executable, ROOT / "Examples/python/subscriber.py"]


@pytest.fixture(scope="session")
def java_example(tmp_path_factory):
    script = kafka_script()
    if shutil.which("javac") is None or script is None:
        pytest.skip("there is no JDK, or no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME")
    home = pathlib.Path(script).parents[1]
    jars = [sorted(glob.glob(f"{home}/**/{name}-[0-9]*.jar", recursive=True))[-1] for name in ("kafka-clients", "slf4j-api")]
    classes = tmp_path_factory.mktemp("classes")
    done = subprocess.run(["javac", "-Xlint:all", "-Werror", "-cp", jars[0], "-d", classes, ROOT / "Examples/java/Subscriber.java"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", os.pathsep.join([str(classes), *jars]), "Subscriber"]


def run_example(words, bootstrap, topic, state):
    done = subprocess.run([*words, bootstrap, topic, state, "--once"], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("language", ["python", "java"])
def test_examples_print_the_same_as_the_one_in_swift_and_continue_after_it(
        client, broker, topic, tmp_path, swift_example, request, language):
    other = request.getfixturevalue(f"{language}_example")

    def put(numbers):
        with transaction(broker, topic) as producer:
            for number in numbers:
                producer.produce(topic, moved(client, number, as_json=number % 2 == 0), partition=number % 2)
            producer.produce(topic, created(client), partition=0)

    def run(words, state):
        """What it tells, and its last line. The partitions are read in any order."""
        status, printed, problem = run_example(words, broker, topic, tmp_path / state)
        assert status == 0, problem
        *lines, last = printed.splitlines()
        return sorted(lines), last

    put(range(30))
    first = run(swift_example, "swift")
    assert first[1] == "30 moves so far" and "cluster 7: chess, größer" in first[0]
    assert run(other, "other") == first
    # Each continues with the file of the other one.
    put(range(30, 40))
    second = run(swift_example, "other")
    assert second[1] == "40 moves so far" and len(second[0]) == 11
    assert run(other, "swift") == second
    assert run(swift_example, "swift") == run(other, "other") == ([], "40 moves so far")


@pytest.mark.parametrize("language", ["python", "java"])
def test_examples_say_that_a_topic_is_absent(broker, tmp_path, request, language):
    words = request.getfixturevalue(f"{language}_example")
    status, _, problem = run_example(words, broker, "absent", tmp_path / "state")
    assert status == 72 and "the topic absent does not exist" in problem


def test_the_example_of_the_table_in_python(site, application):
    words = ["env", f"PYTHONPATH={site}", sys.executable, ROOT / "Examples/python/members.py"]
    done = subprocess.run([*words, application.kafka["bootstrap.servers"], application.members, "--once"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"{VIEWERS} members" and len(lines) == 3

"""The one list of rights, what is made from it, and that each right on it is needed."""

import importlib.util
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time

import pytest
import yaml

from conftest import ROOT

NAMES = {"application": "app", "input": "in", "output": "out", "dead-letters": "dead", "members": "who",
         "clusters": "tastes", "labels": "tags", "publish-to": "what-if", "audit": "heads"}
# The commands of the other roles look at persons only with an option.
AUDITED = ("label", "erase", "explain", "pseudonym", "audit", "topics")


@pytest.fixture(scope="module")
def rights():
    """deploy/rights.py as a module."""
    spec = importlib.util.spec_from_file_location("rights", ROOT / "deploy/rights.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def listed(rights):
    return rights.load()


def variables(names):
    return {name.upper().replace("-", "_"): value for name, value in names.items()}


def granted(role, names):
    """What deploy/acls.sh grants: (operation, resource, name, pattern)."""
    printed = subprocess.run([ROOT / "deploy/acls.sh", role, "User:somebody"], check=True, text=True, capture_output=True,
                             env={"PATH": "/usr/bin:/bin", **variables(names)}).stdout
    for line in printed.splitlines():
        words = shlex.split(line)
        assert words[:4] == ["kafka-acls.sh", "--add", "--allow-principal", "User:somebody"], line
        pairs = list(zip(words[4::2], words[5::2]))
        pattern = dict(pairs).get("--resource-pattern-type", "literal")
        operations = [value for option, value in pairs if option == "--operation"]
        for option, name in pairs:
            if option not in ("--operation", "--resource-pattern-type"):
                yield from ((operation, option[2:], name, pattern) for operation in operations)


def needed(rights, listed, *roles):
    """The rights of roles that their commands need without options that show persons."""
    return sorted({right for role in roles for right in rights.expand(listed, role, rights.names(listed, NAMES))
                   if right[2] != NAMES["audit"] or role in AUDITED})


def test_all_that_grants_rights_is_made_from_the_list():
    found = subprocess.run([sys.executable, ROOT / "deploy/rights.py", "--check"], text=True, capture_output=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_slip_of_the_pen_in_the_list_is_told(rights, tmp_path):
    wrong = json.loads((ROOT / "deploy/rights.json").read_text())
    wrong["roles"]["run"]["rights"][0]["names"] = ["{inputs}"]
    path = tmp_path / "rights.json"
    path.write_text(json.dumps(wrong))
    with pytest.raises(AssertionError, match=r"run: \['\{inputs\}'\]: nothing is called inputs"):
        rights.load(path)


def test_the_script_grants_the_list_under_any_names(rights, listed):
    for names in (NAMES, {"application": "app"}):
        for role in listed["roles"]:
            values = rights.names(listed, names)
            assert sorted(granted(role, names)) == sorted(set(rights.expand(listed, role, values))), role


def test_strimzis_users_have_the_list(rights, listed):
    users = list(yaml.safe_load_all((ROOT / "deploy/strimzi/users.yaml").read_text()))
    assert [user["metadata"]["name"] for user in users] == [role["user"] for role in listed["roles"].values()]
    types = {strimzi: kafka for kafka, strimzi in rights.STRIMZI_TYPES.items()}
    patterns = {strimzi: kafka for kafka, strimzi in rights.STRIMZI_PATTERNS.items()}
    for user, role in zip(users, listed["roles"]):
        found = [(operation, types[acl["resource"]["type"]], acl["resource"]["name"],
                  patterns[acl["resource"]["patternType"]])
                 for acl in user["spec"]["authorization"]["acls"] for operation in acl["operations"]]
        assert sorted(found) == sorted(rights.expand(listed, role, rights.names(listed)))


def test_an_unknown_role_is_refused_with_the_usage():
    found = subprocess.run([ROOT / "deploy/acls.sh", "everything", "User:a"], text=True, capture_output=True)
    assert found.returncode == 64 and "deploy/acls.sh run User:shoal" in found.stderr and not found.stdout


def test_roles_with_commas_are_granted_together_or_not_at_all(tmp_path):
    tool = tmp_path / "acls"
    tool.write_text('#!/bin/sh\necho "$@" >> "$0.calls"\n')
    tool.chmod(0o755)

    def call(*words):
        return subprocess.run([ROOT / "deploy/acls.sh", *words], text=True, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", "KAFKA_ACLS": str(tool)})

    wrong = call("publish,everything", "User:a", "--apply")
    assert wrong.returncode == 64 and "everything is no role" in wrong.stderr and not list(tmp_path.glob("*.calls"))
    assert call("", "User:a").returncode == 64
    found = call("publish,changes", "User:a", "--apply", "--bootstrap-server", "broker:9092")
    assert found.returncode == 0, found.stderr
    assert found.stdout == "User:a has the rights of publish\nUser:a has the rights of changes\n"
    assert (tmp_path / "acls.calls").read_text().splitlines() == [
        "--bootstrap-server broker:9092 --add --allow-principal User:a --operation Write --topic watch-events",
        "--bootstrap-server broker:9092 --add --allow-principal User:a --operation Read --topic cluster-changes"]


class Secured:
    """A secured Kafka, its lists of rights changed through a client: Kafka's own tool takes a second each time."""

    USER = "User:shoal"

    def __init__(self, cluster, program, names, folder):
        admin = pytest.importorskip("confluent_kafka.admin")
        self.kafka, self.program, self.bootstrap = admin, program, cluster.bootstrap
        self.client = admin.AdminClient({"bootstrap.servers": cluster.bootstrap})
        text = pathlib.Path(cluster.facts["CLIENT_SSL"]).read_text()
        self.settings = [f"kafka.{line}" for line in text.splitlines()] + [
            f"application.id={names['application']}", f"input.topic={names['input']}",
            f"output.topic={names['output']}", f"dead-letters.topic={names['dead-letters']}",
            f"members.topic={names['members']}", f"clusters.topic={names['clusters']}",
            f"labels.topic={names['labels']}", "log.format=text", f"audit.file={folder}/audit",
            f"audit.topic={names['audit']}"]
        self.folder = folder
        (folder / "one.ndjson").write_text('{"user_id":"a","event_time_ms":1700000000000,"topics":["tea"]}\n')

    def binding(self, right):
        operation, resource, name, pattern = right
        types = {"topic": "TOPIC", "group": "GROUP", "transactional-id": "TRANSACTIONAL_ID"}
        words = re.findall("[A-Z][a-z]+", operation)
        return [self.kafka.ResourceType[types[resource]], name, self.kafka.ResourcePatternType[pattern.upper()], self.USER,
                "*", self.kafka.AclOperation["_".join(words).upper()], self.kafka.AclPermissionType.ALLOW]

    def grant(self, rights):
        for future in self.client.create_acls([self.kafka.AclBinding(*self.binding(right)) for right in rights]).values():
            future.result(10)

    def take(self, rights):
        filters = [self.kafka.AclBindingFilter(*self.binding(right)) for right in rights]
        for future in self.client.delete_acls(filters).values():
            assert len(future.result(10)) == 1

    def words(self, *words):
        options = [word for setting in self.settings for word in ("--set", setting)]
        return [self.program, *words, *options]

    @property
    def environment(self):
        return {"PATH": "/usr/bin:/bin", "SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"}

    def shoal(self, *words):
        return subprocess.run(self.words(*words), text=True, capture_output=True, timeout=60, env=self.environment)

    def delete(self, *topics):
        for future in self.client.delete_topics(list(topics)).values():
            future.result(10)


@pytest.fixture(scope="module")
def secured(start_kafka, shoal, tmp_path_factory):
    with start_kafka(secure=True) as cluster:
        yield Secured(cluster, shoal, NAMES, tmp_path_factory.mktemp("rights"))


def assert_named(found, right):
    """It ended with 77, and a line names what to grant, and on what."""
    operation, _, name, _ = right
    said = found.stdout + found.stderr
    assert found.returncode == 77, f"without {right}: {found.returncode}\n{said}"
    lines = [line for line in said.splitlines() if re.search(rf"\b{re.escape(name)}\b", line)]
    assert any(re.search(rf"(grant|needs) [A-Za-z, ]*\b{operation}\b", line) for line in lines), f"without {right}: {said}"


def test_each_right_of_topics_publish_and_changes_is_needed_and_named(secured, rights, listed):
    """Those of `run` are taken away by SecuredTests (Swift)."""
    def of(role):
        return needed(rights, listed, role)

    operator = of("topics")
    secured.grant(operator)
    topics = [right[2] for right in operator if right[0] == "Create"]
    for number, right in enumerate(right for right in operator if right[0] == "Create"):
        if number:
            secured.delete(right[2])
        secured.take([right])
        assert_named(secured.shoal("topics", "create", "--partitions", "2"), right)
        secured.grant([right])
        made = secured.shoal("topics", "create", "--partitions", "2")
        assert made.returncode == 0 and f"{right[2]}: made" in made.stdout, made.stdout + made.stderr
    assert len(topics) == 10
    whole = secured.shoal("topics", "describe")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    for right in operator:
        if right[0] != "Create":
            secured.take([right])
            assert_named(secured.shoal("topics", "describe"), right)
            secured.grant([right])
    secured.take(operator)
    for role, words in {"publish": ["publish", str(secured.folder / "one.ndjson")],
                        "changes": ["changes", "--from", "beginning", "--until", "end"],
                        "pseudonym": ["pseudonym", "--viewer", "a", "--reason", "a test"],
                        "audit": ["audit-log", "verify"]}.items():
        secured.grant(of(role))
        whole = secured.shoal(*words)
        assert whole.returncode == 0, f"{role}: {whole.stdout}{whole.stderr}"
        for right in of(role):
            secured.take([right])
            assert_named(secured.shoal(*words), right)
            secured.grant([right])
        secured.take(of(role))
    secured.grant(of("label"))
    words = {"clusters": ["label", "--list"], "labels": ["label", "7", "--remove", "--reason", "a test"]}
    words["audit"] = words["labels"]
    for name, command in words.items():
        whole = secured.shoal(*command)
        assert whole.returncode == 0, f"{command}: {whole.stdout}{whole.stderr}"
        for right in of("label"):
            if right[2] == NAMES[name]:
                secured.take([right])
                assert_named(secured.shoal(*command), right)
                secured.grant([right])
    secured.take(of("label"))


def test_each_right_of_the_commands_for_operators_is_needed_and_named(secured, rights, listed):
    kafka = pytest.importorskip("confluent_kafka")

    def of(role):
        return needed(rights, listed, role)

    def each(role, words, begin=lambda: None, also=lambda right: True):
        """The command works with the role's rights, and not without any one of them."""
        secured.grant(of(role))
        begin()
        whole = secured.shoal(*words)
        assert whole.returncode == 0, f"{role}: {whole.stdout}{whole.stderr}"
        for right in filter(also, of(role)):
            begin()
            secured.take([right])
            assert_named(secured.shoal(*words), right)
            secured.grant([right])
        secured.take(of(role))

    secured.grant(of("topics"))
    made = secured.shoal("topics", "create", "--partitions", "2")
    assert made.returncode == 0, made.stdout + made.stderr
    secured.take(of("topics"))

    def commit(offset=1):
        """A group that holds positions, and has no members."""
        consumer = kafka.Consumer({"bootstrap.servers": secured.bootstrap, "group.id": NAMES["application"]})
        consumer.commit(offsets=[kafka.TopicPartition(NAMES["input"], number, offset) for number in range(2)],
                        asynchronous=False)
        consumer.close()

    commit()
    each("status", ["status"])

    producer = kafka.Producer({"bootstrap.servers": secured.bootstrap})
    producer.produce(NAMES["dead-letters"], b"no event", b"a", headers=[
        ("reason", b"bad_json"), ("topic", NAMES["input"].encode()), ("partition", b"0"), ("offset", b"0")])
    assert producer.flush(10) == 0
    each("dead-letters", ["dead-letters", "resubmit", "--all", "--again"])

    commit(1_000_000)
    each("erase", ["erase", "--viewer", "a", "--reason", "a test", "--certify", "--wait", "1s"])

    words = ["reset", "--confirm", NAMES["application"], "--with-output", "--with-dead-letters"]

    def whole():
        """All topics are there again, whatever the last one was stopped at, and a position."""
        commit()
        secured.shoal(*words)
        commit()

    # One topic of each kind: it takes two seconds a right.
    each("reset", words, whole,
         lambda right: right[1] == "group" or right[2] in (NAMES["input"], f"{NAMES['application']}-state", NAMES["output"]))


def test_each_right_of_replay_verify_and_explain_is_needed_and_named(secured, rights, listed):
    kafka = pytest.importorskip("confluent_kafka")

    def of(*roles):
        return needed(rights, listed, *roles)

    def granted(wanted, *words):
        secured.grant(wanted)
        found = secured.shoal(*words)
        secured.take(wanted)
        assert found.returncode == 0, f"{words}: {found.stdout}{found.stderr}"

    # A run of one event, from nothing.
    granted(of("topics"), "topics", "create", "--partitions", "2")
    granted(of("reset"), "reset", "--confirm", NAMES["application"], "--with-output", "--with-dead-letters")
    granted(of("publish"), "publish", str(secured.folder / "one.ndjson"))
    secured.client.create_topics([secured.kafka.NewTopic(NAMES["publish-to"], 1)])[NAMES["publish-to"]].result(10)
    secured.grant(of("run"))
    log = secured.folder / "run.log"
    group = kafka.Consumer({"bootstrap.servers": secured.bootstrap, "group.id": NAMES["application"]})
    places = [kafka.TopicPartition(NAMES["input"], partition) for partition in range(2)]
    with log.open("wb") as out:
        run = subprocess.Popen(secured.words("run"), stdout=out, stderr=subprocess.STDOUT, env=secured.environment)
    try:
        # All that was ever published lies in one partition: the record's key is the same each time.
        ends = [group.get_watermark_offsets(place, 10)[1] for place in places]
        assert sum(ends) > 0
        end = time.monotonic() + 60
        while any(max(found.offset, 0) < high for found, high in zip(group.committed(places, 10), ends)):
            assert run.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
    finally:
        run.terminate()
        assert run.wait(30) == 0, log.read_text()
        group.close()
    secured.take(of("run"))

    reason = ["--reason", "a test"]
    commands = {
        "replay": [["replay", "--publish-to", NAMES["publish-to"]], ["disclosure"]],
        "verify": [["verify"]],
        "explain": [["explain", "--viewer", "a", *reason], ["explain", "--change", "0" * 32, *reason]],
    }
    for role, calls in commands.items():
        wanted = of(role)
        secured.grant(wanted)
        # There is no such change: it was looked for.
        for words in calls:
            whole = secured.shoal(*words)
            assert whole.returncode == (66 if "--change" in words else 0), f"{words}: {whole.stdout}{whole.stderr}"
        for right in wanted:
            secured.take([right])
            assert_named(secured.shoal(*calls[-1 if role == "explain" and right[2] == NAMES["output"] else 0]), right)
            secured.grant([right])
        secured.take(wanted)

"""An application moves to another cluster, by the commands of the guide, between two Apache Kafkas."""

import contextlib
import json
import os
import signal
import subprocess

import pytest

from conftest import tool
from guide import Shell, blocks
from running import Instance, free_port, wait

PARTITIONS = 4
VIEWERS = 240
# Nothing is decided by a clock: each partition has events in each epoch.
SETTINGS = {
    "output.format": "json", "epoch.future": "allow", "epoch.idle-timeout": "10m", "clock.quorum": "4",
    "members.min-events": "2", "clusters.seed-members": "60", "clusters.count": "4", "privacy.min-cluster-size": "5",
    "snapshot.interval": "1s", "privacy.key-file": "shoal.key",
}


def events(hours):
    """An event of each viewer in each hour, as lines of JSON; half of the viewers change their taste in time."""
    for hour in hours:
        for viewer in range(VIEWERS):
            taste = (viewer + (hour // 8 if viewer % 2 else 0)) % 4
            yield json.dumps({
                "event_id": f"{viewer}-{hour}", "user_id": f"u{viewer}", "topics": [f"taste-{taste}", f"t{viewer % 3}"],
                "watched_ms": 60000, "duration_ms": 60000,
                "event_time_ms": 1_700_000_000_000 + hour * 3_600_000 + viewer * 10_000}) + "\n"


@pytest.fixture
def clusters(start_kafka, tmp_path, shoal):
    """Two of them, a file of settings for each, and a shell that knows them by the guide's names."""
    tool("kcat")
    with start_kafka() as old, start_kafka() as new:
        (tmp_path / "shoal.key").write_text("5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c")
        (tmp_path / "shoal.key").chmod(0o600)
        for name, cluster in (("old", old), ("new", new)):
            settings = SETTINGS | {"kafka.bootstrap.servers": cluster.bootstrap, "instance.id": name}
            (tmp_path / f"{name}.properties").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        yield Shell(tmp_path, shoal, new, {
            "old:9092": old.bootstrap, "new:9092": new.bootstrap, "localhost:9092": old.bootstrap,
            "shoal.properties": "old.properties", "seq 0 15": f"seq 0 {PARTITIONS - 1}",
            "--partitions 16 --replication 3": f"--partitions {PARTITIONS} --replication 1"})


def test_the_mirrored_input_gives_the_same_changes_with_the_same_ids(clusters, tmp_path, capsys):
    erase_words = next(block for block in blocks("Erase a viewer") if "kcat" in block)
    mirror_words, run_words, check_words, compare_words = blocks("Move to another cluster")
    create, mirror_words = mirror_words.split("\n", 1)

    def shoal(words, **options):
        return subprocess.run(clusters.words_of(words), text=True, capture_output=True, timeout=120, **clusters.options,
                              **options)

    def start(words, name):
        port = free_port()
        words = f"exec {words.strip()} --set http.listen=127.0.0.1:{port}"
        return Instance(clusters.words_of(words), tmp_path / f"{name}.log", port, clusters.options["env"],
                        cwd=tmp_path)

    def publish(hours):
        sent = shoal("shoal publish - --config old.properties", input="".join(events(hours)))
        assert sent.returncode == 0, sent.stderr

    def ids(name):
        return clusters.run(compare_words.splitlines()[0], f"ids {name}.properties || true").split()

    made = shoal(create.replace("new.properties", "old.properties"))
    assert made.returncode == 0, made.stderr
    with contextlib.ExitStack() as stack:
        old = start("shoal run --config old.properties", "old")
        stack.callback(old.kill)
        publish(range(24))
        old.wait_for("/readyz")
        assert "made" in clusters.run(create)
        mirror = clusters.start(mirror_words, tmp_path / "mirror.log")

        def end_mirror():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(mirror.pid, signal.SIGKILL)
            mirror.wait()
        stack.callback(end_mirror)

        before = shoal(check_words)
        assert before.returncode == 2 and "no instance is running" in before.stdout, before.stdout + before.stderr
        new = start(run_words, "new")
        stack.callback(new.kill)
        # What comes while the new one works goes to the old cluster, as long as producers have not changed over.
        publish(range(24, 30))
        clusters.run(erase_words)
        # The erasure is published when the next epoch is opened.
        publish(range(30, 34))

        def is_silent():
            assert new.process.poll() is None and mirror.poll() is None, new.log[-3000:] + (tmp_path / "mirror.log").read_text()
            asked = shoal(check_words)
            return asked.returncode == 0 and asked.stdout == ""
        wait(is_silent, pause=0.5, about="shoal status --check --max-lag 1000 says nothing")

        def are_same():
            found = ids("old")
            return found if found == ids("new") else None

        wait(lambda: all(shoal(f"shoal status --check --max-lag 0 --config {name}.properties").returncode == 0
                         for name in ("old", "new")), pause=0.5, about="both have used up their input")
        found = wait(are_same, pause=0.5, about="both clusters hold the same ids")
        assert len(set(found)) == len(found) > VIEWERS, "each once, and each viewer has joined at least"
        assert clusters.run(compare_words) == ""
        assert len(clusters.run(erase_words.splitlines()[1]).splitlines()) == 1, "he was erased, where his events are"
        assert old.stop() == 0 and new.stop() == 0
    with capsys.disabled():
        print(f"\nmoved: {34 * VIEWERS} events, {len(found)} changes with the same ids")

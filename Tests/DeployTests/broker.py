"""A small broker on the loopback interface, and the program run against it."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess

import pytest

from conftest import ROOT
from running import free_port, wait

KEY = "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c"


@contextlib.contextmanager
def small_broker(folder, port=None):
    """noida-db of the tests' environment: `host:port`. Skips where it is absent."""
    program = ROOT / "build/venv/bin/noida-db"
    if not program.exists():
        pytest.skip("there is no noida-db in build/venv: `make test-deps` installs it")
    port = port or free_port()
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [program, "start", "--data-dir", folder, "--only", "kafka", "--kafka-port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        wait(lambda: can_connect(port) or process.poll() is not None, 60)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def can_connect(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def settings(bootstrap):
    """Of an application whose epochs follow each other at once."""
    return {
        "kafka.bootstrap.servers": bootstrap, "output.format": "json", "epoch.future": "allow",
        "epoch.idle-timeout": "300ms", "clock.quorum": "2", "members.min-events": "1", "clusters.seed-members": "20",
        "topics.min-viewers": "1", "clusters.count": "2", "privacy.min-cluster-size": "1", "snapshot.interval": "1s",
    }


def events():
    """24 viewers of two tastes, one event an hour each, for six hours, as lines of JSON."""
    for hour in range(6):
        for viewer in range(24):
            yield (f'{{"event_id":"{viewer}-{hour}","user_id":"u{viewer}","topics":["{["chess", "cats"][viewer % 2]}"],'
                   f'"watched_ms":60000,"duration_ms":60000,'
                   f'"event_time_ms":{1_700_000_000_000 + hour * 3_600_000 + viewer * 1_000}}}\n')

"""The unit, and what an instance tells the service manager that started it: the test plays systemd."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from broker import KEY, events, settings, small_broker
from conftest import tell, tool
from running import free_port, wait

UNIT = "deploy/shoal@.service"


def test_the_unit_is_hardened_below_2(request, root):
    """systemd-analyze takes no template, but an instance of it."""
    found = subprocess.run([tool("systemd-analyze"), "security", "--offline=true", "--no-pager", root / UNIT],
                           capture_output=True, text=True)
    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", found.stdout)
    assert level, found.stdout + found.stderr
    tell(request, f"exposure level of the unit: {level[1]}")
    assert float(level[1]) < 2.0, found.stdout


def test_the_unit_is_right_in_the_eyes_of_systemd(root, shoal, tmp_path):
    text = (root / UNIT).read_text().replace("/usr/bin/shoal", shoal)
    (tmp_path / "shoal@.service").write_text(text)
    shutil.copy(tmp_path / "shoal@.service", tmp_path / "shoal@1.service")
    found = subprocess.run([tool("systemd-analyze"), "verify", "--man=no", tmp_path / "shoal@1.service"],
                           capture_output=True, text=True, timeout=60)
    # Units of this machine that it pulls in are none of ours.
    ours = [line for line in found.stderr.splitlines() if "shoal" in line]
    assert found.returncode == 0 and not ours, found.stderr


def test_the_timer_in_the_documents_is_right_and_its_steps_run(root, shoal, tmp_path):
    text = (root / "docs/operations.md").read_text()
    section = text.split("\n### Measure disclosure each day\n")[1].split("\n## ")[0]
    names = [f"shoal-disclosure.{kind}" for kind in ("service", "timer")]
    assert re.findall(r"`/etc/systemd/system/(\S+)`", section) == names
    units = re.findall(r"^```ini\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    for name, unit in zip(names, units, strict=True):
        (tmp_path / name).write_text(unit.replace("/usr/bin/shoal ", f"{shoal} "))
    words = [tool("systemd-analyze"), "verify", "--man=no", *(tmp_path / name for name in names)]
    found = subprocess.run(words, capture_output=True, text=True, timeout=60)
    ours = [line for line in found.stderr.splitlines() if "shoal" in line]
    assert found.returncode == 0 and not ours, found.stderr
    # The steps as systemd takes them, with folders of the test, and a file in place of the topic.
    collected = tmp_path / "node-exporter"
    collected.mkdir()
    (tmp_path / "shoal-disclosure").mkdir()
    (tmp_path / "events.ndjson").write_text("".join(events()))
    replaced = {"/usr/bin/shoal ": f"{shoal} ", "/var/lib/prometheus/node-exporter": str(collected), "%t": str(tmp_path),
                "--config /etc/shoal/shoal.properties": "events.ndjson"}
    steps = re.findall(r"^Exec\w+=\+?(.*)$", units[0], re.MULTILINE)
    assert len(steps) == 3 and all(step.startswith("/usr/bin/") for step in steps)
    for step in steps:
        for there, here in replaced.items():
            step = step.replace(there, here)
        ran = subprocess.run(step.split(), capture_output=True, text=True, cwd=tmp_path)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    (file,) = collected.iterdir()
    assert file.name == "shoal.prom"
    assert 'shoal_disclosure_bound{application="shoal",measure="records"} 10000' in file.read_text()


def test_its_commands_and_exit_codes_are_the_programs(root, shoal):
    text = (root / UNIT).read_text()
    for command in re.findall(r"^Exec\w+=/usr/bin/shoal ((?:[a-z]+ )+)", text, re.MULTILINE):
        assert subprocess.run([shoal, *command.split(), "--help"], capture_output=True).returncode == 0, command
    documented = re.findall(r"^  (\d+) ", subprocess.run([shoal, "run", "--help"], capture_output=True, text=True).stdout,
                            re.MULTILINE)
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)[1].split()
    assert prevented and set(prevented) <= set(documented)
    stop = int(re.search(r"^TimeoutStopSec=(\d+)s$", text, re.MULTILINE)[1])
    shown = subprocess.run([shoal, "config", "show"], capture_output=True, text=True).stdout
    assert stop > int(re.search(r"^shutdown.timeout +(\d+)s", shown, re.MULTILINE)[1])


def test_an_address_in_use_and_missing_data_end_an_instance_for_good(root):
    """71 above all: a second unit with the same http.listen would start again every few seconds."""
    prevented = re.search(r"^RestartPreventExitStatus=(.*)$", (root / UNIT).read_text(), re.MULTILINE)[1].split()
    assert set(prevented) == {"64", "70", "71", "72", "77", "78", "80"}


def test_each_secret_file_of_the_sample_is_handed_over_as_a_credential(root):
    """The unit's user cannot read files of root: the sample says so at each of them, and the unit shows how."""
    sample, unit = (root / "deploy/shoal.properties").read_text(), (root / UNIT).read_text()
    secrets = re.findall(r"^# ((?:kafka|privacy)\.\S*(?:password\.file|key\.location|key-file)) = (\S+)\n((?:# [^\n]*\n)*)",
                         sample, re.MULTILINE)
    found = {name for name, _, _ in secrets}
    assert {"kafka.sasl.password.file", "kafka.ssl.key.location", "privacy.key-file"} <= found, found
    for name, _, _ in secrets:
        variable = "SHOAL_" + name.upper().replace(".", "_").replace("-", "_")
        assert variable in unit, f"{name}: the unit does not say how {variable} is set"


class Manager:
    """A service manager: starts an instance, and hears what it tells."""

    def __init__(self, program, folder, options, abstract=False, watchdog_ms=2_000):
        # What was told and when; how many of it have been looked at.
        self.heard, self.read = [], 0
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = f"shoal-test-{os.getpid()}-{time.monotonic_ns()}" if abstract else str(folder / "notify")
        self.socket.bind("\0" + name if abstract else name)
        self.log = folder / "log"
        self.file = folder / "shoal.properties"
        self.set(options)
        environment = {
            "PATH": os.environ["PATH"], "SHOAL_PRIVACY_KEY": KEY, "NOTIFY_SOCKET": ("@" if abstract else "") + name,
            "WATCHDOG_USEC": str(watchdog_ms * 1_000),
        }
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([program, "run", "--config", self.file], env=environment, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

    def set(self, options):
        self.file.write_text("".join(f"{name} = {value}\n" for name, value in options.items()))

    def listen(self, seconds):
        """Hears what comes within the time, a datagram at a time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                lines = self.socket.recv(65_536).decode().split("\n")
                self.heard += [(time.monotonic(), line) for line in lines]
                yield lines

    def wait(self, pattern, seconds=60):
        """The next line that fits, behind the one that was waited for before."""
        listening = self.listen(seconds)
        while True:
            while self.read < len(self.heard):
                line = self.heard[self.read][1]
                self.read += 1
                if re.search(pattern, line):
                    return line
            if next(listening, None) is None:
                raise AssertionError(f"no {pattern} within {seconds} s, but {self.heard[-5:]}\n{self.log.read_text()}")

    def said(self):
        """All lines up to the one that was last waited for."""
        return [line for _, line in self.heard[:self.read]]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.socket.close()


@pytest.fixture
def manage(shoal, tmp_path):
    """Starts instances; ends them at the latest with the test."""
    managers = []

    def start(options, **more):
        folder = tmp_path / f"instance-{len(managers)}"
        folder.mkdir()
        managers.append(Manager(shoal, folder, options, **more))
        return managers[-1]

    yield start
    for manager in managers:
        manager.end()


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with small_broker(tmp_path_factory.mktemp("broker")) as bootstrap:
        yield bootstrap


def prepare(shoal, options, tmp_path):
    """Topics with events of 24 viewers."""
    words = [word for name, value in options.items() for word in ("--set", f"{name}={value}")]
    subprocess.run([shoal, "topics", "create", "--partitions", "2", *words], check=True, capture_output=True)
    file = tmp_path / "events.ndjson"
    file.write_text("".join(events()))
    topic = options["input.topic"]
    subprocess.run([shoal, "publish", file, "--topic", topic, "--speed", "max", "--set",
                    f"kafka.bootstrap.servers={options['kafka.bootstrap.servers']}"], check=True, capture_output=True)


def application(name, bootstrap):
    return settings(bootstrap) | {"application.id": name, "input.topic": f"{name}-in", "output.topic": f"{name}-out",
                                  "instance.id": "1"}


def test_an_instance_is_ready_once_stays_alive_is_reloaded_and_stops(shoal, broker, manage, tmp_path):
    options = application("life", broker)
    prepare(shoal, options, tmp_path)
    manager = manage(options, abstract=True)
    manager.wait("^READY=1$")
    before = manager.said()
    assert any(line.startswith("STATUS=joining the group") or line.startswith("STATUS=taking") for line in before), before
    assert "WATCHDOG=1" not in before, "before it is ready, it asks for time instead"
    assert any(re.fullmatch(r"EXTEND_TIMEOUT_USEC=\d+", line) for line in before), before
    status = manager.wait(r"^STATUS=working: 2 partitions, 24 members, .* lag 0 records$")
    assert "u1" not in status
    # Four times within the time that it was given.
    list(manager.listen(3))
    beats = [time for time, line in manager.heard if line == "WATCHDOG=1"]
    assert len(beats) >= 5 and max(b - a for a, b in zip(beats, beats[1:])) < 2, beats

    manager.set(options | {"log.level": "debug", "epoch.length": "2h", "commit.interval": "50ms"})
    manager.process.send_signal(signal.SIGHUP)
    manager.wait("^RELOADING=1$")
    manager.wait(r"^MONOTONIC_USEC=\d+$")
    manager.wait("^READY=1$")
    log = wait(lambda: (text := manager.log.read_text()) and "read the settings again" in text and text, 60)
    assert '"changed":"log.level=debug"' in log
    assert '"setting":"epoch.length","advice":"it is fixed for the application' in log
    assert '"setting":"commit.interval","advice":"restart the instance"' in log

    def reload(more):
        manager.set(options | more)
        manager.process.send_signal(signal.SIGHUP)
        manager.wait("^RELOADING=1$")
        manager.wait("^READY=1$")

    reload({"log.level": "error"})
    assert '"changed":"log.level=error"' in manager.log.read_text()
    reload({"log.level": "error"})
    assert manager.log.read_text().count("read the settings again") == 2, "what is no error is not logged any more"
    reload({"log.levle": "info"})
    assert "settings cannot be read: they stay as they are" in wait(
        lambda: (text := manager.log.read_text()) and "log.levle is not a setting" in text and text, 60)

    manager.process.send_signal(signal.SIGTERM)
    manager.wait("^STOPPING=1$")
    assert manager.process.wait(30) == 0
    list(manager.listen(0.2))
    after = [line for _, line in manager.heard[manager.read - 1:]]
    assert any(line.startswith("STATUS=stopping") for line in after) and "READY=1" not in after, after


def test_a_restart_is_ready_only_once_it_has_restored(shoal, broker, manage, tmp_path):
    options = application("restored", broker)
    prepare(shoal, options, tmp_path)
    first = manage(options)
    first.wait(r"^STATUS=working: 2 partitions, 24 members, .* lag 0 records$")
    # A snapshot is written every second.
    time.sleep(2.5)
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    second = manage(options)
    second.wait("^READY=1$")
    second.wait(r"^STATUS=working: 2 partitions, 24 members")
    restored = re.findall(r'"restored the partition","members":"(\d+)"', second.log.read_text())
    assert sum(map(int, restored)) == 24, second.log.read_text()
    states = [line for line in second.said() if line.startswith("STATUS=") and "working" not in line or line == "READY=1"]
    assert states[-1] == "READY=1", "nothing but work comes after it was ready"


def test_whoever_waits_for_brokers_says_so_and_asks_for_time(manage):
    manager = manage(application("alone", f"127.0.0.1:{free_port()}"))
    manager.wait(r"^STATUS=waiting: ", 30)
    manager.wait(r"^EXTEND_TIMEOUT_USEC=30000000$")
    assert not {"READY=1", "WATCHDOG=1"} & set(manager.said())
    manager.process.send_signal(signal.SIGTERM)
    manager.wait("^STOPPING=1$")
    assert manager.process.wait(30) == 0


def test_who_does_not_make_progress_is_not_kept_alive(shoal, broker, manage, tmp_path):
    """A stopped process is the plainest case; that a single part which is stuck ends it, too, stands in the Swift tests."""
    options = application("stuck", broker)
    prepare(shoal, options, tmp_path)
    manager = manage(options)
    manager.wait("^READY=1$")
    manager.wait("^WATCHDOG=1$")
    manager.process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    list(manager.listen(0.1))
    assert not any("WATCHDOG=1" in lines for lines in manager.listen(2))
    manager.process.send_signal(signal.SIGCONT)
    manager.wait("^WATCHDOG=1$")


def test_a_start_that_fails_ends_with_the_reason(manage, broker):
    manager = manage(application("twice", broker) | {"http.listen": "192.0.2.1:80"})
    assert manager.process.wait(30) == 71
    manager.wait("^STATUS=http.listen=192.0.2.1:80: .*use an address of this machine")
    other = manage(application("twice", broker) | {"epoch.length": "0"})
    assert other.process.wait(30) == 78

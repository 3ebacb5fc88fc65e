"""Certificates of a running application are changed, by the commands of the guide: of the same authority, then of another."""

import pathlib
import shutil
import subprocess
import time

import pytest

from conftest import tool
from guide import Shell, blocks
from running import Instance, Load, free_port, wait

SETTINGS = {
    "output.format": "json", "epoch.future": "allow", "epoch.idle-timeout": "1s", "clusters.seed-members": "100",
    "clusters.initial": "2", "privacy.min-cluster-size": "5", "snapshot.interval": "1s", "members.min-events": "3",
    "privacy.key-file": "shoal.key",
}
INSTANCES = ["shoal-0", "shoal-1"]


@pytest.fixture
def kafka(start_kafka):
    # What a user may is another test's: here it is who he is.
    with start_kafka(secure=True, settings=["super.users=User:ANONYMOUS;User:admin;User:shoal"]) as cluster:
        yield cluster


@pytest.fixture
def shell(kafka, shoal, tmp_path):
    """A folder with the authority's certificate and key as operators have them, and with what instances are given in `tls`."""
    tool("openssl")
    secrets = pathlib.Path(kafka.directory) / "secure"
    for name in ("ca.pem", "ca.key"):
        shutil.copy(secrets / name, tmp_path)
    (tmp_path / "tls").mkdir()
    for name, kept in (("ca.pem", "ca.pem"), ("shoal.pem", "client.pem"), ("shoal.key", "client.key")):
        shutil.copy(secrets / name, tmp_path / "tls" / kept)
    (tmp_path / "shoal.key").write_text("5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c")
    (tmp_path / "shoal.key").chmod(0o600)
    put(tmp_path, "shoal.properties", kafka, "tls")
    found = Shell(tmp_path, shoal, kafka, {"broker:9092": kafka.bootstrap})
    found.options["env"] |= {"SUBJECT": "/CN=broker/O=kafka-test", "NAMES": "IP:127.0.0.1,DNS:localhost"}
    return found


def put(folder, name, kafka, tls):
    """Settings with the certificates of a folder."""
    settings = SETTINGS | {
        "kafka.bootstrap.servers": kafka.facts["BOOTSTRAP_SSL"], "kafka.security.protocol": "ssl",
        "kafka.ssl.ca.location": f"{tls}/ca.pem", "kafka.ssl.certificate.location": f"{tls}/client.pem",
        "kafka.ssl.key.location": f"{tls}/client.key"}
    (folder / name).write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))


class Group:
    """Instances that are started again one after the other, with what then lies in `tls`."""

    def __init__(self, shoal, folder):
        self.shoal, self.folder = shoal, folder
        self.running, self.logs = {}, 0

    def start(self, name):
        port = free_port()
        self.logs += 1
        self.running[name] = Instance(
            [self.shoal, "run", "--config", "shoal.properties", "--set", f"instance.id={name}", "--set",
             f"http.listen=127.0.0.1:{port}"], self.folder / f"{name}.{self.logs}.log", port, cwd=self.folder)
        return self.running[name]

    def restart(self, names=INSTANCES):
        for name in names:
            instance = self.running[name]
            assert instance.stop() == 0, instance.log[-3000:]
            self.start(name).wait_for("/readyz")

    def kill(self):
        for instance in self.running.values():
            instance.kill()


def is_read(reader, since=0):
    """Whether a record comes that was written since then."""
    return any(not message.error() and message.timestamp()[1] > since * 1000 for message in reader.consume(100, 1))


def issuer(shell):
    """Who made the certificate that instances have now, and its number."""
    return shell.run("openssl x509 -in tls/client.pem -noout -issuer -serial").splitlines()


def test_new_certificates_of_the_same_and_of_another_authority_while_it_works(kafka, shell, shoal, tmp_path, capsys):
    client = pytest.importorskip("confluent_kafka")
    by_the_same, by_both, by_the_new_only = blocks("Rotate certificates, passwords and the key")

    def ask(settings="shoal.properties"):
        return subprocess.run([shoal, "topics", "describe", "--config", settings], cwd=tmp_path, text=True,
                              capture_output=True, timeout=120, env=shell.options["env"])

    made = subprocess.run([shoal, "topics", "create", "--partitions", "4", "--config", "shoal.properties"], cwd=tmp_path,
                          text=True, capture_output=True, env=shell.options["env"])
    assert made.returncode == 0, made.stdout + made.stderr
    shutil.copytree(tmp_path / "tls", tmp_path / "old")
    put(tmp_path, "old.properties", kafka, "old")
    group = Group(shoal, tmp_path)
    load = None
    try:
        for name in INSTANCES:
            group.start(name)
        load = Load([shoal, "publish", "-", "--set", f"kafka.bootstrap.servers={kafka.bootstrap}"], tmp_path / "load.log",
                    rate=500)
        for instance in group.running.values():
            instance.wait_for("/readyz")
        # It reads by one connection, with the first certificate, all the time.
        reader = client.Consumer({
            "bootstrap.servers": kafka.facts["BOOTSTRAP_SSL"], "security.protocol": "ssl", "group.id": "reader",
            "ssl.ca.location": f"{tmp_path}/old/ca.pem", "ssl.certificate.location": f"{tmp_path}/old/client.pem",
            "ssl.key.location": f"{tmp_path}/old/client.key"})
        reader.assign([client.TopicPartition("watch-events", 0, client.OFFSET_END)])
        wait(lambda: is_read(reader), about="it reads")

        before = issuer(shell)
        shell.run(by_the_same)
        assert issuer(shell)[0] == before[0] and issuer(shell)[1] != before[1]
        group.restart()
        assert ask("old.properties").returncode == 0, "the old one is good until it expires"

        shell.run(by_both)
        assert "CN = new" in issuer(shell)[0]
        group.restart()
        assert ask("old.properties").returncode == 0, "both are trusted"

        shell.run(by_the_new_only)
        # The new broker is trusted, and does not trust the old certificate.
        shutil.copy(tmp_path / "new-ca.pem", tmp_path / "old/ca.pem")
        refused = wait(lambda: (found := ask("old.properties")).returncode != 0 and found, 30)
        assert refused.returncode == 69 and "certificates" in refused.stderr, refused.stderr
        switched = time.time()
        wait(lambda: is_read(reader, switched), about="a connection that stands is not cut")
        # With the new authority alone.
        group.restart(INSTANCES[:1])
        assert ask().returncode == 0
        sent = load.end()
        wait(lambda: subprocess.run(
            [shoal, "status", "--check", "--max-lag", "0", "--min-instances", "2", "--config", "shoal.properties"],
            cwd=tmp_path, capture_output=True, env=shell.options["env"]).returncode == 0, pause=0.5, about="all is handled")
    finally:
        group.kill()
        if load:
            load.kill()
    with capsys.disabled():
        print(f"\n{sent} events while certificates changed")

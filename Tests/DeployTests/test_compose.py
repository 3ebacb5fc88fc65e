"""deploy/compose.yaml: valid, whole, and each command of Shoal in it runs, against three real brokers instead of containers."""

import json
import os
import re
import subprocess

import pytest
import yaml

from conftest import ROOT, Cluster, kafka_script, tool
from running import Instance, Process, free_port, wait

FILE = ROOT / "deploy/compose.yaml"
# What containers have of their own here, and not from the broker's settings.
PLACES = ("LISTENERS", "LISTENER_SECURITY_PROTOCOL_MAP", "ADVERTISED_LISTENERS", "CONTROLLER_QUORUM_VOTERS", "NODE_ID",
          "PROCESS_ROLES", "LOG_DIRS", "CONTROLLER_LISTENER_NAMES", "INTER_BROKER_LISTENER_NAME")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def of_kafka(services):
    return {name: service for name, service in services.items() if service["image"].startswith("apache/kafka")}


def of_shoal(services):
    return {name: service for name, service in services.items() if service["image"] == "shoal"}


def broker_settings(services):
    """The brokers' own settings, by Kafka's names, without those about places."""
    environment = of_kafka(services)["kafka-1"]["environment"]
    return {name[len("KAFKA_"):].lower().replace("_", "."): str(value) for name, value in environment.items()
            if name.startswith("KAFKA_") and name[len("KAFKA_"):] not in PLACES}


def test_it_is_valid_under_the_schema_of_compose():
    found = subprocess.run([tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(FILE)], text=True,
                           capture_output=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_all_that_it_mounts_is_in_the_repository(compose, services):
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (FILE.parent / source).is_file(), f"{name}: there is no {source}"


def test_images_have_versions_and_ports_are_this_hosts_only(services):
    for name, service in services.items():
        assert service["image"] == "shoal" or re.search(r":v?\d+\.\d+\.\d+$", service["image"]), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name


def test_checks_of_brokers_which_start_a_jvm_are_frequent_only_at_the_start(services):
    for name, service in of_kafka(services).items():
        check = service["healthcheck"]
        assert check["interval"] in ("1m", "2m", "5m") and check["start_interval"] == "5s", name
        assert check["start_period"] == "2m", "within it a failed check does not count"


def test_shoal_may_do_nothing_but_its_work_and_comes_back_more_slowly_each_time(services):
    for name, service in of_shoal(services).items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        # `on-failure` is what Docker backs off with; a minute at most.
        assert service["restart"] == "on-failure" and service["stop_grace_period"] == "50s", name


def test_each_broker_has_a_number_a_name_and_a_port_of_its_own(services):
    brokers = of_kafka(services)
    voters = set()
    for name, service in brokers.items():
        environment = service["environment"]
        voters.add(f"{environment['KAFKA_NODE_ID']}@{name}:9093")
        inside, outside = environment["KAFKA_ADVERTISED_LISTENERS"].split(",")
        assert inside == f"PLAINTEXT://{name}:9092"
        port = outside.rsplit(":", 1)[1]
        assert f"HOST://:{port}" in environment["KAFKA_LISTENERS"] and service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert len({tuple(service["ports"]) for service in brokers.values()}) == 3
    for service in brokers.values():
        assert set(service["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"].split(",")) == voters


def test_prometheus_takes_its_settings_and_looks_at_every_instance(services, tmp_path):
    for volume in services["prometheus"]["volumes"][:-1]:
        source, target, _ = volume.split(":")
        (tmp_path / os.path.basename(target)).write_text((FILE.parent / source).read_text())
    found = subprocess.run([tool("promtool"), "check", "config", tmp_path / "prometheus.yml"], text=True, capture_output=True)
    assert found.returncode == 0, found.stdout + found.stderr
    scraped = yaml.safe_load((tmp_path / "prometheus.yml").read_text())["scrape_configs"]
    targets = {target for job in scraped for group in job["static_configs"] for target in group["targets"]}
    assert targets == {f"{name}:8080" for name, service in of_shoal(services).items() if service["command"] == ["run"]}
    assert "SHOAL_HTTP_LISTEN=:8080" in (ROOT / "deploy/Dockerfile").read_text()


def test_grafana_finds_prometheus_and_the_dashboard(services):
    mounts = dict(volume.split(":")[:2] for volume in services["grafana"]["volumes"])
    sources = yaml.safe_load((FILE.parent / "compose/grafana-datasource.yaml").read_text())["datasources"]
    assert [source["url"] for source in sources] == ["http://prometheus:9090"] and "prometheus" in services
    folder = yaml.safe_load((FILE.parent / "compose/grafana-dashboards.yaml").read_text())["providers"][0]["options"]["path"]
    loaded = [source for source, target in mounts.items() if os.path.dirname(target) == folder]
    assert loaded == ["./grafana/shoal.json"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home in mounts.values() and json.loads((FILE.parent / loaded[0]).read_text())["title"]


@pytest.fixture(scope="module")
def kafka(services):
    script = kafka_script()
    if script is None:
        pytest.skip("there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME")
    pairs = [f"{name}={value}" for name, value in broker_settings(services).items()]
    cluster = Cluster(script, ["--release", "4", "--brokers", "3", "--broker-config", *pairs])
    yield cluster
    cluster.stop()


def test_a_broker_knows_each_of_its_settings(services, kafka):
    listed = kafka.run("configs", "--describe", "--entity-type", "brokers", "--entity-name", "1", "--all").stdout
    known = dict(re.findall(r"^\s+([a-z][\w.]*)=(\S*) ", listed, re.MULTILINE))
    for name, value in broker_settings(services).items():
        assert known.get(name) == value, name


class Containers:
    """The services of the file as processes: command, variables, and for `depends_on` the order in which a test starts them."""

    def __init__(self, services, program, kafka, folder):
        self.services, self.program, self.kafka, self.folder = services, program, kafka, folder
        self.running = {}

    def start(self, name):
        service = self.services[name]
        environment = {key: str(value) for key, value in service["environment"].items()}
        assert environment["SHOAL_KAFKA_BOOTSTRAP_SERVERS"] == ",".join(f"{broker}:9092" for broker in of_kafka(self.services))
        assert environment["SHOAL_PRIVACY_KEY"].startswith("${SHOAL_PRIVACY_KEY:?")
        port = free_port()
        environment |= {"SHOAL_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap, "SHOAL_PRIVACY_KEY": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c",
                        "SHOAL_HTTP_LISTEN": f"127.0.0.1:{port}"}
        words = [self.program, *service["command"]]
        log = self.folder / f"{name}.log"
        self.running[name] = (Instance(words, log, port, environment) if service["command"] == ["run"]
                              else Process(words, log, environment))
        return self.running[name]

    def kill(self):
        for process in self.running.values():
            process.kill()


def test_every_command_of_shoal_in_it_runs_and_changes_come_out(services, shoal, kafka, tmp_path):
    generator = services["generator"]["command"][0]
    if "unknown command" in subprocess.run([shoal, generator, "--help"], text=True, capture_output=True).stderr:
        pytest.skip(f"{shoal} has no `{generator}`")
    containers = Containers(services, shoal, kafka, tmp_path)
    try:
        topics = containers.start("topics")
        assert topics.process.wait(120) == 0, topics.log
        assert "shoal-state: made, 8 partitions" in topics.log, topics.log
        names = [name for name, service in of_shoal(services).items() if name != "topics"]
        for name in names:
            assert services[name]["depends_on"] == {"topics": {"condition": "service_completed_successfully"}}
            containers.start(name)
        running = containers.running
        for name in ("shoal-1", "shoal-2"):
            running[name].wait_for("/readyz")

        def are_alive():
            for name in names:
                assert running[name].process.poll() is None, f"{name} has ended: {running[name].log[-3000:]}"

        def has_come(text):
            def look():
                are_alive()
                return text in running["changes"].log
            return look
        wait(has_come("was created"))
        wait(has_come("joined"))
        for name in ("shoal-1", "shoal-2"):
            status, text = running[name].get("/metrics")
            counts = [float(value) for value in re.findall(r"^shoal_events_total\S* (\S+)", text, re.MULTILINE)]
            assert status == 200 and sum(counts) > 0, f"{name} handles events: {text[:500]}"
        are_alive()
        for name in ("generator", "shoal-1", "shoal-2", "changes"):
            status = running[name].stop()
            assert status == 0, f"{name} ended with {status}: {running[name].log[-3000:]}"
    finally:
        containers.kill()

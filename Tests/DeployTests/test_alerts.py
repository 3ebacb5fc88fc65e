"""The alerts for Prometheus: their unit tests, their runbook, and faults on which real ones fire and clear."""

import os
import re
import shlex
import subprocess

import pytest

from conftest import tool
from watching import metrics, wait


@pytest.fixture(scope="module")
def rules(root):
    return (root / "deploy/prometheus/shoal.rules.yaml").read_text()


@pytest.fixture(scope="module")
def alerts(rules):
    """Name → the rule's text."""
    found = re.split(r"^      - alert: ", rules, flags=re.MULTILINE)[1:]
    return {text.split("\n", 1)[0]: text.split("\n  - name:")[0] for text in found}


@pytest.fixture(scope="module")
def recorded(rules):
    """The names of the series that rules record."""
    return set(re.findall(r"^      - record: (\w+)", rules, flags=re.MULTILINE)) | {"shoal_expected_instances"}


def promtool(*words):
    return subprocess.run([tool("promtool"), *map(str, words)], capture_output=True, text=True)


def test_the_rules_and_the_example_of_a_configuration_are_right(root, rules, alerts):
    count = len(alerts) + rules.count("\n      - record: ")
    checked = promtool("check", "rules", root / "deploy/prometheus/shoal.rules.yaml")
    assert checked.returncode == 0 and f"{count} rules found" in checked.stdout, checked.stdout + checked.stderr
    checked = promtool("check", "config", root / "deploy/prometheus/prometheus.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_each_alert_fires_and_clears_in_the_unit_tests(root, alerts):
    files = sorted((root / "deploy/prometheus").glob("*.test.yaml"))
    tested = promtool("test", "rules", *files)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    named = {name for file in files for name in re.findall(r'alertname="(\w+)"', file.read_text())}
    assert named == set(alerts), named ^ set(alerts)


def test_each_alert_has_severity_summary_description_and_runbook(alerts):
    for name, text in alerts.items():
        assert re.search(r"labels: \{severity: (critical|warning)\}", text), name
        assert f"runbook_url: deploy/runbook.md#{name.lower()}\n" in text + "\n", name
        for annotation in ("summary", "description"):
            assert re.search(rf"^          {annotation}: ", text, re.MULTILINE), f"{name}: {annotation}"


def test_alerts_ask_for_metrics_that_exist(shoal, alerts, recorded):
    known = metrics(shoal) | recorded
    for name, text in alerts.items():
        asked = set(re.findall(r"\b(?:shoal|kafka|process)_[a-z_]+", text.split("labels:")[0]))
        assert (asked or "up" in text) and asked <= known, f"{name}: {asked - known}"


# MARK: the runbook

@pytest.fixture(scope="module")
def sections(root):
    """Heading → text, of what tells of alerts."""
    found = re.split(r"^## ", (root / "deploy/runbook.md").read_text(), flags=re.MULTILINE)[1:]
    return {text.split("\n", 1)[0]: text for text in found if text.startswith("Shoal")}


def commands(text):
    """The commands of its indented blocks and of its inline code, each as words."""
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    return [line for line in lines + re.findall(r"`([^`\n]+)`", text)]


def test_each_alert_has_its_section_in_the_runbook_and_each_section_its_alert(alerts, sections):
    assert set(sections) == set(alerts), set(sections) ^ set(alerts)
    for name, text in sections.items():
        for part in ("**It means**", "**Look at**", "**Do**"):
            assert part in text, f"{name}: {part}"


def test_the_runbooks_shoal_commands_are_known_to_the_program(root, shoal):
    found = set()
    for line in commands((root / "deploy/runbook.md").read_text()):
        for words in re.findall(r"(?:^|\| )shoal ([a-z][^|#]*)", line):
            found.add(tuple(shlex.split(words)))
    assert len(found) >= 4, found
    for words in sorted(found):
        asked = subprocess.run([shoal, *words, "--help"], capture_output=True, text=True)
        assert asked.returncode == 0, f"shoal {' '.join(words)}: {asked.stdout}{asked.stderr}"


def test_the_runbooks_settings_and_metrics_exist(root, shoal, recorded):
    text = (root / "deploy/runbook.md").read_text()
    known = metrics(shoal) | recorded
    asked = set(re.findall(r"\b(?:shoal|kafka_consumergroup|process)_[a-z_]+", text))
    assert asked <= known, asked - known
    settings = set(re.findall(r"^\| `([a-z.-]+)`", subprocess.run(
        [shoal, "config", "docs"], check=True, capture_output=True, text=True).stdout, re.MULTILINE))
    named = set(re.findall(
        r"`((?:epoch|clock|topics|members|clusters|privacy|snapshot|checkpoint|transaction|outbox|settings|watchdog|"
        r"shutdown|http|input|output|dead-letters|profile|application|instance|log|commit|member|engagement)"
        r"\.[a-z-]+)(?:=[^`]*)?`", text))
    assert len(named) > 10 and named <= settings, named - settings


def test_the_runbooks_commands_run(root, shoal, watched, tmp_path):
    lines = re.findall(r"^    (.*)$", (root / "deploy/runbook.md").read_text(), re.MULTILINE)
    lines = sorted({line for line in lines if not line.startswith("export ")})
    assert len(lines) >= 40
    # The commands by the names that they have elsewhere.
    (tmp_path / "shoal").symlink_to(shoal)
    groups = tmp_path / "kafka-consumer-groups.sh"
    groups.write_text(f'#!/bin/sh\nexec {watched.kafka.script} run --dir {watched.kafka.directory} consumer-groups "$@"\n')
    groups.chmod(0o755)
    (tmp_path / "shoal.properties").symlink_to(watched.configuration)
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "PROMETHEUS": f"http://{watched.prometheus.address}",
        "BROKER": watched.kafka.bootstrap, "INSTANCE": watched.instances[0].address,
        "SHOAL_PRIVACY_KEY": watched.key}
    for line in lines:
        run = subprocess.run(["bash", "-c", f"set -o pipefail; {line}"], cwd=tmp_path, env=environment,
                             capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, f"{line}: {run.stdout}{run.stderr}"
        if not line.startswith(("promtool", "kcat", "shoal dead-letters list", "shoal status --check")):
            assert run.stdout, f"{line} says nothing"


# MARK: real faults

def fires(watched, alert, instances=None):
    wait(lambda: alert in watched.prometheus.firing(), 60, what=f"{alert} fires: {watched.prometheus.firing()}")
    found = watched.prometheus.firing().get(alert)
    assert instances is None or found == {each.address for each in instances}, f"{alert}: {found}"


def all_clear(watched):
    wait(lambda: not watched.prometheus.firing(), 90, what="no alert fires")


def test_no_alert_fires_while_all_is_well(watched):
    all_clear(watched)
    groups = watched.prometheus.get("rules")["groups"]
    assert all(rule["health"] in ("ok", "unknown") for group in groups for rule in group["rules"]), groups


def test_dead_letters_are_told_and_clear_when_the_records_are_right_again(watched):
    watched.feed.poison(300)
    fires(watched, "ShoalDeadLetters")
    all_clear(watched)


def test_a_stopped_instance_is_told_with_the_partitions_that_all_wait_for(watched):
    other = watched.other
    with watched.stopped(other):
        fires(watched, "ShoalInstanceDown", [other])
        fires(watched, "ShoalEpochHeldBack", [watched.coordinator])
        held = {labels["partition"] for labels, _ in watched.prometheus.query("shoal_coordinator_waiting")}
        assert len(held) == 2
        assert "ShoalDown" not in watched.prometheus.firing()
    all_clear(watched)


def test_all_stopped_instances_are_told_at_once(watched):
    with watched.stopped(*watched.instances):
        fires(watched, "ShoalDown")
    all_clear(watched)


def test_brokers_that_do_not_answer_are_told(watched):
    def broker(what):
        words = [watched.kafka.script, what, "--broker", "1", watched.kafka.directory]
        subprocess.run(words, check=True, capture_output=True)

    broker("pause")
    try:
        # One may have asked a few seconds before the other.
        both = {each.address for each in watched.instances}
        wait(lambda: watched.prometheus.firing().get("ShoalBrokersSilent") == both, 60, what="both are without brokers")
    finally:
        broker("resume")
    all_clear(watched)

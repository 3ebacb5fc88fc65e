"""The Helm chart: what it makes is valid, is what Shoal needs, and wrong values are refused with what to do."""

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest
import yaml

import custom_resources
from charts import CHART, helm, only, put_files, render, seconds, settings, template
from conftest import ROOT

VALUES = sorted((CHART / "ci").glob("*.yaml"))
KUBERNETES = ["1.29", "1.33", "1.37"]


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_helm_lint_finds_nothing(helm, values):
    found = subprocess.run([helm, "lint", "--strict", str(CHART), "-f", str(values)], text=True, capture_output=True)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("version", KUBERNETES)
@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_kubernetes_takes_what_the_chart_makes(render, values, version):
    validate = pytest.importorskip("kubernetes_validate")
    jsonschema = pytest.importorskip("jsonschema")
    kinds = set()
    for document in render("-f", values, version=version + ".0"):
        kinds.add(document["kind"])
        if document["kind"] in custom_resources.SCHEMAS:
            jsonschema.validate(document, custom_resources.SCHEMAS[document["kind"]])
        else:
            validate.validate(document, version, strict=True)
    assert {"StatefulSet", "Service", "ConfigMap", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"} <= kinds


def test_all_that_can_be_turned_on_is_in_one_of_the_values_files(render):
    kinds = {document["kind"] for values in VALUES for document in render("-f", values)}
    assert set(custom_resources.SCHEMAS) <= kinds


def test_every_kind_of_custom_resource_is_refused_where_its_shape_is_wrong(render):
    jsonschema = pytest.importorskip("jsonschema")
    for values in VALUES:
        for document in render("-f", values):
            if document["kind"] in custom_resources.SCHEMAS:
                document["spec"]["partitons"] = 3
                with pytest.raises(jsonschema.ValidationError, match="partitons"):
                    jsonschema.validate(document, custom_resources.SCHEMAS[document["kind"]])


def test_the_schema_has_the_programs_settings(shoal):
    table = subprocess.run([shoal, "config", "docs"], check=True, text=True, capture_output=True).stdout
    found = subprocess.run([sys.executable, ROOT / "deploy/helm/schema.py", "--check"], input=table, text=True,
                           capture_output=True)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_the_program_takes_the_settings_that_the_chart_writes(render, shoal, tmp_path, values):
    documents = render("-f", values)
    put_files(documents, tmp_path)
    found = subprocess.run([shoal, "config", "check", "--config", tmp_path / "shoal.properties"], text=True,
                           capture_output=True, env={"SHOAL_INSTANCE_ID": "shoal-0"})
    assert found.returncode == 0, found.stdout + found.stderr


def test_values_stay_what_they_are_on_the_way_to_the_program(render):
    found = settings(render("--set", "bootstrapServers=k:9092", "--set-json", json.dumps({
        "dedup.window": 16777216, "kafka.client.id": "a\\b", "settings.revision": 1234567890, "engagement.min": 7,
        "kafka.enable.ssl.certificate.verification": False})
        .join(["config=", ""])))
    assert found["dedup.window"] == "16777216" and found["settings.revision"] == "1234567890"
    assert found["kafka.client.id"] == "a\\\\b", "a backslash begins an escape in properties"
    assert found["kafka.enable.ssl.certificate.verification"] == "false" and found["engagement.min"] == "7"


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_a_pod_may_do_nothing_but_its_work(render, values):
    documents = render("-f", values)
    assert not [document for document in documents if document["kind"] in ("Secret", "Role", "ClusterRole")]
    pod = only(documents, "StatefulSet")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False and pod["enableServiceLinks"] is False
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"] + pod.get("initContainers", []):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]} and "add" not in context["capabilities"]
        assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
        assert container["env"] == [
            {"name": "SHOAL_INSTANCE_ID", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
        writable = [mount["name"] for mount in container["volumeMounts"] if not mount.get("readOnly")]
        assert writable == ["checkpoints"]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert "USER 10001" in dockerfile and "EXPOSE 8080" in dockerfile


@pytest.mark.parametrize("values", VALUES, ids=lambda path: path.stem)
def test_the_grace_period_is_longer_than_an_instance_may_drain(render, values):
    documents = render("-f", values)
    pod = only(documents, "StatefulSet")["spec"]["template"]["spec"]
    drain = seconds(settings(documents)["shutdown.timeout"])
    # It has 5 s to say good-bye to its group, and HTTP ends last.
    assert pod["terminationGracePeriodSeconds"] >= drain + 10


def test_a_changed_setting_rolls_the_instances(render):
    def checksum(*words):
        pod = only(render("-f", CHART / "ci/minimal-values.yaml", *words), "StatefulSet")["spec"]["template"]
        return pod["metadata"]["annotations"]["checksum/config"]

    assert checksum() == checksum()
    assert checksum() != checksum("--set", "config.log\\.level=debug")
    assert checksum() != checksum("--set", "topicNames={chess}")


def test_the_chart_deploys_the_version_that_it_came_with(shoal):
    version = subprocess.run([shoal, "version"], check=True, text=True, capture_output=True).stdout
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert f"shoal {chart['appVersion']}" in version, version


def test_user_and_groups_can_be_left_to_the_namespace(render):
    words = [word for name in ("runAsUser", "runAsGroup", "fsGroup")
             for word in ("--set-json", f"podSecurityContext.{name}=null")]
    pod = only(render("-f", CHART / "ci/minimal-values.yaml", *words), "StatefulSet")["spec"]["template"]["spec"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True, "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"}}
    words = ["--set", "podSecurityContext.runAsUser=1000660000"]
    pod = only(render("-f", CHART / "ci/minimal-values.yaml", *words), "StatefulSet")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == 1000660000


def test_ports_of_dns_can_be_chosen(render):
    words = ["--set", "bootstrapServers=k:9092", "--set", "networkPolicy.dnsPorts={1053}"]
    egress = only(render(*words), "NetworkPolicy")["spec"]["egress"]
    assert egress[0]["ports"] == [{"port": 1053, "protocol": "UDP"}, {"port": 1053, "protocol": "TCP"}]


def test_the_api_has_a_port_and_a_service_and_needs_an_access_file(render, template):
    words = ["--set", "bootstrapServers=k:9092", "--set", "api.enabled=true"]
    found = template(*words)
    assert found.returncode != 0 and "api.enabled needs secrets.api.access-file" in found.stderr, found.stderr
    words += ["--set", r"secrets.api\.access-file.secret=tokens", "--set", r"secrets.api\.access-file.key=access.txt"]
    documents = render(*words, "--set", "api.from[0].podSelector.matchLabels.app=proxy")
    assert [document["metadata"]["name"] for document in documents if document["kind"] == "Service"] == [
        "shoal", "shoal-api"]
    settings = only(documents, "ConfigMap")["data"]["shoal.properties"]
    assert "api.listen = :8090" in settings and "api.access-file = /etc/shoal/secrets/api.access-file" in settings
    ports = only(documents, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert [port["name"] for port in ports] == ["http", "api"]
    ingress = only(documents, "NetworkPolicy")["spec"]["ingress"]
    assert ingress[1] == {"ports": [{"port": "api", "protocol": "TCP"}],
                          "from": [{"podSelector": {"matchLabels": {"app": "proxy"}}}]}
    for name in ("certificate", "key", "ca"):
        words += ["--set", rf"secrets.api\.ssl\.{name}\.location.secret=tls",
                  "--set", rf"secrets.api\.ssl\.{name}\.location.key=tls.{name}"]
    settings = only(render(*words), "ConfigMap")["data"]["shoal.properties"]
    assert "api.ssl.key.location = /etc/shoal/secrets/api.ssl.key.location" in settings
    refused = template("--set", "bootstrapServers=k:9092", "--set", r"config.api\.listen=:80")
    assert "config.api.listen: the chart sets it: see api" in refused.stderr


def test_the_api_has_an_issuer_instead_and_its_port_is_open(render, template):
    words = ["--set", "bootstrapServers=k:9092", "--set", "api.enabled=true", "--set", r"config.api\.oidc\.audience=shoal"]
    for url, port in [("https://login.example", 443), ("https://login.example/a:9/b", 443), ("https://login.example:8443/a", 8443),
                      ("https://[::1]:8444", 8444), ("https://[::1]/a", 443)]:
        documents = render(*words, "--set", rf"config.api\.oidc\.issuer={url}", "--set",
                           "api.oidc.to[0].ipBlock.cidr=192.0.2.0/24", "--set", r"secrets.api\.oidc\.ca-file.secret=ca",
                           "--set", r"secrets.api\.oidc\.ca-file.key=ca.crt")
        settings = only(documents, "ConfigMap")["data"]["shoal.properties"]
        assert f"api.oidc.issuer = {url}" in settings
        assert "api.oidc.ca-file = /etc/shoal/secrets/api.oidc.ca-file" in settings
        assert only(documents, "NetworkPolicy")["spec"]["egress"][-1] == {
            "ports": [{"port": port, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}


def test_alerts_link_to_a_url_or_name_a_file_and_know_the_number_of_instances(render, template):
    words = ["--set", "bootstrapServers=k:9092", "--set", "prometheusRule.enabled=true", "--set", "replicaCount=3"]

    def rules(*more, **options):
        groups = only(render(*words, *more, **options), "PrometheusRule")["spec"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    for rule in rules():
        if "alert" in rule:
            assert "runbook_url" not in rule["annotations"] and "#" in rule["annotations"]["runbook"]
    base = "https://wiki.example.com/shoal"
    for rule in rules("--set", f"prometheusRule.runbook={base}"):
        if "alert" in rule:
            assert rule["annotations"]["runbook_url"] == f"{base}#{rule['alert'].lower()}"
    refused = template(*words, "--set", "prometheusRule.runbook=docs/runbook.md")
    assert refused.returncode != 0 and "runbook" in refused.stderr
    expected = [rule for rule in rules(name="news") if rule.get("record") == "shoal_expected_instances"]
    assert expected == [{"record": "shoal_expected_instances", "expr": "vector(3)", "labels": {"job": "news"}}]
    expected = [rule for rule in rules("--set", "keda.enabled=true") if rule.get("record") == "shoal_expected_instances"]
    assert expected[0]["expr"] == "vector(2)", "at least as many as KEDA leaves"


def test_only_http_comes_in_and_only_dns_and_kafka_go_out(render):
    def ports(rules):
        return [(port["port"], port["protocol"]) for rule in rules for port in rule["ports"]]

    policy = only(render("--set", "bootstrapServers=a:9092\\,[::1]:9094"), "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and ports(policy["ingress"]) == [("http", "TCP")]
    dns = [(53, "UDP"), (53, "TCP"), (5353, "UDP"), (5353, "TCP")]
    assert ports(policy["egress"]) == dns + [(9092, "TCP"), (9094, "TCP")]
    policy = only(render("-f", CHART / "ci/secured-values.yaml"), "NetworkPolicy")["spec"]
    assert ports(policy["egress"])[4:] == [(9093, "TCP"), (9094, "TCP")]
    assert policy["egress"][1]["to"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kafka"}}}]


def test_keda_looks_at_the_groups_lag_on_the_input_and_has_the_replicas_to_itself(render):
    documents = render("-f", CHART / "ci/secured-values.yaml")
    scaled = only(documents, "ScaledObject")["spec"]
    assert "replicas" not in only(documents, "StatefulSet")["spec"]
    assert scaled["scaleTargetRef"]["name"] == only(documents, "StatefulSet")["metadata"]["name"]
    metadata = scaled["triggers"][0]["metadata"]
    assert (metadata["consumerGroup"], metadata["topic"]) == ("taste", "plays")
    assert metadata["bootstrapServers"] == settings(documents)["kafka.bootstrap.servers"]


def test_names_fit_under_a_long_name_of_a_release(render):
    name = "a-release-with-a-name-of-fifty-three-characters-in-it"
    assert len(name) == 53
    for document in render("-f", CHART / "ci/strimzi-values.yaml", name=name):
        assert len(document["metadata"]["name"]) <= 63
    instance = only(render("-f", CHART / "ci/minimal-values.yaml", name=name), "StatefulSet")["metadata"]["name"]
    assert len(f"{instance}-0123456789") <= 63, "the label of a revision is the name and a hash"


def test_strimzis_users_have_the_list_of_rights(render):
    spec = importlib.util.spec_from_file_location("rights", ROOT / "deploy/rights.py")
    rights = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rights)
    listed = rights.load()
    documents = render("-f", CHART / "ci/strimzi-values.yaml", "--set", "strimzi.users.roles={%s}" % ",".join(listed["roles"]))
    found = {document["metadata"]["name"]: document for document in documents if document["kind"] == "KafkaUser"}
    types = {strimzi: kafka for kafka, strimzi in rights.STRIMZI_TYPES.items()}
    for role in listed["roles"]:
        acls = found.pop("shoal" if role == "run" else f"shoal-{role}")["spec"]["authorization"]["acls"]
        granted = [(operation, types[acl["resource"]["type"]], acl["resource"]["name"],
                    {"prefix": "prefixed"}.get(acl["resource"]["patternType"], "literal"))
                   for acl in acls for operation in acl["operations"]]
        assert sorted(granted) == sorted(rights.expand(listed, role, rights.names(listed, {"members": "cluster_members", "clusters": "clusters"})))
    assert not found


def test_prometheus_operator_gets_the_rules_with_links_to_the_runbook_at_hand(render):
    rules = yaml.safe_load((ROOT / "deploy/prometheus/shoal.rules.yaml").read_text())
    found = only(render("-f", CHART / "ci/strimzi-values.yaml"), "PrometheusRule")["spec"]["groups"]
    assert found.pop()["name"] == "shoal.expected", "the chart's own"
    for before, after in zip(rules["groups"], found, strict=True):
        for one, other in zip(before["rules"], after["rules"], strict=True):
            if "alert" not in one:
                assert other == one
            else:
                link = one["annotations"]["runbook_url"]
                assert other["annotations"]["runbook_url"] == link.replace("deploy/runbook.md", "https://wiki.example.com/shoal")
                assert {**other, "annotations": {**other["annotations"], "runbook_url": link}} == one
                assert other["annotations"]["runbook_url"].startswith("https://wiki.example.com/shoal#")


def test_grafanas_side_car_gets_the_dashboard(render):
    found = [document for document in render("-f", CHART / "ci/strimzi-values.yaml")
             if document["metadata"]["labels"].get("grafana_dashboard") == "1"]
    assert len(found) == 1 and found[0]["kind"] == "ConfigMap"
    assert json.loads(found[0]["data"]["shoal.json"]) == json.loads((ROOT / "deploy/grafana/shoal.json").read_text())


@pytest.mark.parametrize("inside, outside", [
    ("shoal.rules.yaml", "deploy/prometheus/shoal.rules.yaml"), ("dashboard.json", "deploy/grafana/shoal.json"),
    ("rights.json", "deploy/rights.json")])
def test_the_charts_own_copies_are_what_the_repository_has(inside, outside):
    if not (ROOT / outside).exists():
        pytest.skip(f"there is no {outside}")
    assert (CHART / "files" / inside).read_text() == (ROOT / outside).read_text(), \
        f"cp {outside} deploy/helm/shoal/files/{inside}"


@pytest.mark.parametrize("words, said", [
    (["config.commit\\.intervall=1s"], "at '/config': additional properties 'commit.intervall' not allowed"),
    (["config.commit\\.interval=fast"], "at '/config/commit.interval': 'fast' does not match"),
    (["config.clusters\\.max=5000"], "at '/config/clusters.max': maximum: got 5,000, want 2,000"),
    (["config.output\\.format=yaml"], "at '/config/output.format': value must be one of 'protobuf', 'json'"),
    (["replicas=3"], "additional properties 'replicas' not allowed"),
    (["replicaCount=many"], "at '/replicaCount': got string, want integer"),
    (["bootstrapServers="], "bootstrapServers is not set: name your brokers, as kafka-bootstrap:9092"),
    (["bootstrapServers=kafka"], 'bootstrapServers: "kafka" is no HOST:PORT'),
    (["secrets.privacy\\.key-file=null"], "secrets has no privacy.key-file: pseudonyms need a key; `openssl rand"),
    (["secrets.privacy\\.key-file.secret="], "at '/secrets/privacy.key-file/secret': minLength: got 0, want 1"),
    (["config.kafka\\.sasl\\.password=x"], "config.kafka.sasl.password is a secret, and would stand in a ConfigMap"),
    (["config.kafka\\.ssl\\.key\\.pem=x"], "name that as secrets.kafka.ssl.key.pem.file"),
    (["config.instance\\.id=3"], "config.instance.id: the chart sets it: it is the pod's name"),
    (["terminationGracePeriodSeconds=31"], "terminationGracePeriodSeconds 31 is too short: shutdown.timeout is 30 s"),
    (["terminationGracePeriodSeconds=40", "config.shutdown\\.timeout=1m"], "shutdown.timeout is 60 s"),
    (["createTopics.enabled=true", "createTopics.partitions=4", "replicaCount=6"],
     "replicaCount is 6, and createTopics.partitions 4: the instances beyond would have nothing to do"),
    (["keda.enabled=true", "keda.minReplicas=9"], "keda.minReplicas 9 is above keda.maxReplicas 8"),
    (["strimzi.users.enabled=true"], "strimzi.cluster is not set"),
    (["strimzi.users.roles={root}"], "strimzi.users.roles: there is no role root, but audit, changes, "),
    (["probes.liveness.periodSeconds=0"], "at '/probes/liveness/periodSeconds': minimum: got 0, want 1"),
    (["image.digest=latest"], "at '/image/digest': 'latest' does not match pattern"),
], ids=lambda value: value[0] if isinstance(value, list) else "")
def test_a_wrong_value_is_refused_with_its_name(template, words, said):
    options = [option for word in words for option in ("--set", word)]
    found = template("-f", CHART / "ci/minimal-values.yaml", *options)
    assert found.returncode != 0 and said in found.stderr, found.stderr


def test_the_notes_say_what_to_do_next(helm, tmp_path):
    """Helm shows them only with a cluster at hand: here they are a value of a ConfigMap."""
    copy = tmp_path / "shoal"
    shutil.copytree(CHART, copy)
    notes = (copy / "templates/NOTES.txt").read_text()
    (copy / "templates/notes.yaml").write_text(
        '{{- define "notes" }}' + notes + '{{ end }}\nkind: Notes\nnotes: {{ include "notes" . | quote }}\n')

    def shown(*words):
        made = subprocess.run([helm, "template", "taste", copy, "--kube-version", "1.37", "--namespace", "media",
                               "--set", "bootstrapServers=k:9092", *words], check=True, text=True, capture_output=True).stdout
        return only([document for document in yaml.safe_load_all(made) if document], "Notes")["notes"]

    text = shown()
    assert "kubectl --namespace media rollout status statefulset/taste-shoal" in text
    assert "/usr/bin/shoal topics create --partitions 8 --config /etc/shoal/shoal.properties" in text
    assert "deploy/acls.sh run USER" in text and "networkPolicy.ports" in text
    assert "topics create" not in shown("--set", "createTopics.enabled=true")
    assert "networkPolicy" not in shown("--set", "networkPolicy.enabled=false")

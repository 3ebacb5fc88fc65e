"""The image: its Dockerfile in the eyes of hadolint, and what it would hold, run as a container would."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

from broker import KEY, events, settings, small_broker
from running import free_port, wait
from conftest import ROOT, tell, tool
from released import BUILD, EPOCH, Dockerfile, in_root, problems

SHELLS = ["/usr/bin/bash", "/usr/bin/dash"]


def test_hadolint_has_nothing_to_say():
    found = subprocess.run([tool("hadolint"), "--failure-threshold", "style", ROOT / "deploy/Dockerfile"],
                           capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_image_is_closed():
    file = Dockerfile()
    assert file.final("USER") == ["10001"]
    for word in ["ENTRYPOINT", "CMD"]:
        assert json.loads(file.final(word)[0]), f"{word} needs no shell"
    assert re.search(r'CMD \["/usr/bin/shoal", "health"\]$', file.final("HEALTHCHECK")[0])
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]*)"', file.final("LABEL")[0]))
    assert {"title", "description", "licenses", "version", "revision", "base.name"} <= set(labels)
    assert "AS" not in file.stages[-1]["base"] and file.stages[-1]["base"] == "system"
    assert f'VERSION={version()}' in file.final("ARG")


def version():
    text = (ROOT / "Sources/ShoalOperator/Console/Program.swift").read_text()
    return re.search(r'static let version = "([^"]+)"', text)[1]


def test_what_the_build_stage_installs_is_what_the_makefile_does():
    makefile = re.search(r"^BUILD_PACKAGES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert set(makefile) | {"python3"} == set(Dockerfile().packages("build"))


@pytest.fixture(scope="module")
def image(request, system_root, release):
    """The root that the image would have."""
    shutil.copy(release, system_root / "usr/bin/shoal")
    size = sum(int(line.split()[0]) for line in
               subprocess.run(["du", "--summarize", "--one-file-system", "--block-size=1M", system_root], check=True,
                              capture_output=True, text=True).stdout.splitlines())
    tell(request, f"root file system {size} MiB, of which the program {os.path.getsize(release) / 2**20:.0f} MiB")
    return system_root


def environment(**more):
    pairs = dict(pair.split("=", 1) for line in Dockerfile().final("ENV") for pair in line.split())
    return {"PATH": "/usr/bin:/bin"} | pairs | more


def run(image, words, network=True, seconds=120, **more):
    command = in_root(image, Dockerfile().final("USER")[0], words, environment(**more), network, SHELLS)
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds)


def test_nothing_can_be_written_and_there_is_no_shell(image):
    user = Dockerfile().final("USER")[0]
    assert run(image, ["/usr/bin/id", "-u"]).stdout.strip() == user
    for place in ["/", "/tmp", "/usr/bin", "/dev", "/var/lib"]:
        assert run(image, ["/usr/bin/touch", f"{place}/file"]).returncode != 0, place
    assert run(image, ["/bin/sh", "-c", "true"]).returncode in (126, 127)
    held = run(image, ["/usr/bin/cat", "/proc/self/status"]).stdout
    assert re.search(r"^CapEff:\s+0+$", held, re.MULTILINE) and re.search(r"^NoNewPrivs:\s+1$", held, re.MULTILINE), held


def test_no_library_is_missing(image):
    assert "shoal " + version() in run(image, ["/usr/bin/shoal", "version"], network=False).stdout


def test_the_demo_runs_without_network(image):
    words = ["/usr/bin/shoal", "demo", "--seconds", "0", "--viewers", "500", "--epochs", "12", "--plain"]
    ran = run(image, words, network=False)
    assert ran.returncode == 0 and " was created" in ran.stdout, ran.stdout + ran.stderr


def variables(**values):
    """Settings as a container gets them."""
    return {f"SHOAL_{name.upper().replace('.', '_').replace('-', '_')}": value for name, value in values.items()}


def publish(image, names):
    words = ["/usr/bin/shoal", "publish", "-", "--topic", "watch-events", "--speed", "max"]
    published = subprocess.run(in_root(image, Dockerfile().final("USER")[0], words, environment(**names), True, SHELLS),
                               input="".join(events()), capture_output=True, text=True, timeout=60)
    assert published.returncode == 0, published.stderr


@contextlib.contextmanager
def instance(image, log, names):
    """The image's own command. It ends by SIGTERM, and with 0."""
    file = Dockerfile()
    entry = json.loads(file.final("ENTRYPOINT")[0]) + json.loads(file.final("CMD")[0])
    with open(log, "wb") as output:
        process = subprocess.Popen(in_root(image, file.final("USER")[0], entry, environment(**names), True, SHELLS),
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_an_instance_works_and_the_health_check_tells_so(image, tmp_path):
    check = json.loads(Dockerfile().final("HEALTHCHECK")[0].split(" CMD ")[1])
    with small_broker(tmp_path / "broker") as bootstrap:
        names = variables(**settings(bootstrap), **{
            "privacy.key": KEY, "instance.id": "shoal-0", "http.listen": f":{free_port()}"})
        made = run(image, ["/usr/bin/shoal", "topics", "create", "--partitions", "2"], **names)
        assert made.returncode == 0, made.stdout + made.stderr
        assert run(image, check, **names).returncode == 1, "nobody is there yet"
        publish(image, names)
        log = tmp_path / "log"
        with instance(image, log, names) as process:
            wait(lambda: run(image, [*check, "--probe", "ready"], **names).returncode == 0 or process.poll() is not None,
                 60)
            assert process.poll() is None, log.read_text()
            assert run(image, check, **names).returncode == 0
            wait(lambda: "joined" in changes_of(image, names), 60)
        assert run(image, check, **names).returncode == 1


@pytest.mark.parametrize("release_of_kafka", [4, 3])
def test_scram_works_over_tls_with_the_rights_of_an_instance(image, tmp_path, start_kafka, release_of_kafka):
    with start_kafka(release=release_of_kafka, secure=True) as cluster:
        common = settings(cluster.bootstrap) | {"privacy.key": KEY}
        administrator = variables(**common)
        made = run(image, ["/usr/bin/shoal", "topics", "create", "--partitions", "2"], **administrator)
        assert made.returncode == 0, made.stdout + made.stderr
        granted = subprocess.run(
            [ROOT / "deploy/acls.sh", "run", "User:shoal", "--apply"], capture_output=True, text=True,
            env=os.environ | {"KAFKA_ACLS": f"{cluster.script} run --dir {cluster.directory} acls"})
        assert granted.returncode == 0, granted.stdout + granted.stderr
        publish(image, administrator)
        secure = pathlib.Path(cluster.directory) / "secure"
        client = dict(line.split("=", 1) for line in (secure / "client-sasl-shoal-scram-sha-512.properties").read_text().split())
        authorities = pathlib.Path(client.pop("ssl.ca.location")).read_text()
        client |= {"ssl.ca.pem": authorities, "bootstrap.servers": cluster.facts["BOOTSTRAP_SASL_SSL"]}
        assert client["security.protocol"].upper() == "SASL_SSL" and client["sasl.mechanisms"] == "SCRAM-SHA-512"
        names = common | {f"kafka.{name}": value for name, value in client.items()} | {"instance.id": "shoal-0"}
        log = tmp_path / "log"
        checked = run(image, ["/usr/bin/shoal", "config", "check"], **variables(**names))
        assert checked.returncode == 0, checked.stdout + checked.stderr
        with instance(image, log, variables(**names)) as process:
            wait(lambda: "joined" in changes_of(image, administrator) or process.poll() is not None, 60)
            assert process.poll() is None, log.read_text()
        wrong = run(image, ["/usr/bin/shoal", "topics", "describe"], **variables(**names | {"kafka.sasl.password": "wrong"}))
        assert wrong.returncode == 77 and "check kafka.sasl.mechanism, kafka.sasl.username" in wrong.stderr, wrong.stderr


def changes_of(image, names):
    return run(image, ["/usr/bin/shoal", "changes", "--from", "beginning", "--until", "end"], **names).stdout


def test_what_the_build_sees_is_the_whole_package(release):
    described = subprocess.run([tool("swift"), "package", "--package-path", BUILD / "context", "--scratch-path", BUILD / "swift",
                                "describe", "--type", "json"], capture_output=True, text=True)
    assert described.returncode == 0, described.stderr
    assert "shoal" in {product["name"] for product in json.loads(described.stdout)["products"]}


def test_its_bill_of_materials_and_licences_are_made_of_what_the_build_sees(image, release, tmp_path):
    pytest.importorskip("spdx_tools", reason="there is no spdx-tools here")
    scripts = BUILD / "context/deploy/release"
    made = subprocess.run(["python3", scripts / "sbom.py", release, "--root", image, "--epoch", EPOCH], check=True,
                          capture_output=True, text=True).stdout
    file = tmp_path / "image.spdx.json"
    file.write_text(made)
    assert problems(file) == []
    names = {package["SPDXID"]: package["name"] for package in json.loads(made)["packages"]}
    installed = subprocess.run(["chroot", image, "dpkg-query", "--show", "--showformat", "${Package}\n"], check=True,
                               capture_output=True, text=True).stdout.split()
    assert {*installed, "shoal", "shoal-image", "swift-standard-library"} <= set(names.values())
    # The program loads the image's libraries, not those of the system that makes the list.
    loaded = {names[one["relatedSpdxElement"]] for one in json.loads(made)["relationships"]
              if one["relationshipType"] == "DYNAMIC_LINK"}
    assert {name for name in Dockerfile().packages("system") if name != "ca-certificates"} <= loaded
    words = ["python3", scripts / "licenses.py", release, "--root", image]
    licences = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "UNICODE LICENSE V3" in licences
    for name in loaded:
        assert f"loaded from Debian: {name} " in licences

"""The Helm chart as tests use it: what it makes, and what a pod of it sees."""

import lzma
import os
import pathlib
import re
import subprocess

import pytest
import yaml

from conftest import ROOT

CHART = ROOT / "deploy/helm/shoal"


@pytest.fixture(scope="session")
def helm():
    """Helm: on PATH, or unpacked from the shared tools below build/."""
    places = [os.environ.get("SHOAL_SHARED", "") and os.environ["SHOAL_SHARED"] + "/tools", ROOT / "../shared/tools"]
    packed = next((path for place in places if place and (path := pathlib.Path(place) / "helm.xz").exists()), None)
    unpacked = ROOT / "build/helm"
    if not unpacked.exists() and packed:
        unpacked.parent.mkdir(exist_ok=True)
        partial = unpacked.with_suffix(f".{os.getpid()}")
        partial.write_bytes(lzma.open(packed).read())
        partial.chmod(0o755)
        partial.rename(unpacked)
    if unpacked.exists():
        return str(unpacked)
    pytest.skip("there is no Helm in ../shared/tools or SHOAL_SHARED/tools (helm.xz)")


@pytest.fixture(scope="session")
def template(helm):
    """`template(*words)` runs helm template; `render(*words)` below gives the documents."""

    def run(*words, version="1.37.0", name="shoal"):
        return subprocess.run([helm, "template", name, str(CHART), "--kube-version", version, *map(str, words)], text=True,
                              capture_output=True)

    return run


@pytest.fixture(scope="session")
def render(template):
    def run(*words, **options):
        found = template(*words, **options)
        assert found.returncode == 0, found.stderr
        return [document for document in yaml.safe_load_all(found.stdout) if document]

    return run


def only(documents, kind):
    found = [document for document in documents if document["kind"] == kind]
    assert len(found) == 1, f"{kind}: {len(found)}"
    return found[0]


def seconds(duration):
    number, unit = re.fullmatch(r"(\d+)(ms|s|m|h|d)", duration).groups()
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def settings(documents):
    """The shoal.properties that the instances get."""
    text = only(documents, "StatefulSet") and next(
        document["data"]["shoal.properties"] for document in documents
        if document["kind"] == "ConfigMap" and "shoal.properties" in document["data"])
    return dict(line.split(" = ", 1) for line in text.splitlines())


def put_files(documents, folder, changed=None):
    """Lays out what a pod mounts, below a folder, and points the settings there."""
    found = settings(documents) | (changed or {})
    (folder / "secrets").mkdir()
    (folder / "checkpoints").mkdir()
    key, certificate = folder / "pair.key", folder / "pair.pem"
    if any(".ssl." in name for name in found):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", certificate, "-subj", "/CN=shoal"], check=True, capture_output=True)
    contents = {"privacy.key-file": "5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c", "kafka.sasl.password.file": "secret"}
    for name, value in found.items():
        if value.startswith("/etc/shoal/secrets/"):
            file = folder / "secrets" / value.rsplit("/", 1)[1]
            file.write_text(contents.get(name) or (key if ".key." in name else certificate).read_text())
            file.chmod(0o400)
            found[name] = str(file)
        elif value == "/var/lib/shoal":
            found[name] = str(folder / "checkpoints")
        elif value == "/etc/shoal/topics.txt":
            found[name] = str(folder / "topics.txt")
            (folder / "topics.txt").write_text(next(document["data"]["topics.txt"] for document in documents
                                                    if "topics.txt" in document.get("data", {})))
    assert not [value for value in found.values() if "/etc/shoal" in value or "/var/lib" in value]
    (folder / "shoal.properties").write_text("".join(f"{name} = {value}\n" for name, value in found.items()))
    return found

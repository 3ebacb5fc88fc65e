"""What the tests of deploy/ share: the repository, the program, Apache Kafka where it is at hand."""

import contextlib
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tool(name):
    """The path of a command of the tests' own environment or the system; skips where it is absent."""
    here = pathlib.Path(os.environ.get("SHOAL_TEST_VENV", ROOT / "build/deploy-venv")) / "bin" / name
    found = str(here) if here.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} here")
    return found


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def shoal():
    """The built program: SHOAL_TEST_PROGRAM, or what the tests or `make program` have built."""
    places = [os.environ.get("SHOAL_TEST_PROGRAM"), ROOT / ".build/tests/release/shoal", ROOT / ".build/release/shoal"]
    for place in places:
        if place and pathlib.Path(place).exists():
            return str(place)
    pytest.skip("shoal is not built: `make test` or `make program` builds it")


def kafka_script():
    """The script that starts Apache Kafka; None where there is none."""
    homes = [os.environ.get("SHOAL_SHARED", "") and os.environ["SHOAL_SHARED"] + "/kafka", ROOT / "../shared/kafka",
             os.environ.get("KAFKA_HOME", "")]
    return next((str(pathlib.Path(home) / "bin/kafka") for home in homes
                 if home and (pathlib.Path(home) / "bin/kafka").exists()), None)


class Cluster:
    """A running Apache Kafka. `facts` is what the script printed: BOOTSTRAP, DIR, with `secure` CLIENT_SSL and others."""

    def __init__(self, script, words):
        self.script = script
        printed = subprocess.run([script, "start", *words], check=True, capture_output=True, text=True).stdout
        self.facts = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
        self.bootstrap = self.facts["BOOTSTRAP"]
        self.directory = self.facts["DIR"]

    def run(self, *words, check=True):
        """Runs one of Kafka's own tools: `run("topics", "--list")`."""
        return subprocess.run([self.script, "run", "--dir", self.directory, *words], check=check, capture_output=True,
                              text=True)

    def stop(self):
        subprocess.run([self.script, "stop", self.directory, "--kill", "--remove"], check=False, capture_output=True)


@pytest.fixture(scope="session")
def start_kafka():
    """Starts clusters: `with start_kafka(brokers=3, release=4, secure=True, settings=["a=b"]) as cluster`. Skips where there is no Kafka."""

    @contextlib.contextmanager
    def start(brokers=1, release=4, secure=False, settings=()):
        script = kafka_script()
        if script is None:
            pytest.skip("there is no Apache Kafka in ../shared/kafka, SHOAL_SHARED or KAFKA_HOME")
        cluster = Cluster(script, ["--release", str(release), "--brokers", str(brokers)] + ["--secure"] * secure
                          + [word for setting in settings for word in ("--broker-config", setting)])
        try:
            yield cluster
        finally:
            cluster.stop()

    return start


def tell(request, text):
    """A line of what was measured, whatever pytest keeps back."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    reporter.ensure_newline()
    reporter.write_line(text)


# Fixtures that more than one file uses; they need what stands above.
from watching import shortened_rules, watched  # noqa: E402, F401

# Fixtures that several files share are made once.
from released import release, release_files, system_root  # noqa: E402, F401

"""Debian's package: in the eyes of lintian, installed, removed and purged in root file systems of its own."""

import os
import re
import shutil
import subprocess

import pytest

from conftest import ROOT, tool
from released import Dockerfile, debian_root

# Those on which the program is supported.
SUITES = ["bookworm", "trixie"]
# Debian 13 renamed the packages of libraries that it changed for 64-bit times; the new ones provide the old names.
NAMES_OF_13 = {"libcurl4": "libcurl4t64", "libgnutls30": "libgnutls30t64", "libmicrohttpd12": "libmicrohttpd12t64",
               "libssl3": "libssl3t64"}


@pytest.fixture(scope="module")
def package(release_files):
    return next(path for name, path in release_files.items() if name.endswith(".deb"))


def depends(package):
    """The names of the packages that it depends on."""
    fields = subprocess.run(["dpkg-deb", "--field", package, "Depends"], check=True, capture_output=True, text=True).stdout
    return sorted({re.match(r"\S+", part.strip())[0] for part in fields.split(",")})


@pytest.fixture(scope="module", params=SUITES)
def debian(request, package, tmp_path_factory):
    """A root that has Debian and the packages that Shoal depends on, and not yet Shoal."""
    names = NAMES_OF_13 if request.param == "trixie" else {}
    made = debian_root(request, request.param, [names.get(name, name) for name in depends(package)])
    root = tmp_path_factory.mktemp("debian") / "root"
    subprocess.run(["cp", "--archive", "--one-file-system", made, root], check=True)
    shutil.copy(package, root / "shoal.deb")
    yield root
    shutil.rmtree(root, ignore_errors=True)


def inside(root, *words, check=True):
    """Runs a command as root in there. Swift finds a command line in /proc."""
    enter = 'mount --rbind /proc "$0/proc"; exec chroot "$0" "$@"'
    ran = subprocess.run(["unshare", "--mount", "--propagation", "private", "/bin/bash", "-euc", enter, root, *words],
                         capture_output=True, text=True,
                         env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
    assert not check or ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def test_lintian_finds_nothing(package):
    found = subprocess.run([tool("lintian"), "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", package],
                           capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    overrides = [line for line in (ROOT / "deploy/release/debian/lintian-overrides").read_text().splitlines()
                 if line and not line.startswith("#")]
    assert len(overrides) <= 3, overrides


def test_it_depends_on_what_the_image_installs(package):
    # What a minimal Debian always has is in no list of the Dockerfile.
    wanted = {NAMES_OF_13.get(name, name) for name in depends(package)} - {"libc6", "libgcc-s1"}
    assert wanted == set(Dockerfile().packages("system")) - {"ca-certificates"}


def test_the_manual_page_has_every_command(package, tmp_path):
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path], check=True)
    policy = tmp_path / "usr/share/shoal/policy.properties"
    assert policy.read_bytes() == (ROOT / "deploy/policy/policy.properties").read_bytes()
    page = tmp_path / "usr/share/man/man1/shoal.1.gz"
    shown = subprocess.run([tool("man"), "--warnings", "--local-file", page], capture_output=True, text=True,
                           env=os.environ | {"MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANROFFOPT": "-ww"})
    assert shown.returncode == 0 and "warning" not in shown.stderr, shown.stderr
    listed = subprocess.run([tmp_path / "usr/bin/shoal", "--help"], check=True, capture_output=True, text=True).stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", listed, re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        assert re.search(rf"^ +{command}$", shown.stdout, re.MULTILINE), command
    assert "commit.interval" in shown.stdout and "EXIT STATUS" in shown.stdout


def play_systemd(root):
    """Has the package's scripts believe that systemd runs; gives what they ask of it."""
    asked = root / "asked"
    (root / "run/systemd/system").mkdir(parents=True)
    command = root / "usr/bin/systemctl"
    command.write_text('#!/bin/sh\nif [ -e /usr/bin/shoal ]; then echo "$@"; else echo "$@ (gone)"; fi >> /asked\n')
    command.chmod(0o755)

    def since():
        lines = asked.read_text().splitlines() if asked.exists() else []
        asked.unlink(missing_ok=True)
        return lines

    return since


def test_it_is_installed_upgraded_removed_and_purged(debian):
    asked = play_systemd(debian)
    installed = inside(debian, "dpkg", "--install", "/shoal.deb")
    assert "error" not in installed.stderr, installed.stderr
    assert asked() == ["--system daemon-reload"], "nothing is started that has no key yet"
    assert inside(debian, "shoal", "version").stdout.startswith("shoal ")
    key = debian / "etc/shoal/shoal.key"
    key.write_text("5ac3071e94d86b2ff0417be6a2d95c38810f6d2eb79453ca1de8067fb3a4429c")
    key.chmod(0o600)
    inside(debian, "shoal", "config", "check", "--config", "/etc/shoal/shoal.properties", "--set",
           "privacy.key-file=/etc/shoal/shoal.key")
    unit = debian / "lib/systemd/system/shoal@.service"
    assert unit.read_text() == (ROOT / "deploy/shoal@.service").read_text()
    subprocess.run([tool("systemctl"), f"--root={debian}", "--quiet", "enable", "shoal@1"], check=True)
    enabled = debian / "etc/systemd/system/multi-user.target.wants/shoal@1.service"
    assert enabled.is_symlink()
    listed = inside(debian, "dpkg-query", "--show", "--showformat", "${Conffiles}", "shoal").stdout
    assert "/etc/shoal/shoal.properties" in listed

    # Somebody's own settings outlive an upgrade, and so do instances.
    with open(debian / "etc/shoal/shoal.properties", "a") as file:
        file.write("application.id = mine\n")
    inside(debian, "dpkg", "--install", "/shoal.deb")
    assert "application.id = mine" in (debian / "etc/shoal/shoal.properties").read_text()
    assert inside(debian, "dpkg", "--verify", "shoal").stdout.split()[-1:] == ["/etc/shoal/shoal.properties"]
    assert set(asked()) == {"--system daemon-reload"}

    state = debian / "var/lib/private/shoal/1"
    state.mkdir(parents=True)
    (state / "0.checkpoint").write_text("state")
    inside(debian, "dpkg", "--remove", "shoal")
    assert asked() == ["stop shoal@*.service", "--system daemon-reload (gone)"]
    assert not (debian / "usr/bin/shoal").exists() and not unit.exists()
    assert (debian / "etc/shoal/shoal.properties").exists() and state.exists()
    inside(debian, "dpkg", "--purge", "shoal")
    assert not (debian / "etc/shoal/shoal.properties").exists() and not state.exists() and not enabled.is_symlink()
    assert key.exists(), "without the key an application cannot go on"
    assert inside(debian, "dpkg-query", "--status", "shoal", check=False).returncode != 0

"""A release: the same bytes whenever it is made of one program, a valid bill of materials, licences of all that is linked."""

import hashlib
import json
import re
import subprocess
import tarfile

import pytest

from conftest import tool
from released import EPOCH, make, problems


def test_it_is_made_twice_with_the_same_bytes(release, release_files, tmp_path_factory):
    again = make(release, tmp_path_factory.mktemp("again"), TZ="Pacific/Auckland", LC_ALL="C.UTF-8", HOME="/nonexistent")
    assert sorted(again) == sorted(release_files) and len(again) == 5
    for name, path in again.items():
        assert path.read_bytes() == release_files[name].read_bytes(), name


def test_it_loads_libraries_of_debians_only(release):
    words = [tool("readelf"), "--dynamic", "--notes", release]
    dynamic = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert "RUNPATH" not in dynamic and "RPATH" not in dynamic and "Build ID" not in dynamic
    assert "libswift" not in dynamic and "libFoundation" not in dynamic, "Swift's libraries are compiled in"


def test_the_checksums_are_those_of_the_files(release_files):
    lines = dict(reversed(line.split()) for line in release_files["SHA256SUMS"].read_text().splitlines())
    assert set(lines) == set(release_files) - {"SHA256SUMS"}
    for name, digest in lines.items():
        assert hashlib.sha256(release_files[name].read_bytes()).hexdigest() == digest


def test_the_archive_holds_a_program_that_runs(release_files, tmp_path):
    name = next(name for name in release_files if name.endswith(".tar.gz"))
    with tarfile.open(release_files[name]) as archive:
        members = archive.getmembers()
        archive.extractall(tmp_path, filter="tar")
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {(member.mtime, member.uid, member.gid) for member in members} == {(int(EPOCH), 0, 0)}
    top = tmp_path / name.removesuffix(".tar.gz")
    shown = subprocess.run([top / "bin/shoal", "version"], check=True, capture_output=True, text=True).stdout
    assert shown.startswith("shoal ")
    for file in ["LICENSE", "LICENSES", "README.md", "share/man/man1/shoal.1", "deploy/shoal@.service"]:
        assert (top / file).stat().st_size > 0, file


def test_the_archive_installs_and_removes_itself(release_files, tmp_path):
    name = next(name for name in release_files if name.endswith(".tar.gz"))
    with tarfile.open(release_files[name]) as archive:
        archive.extractall(tmp_path, filter="tar")
    script, prefix = tmp_path / name.removesuffix(".tar.gz") / "install.sh", tmp_path / "a place"
    shown = subprocess.run([script, "--prefix", prefix], capture_output=True, text=True)
    assert shown.returncode == 0 and f"is installed in {prefix}/bin" in shown.stdout, shown
    found = subprocess.run([prefix / "bin/shoal", "policy", "check", prefix / "share/shoal/policy.properties"], capture_output=True)
    assert found.returncode == 0, found.stderr
    assert (prefix / "share/man/man1/shoal.1").stat().st_size > 0
    assert subprocess.run([script, "--uninstall", "--prefix", prefix], capture_output=True).returncode == 0
    assert [path for path in prefix.rglob("*") if path.is_file()] == []
    for words in [["--prefix", "relative"], ["--prefix"], ["--force"]]:
        assert subprocess.run([script, *words], capture_output=True).returncode == 64, words


def test_a_program_that_cannot_run_here_is_not_installed(release_files, tmp_path):
    name = next(name for name in release_files if name.endswith(".tar.gz"))
    with tarfile.open(release_files[name]) as archive:
        archive.extractall(tmp_path, filter="tar")
    top, prefix = tmp_path / name.removesuffix(".tar.gz"), tmp_path / "prefix"
    (top / "bin/shoal").write_bytes(b"of another machine")
    shown = subprocess.run([top / "install.sh", "--prefix", prefix], capture_output=True, text=True)
    assert shown.returncode == 1 and "does not run on this machine" in shown.stderr and not prefix.exists(), shown


def test_the_bill_of_materials_is_valid_and_complete(release, release_files):
    pytest.importorskip("spdx_tools", reason="there is no spdx-tools here")
    file = next(path for name, path in release_files.items() if name.endswith(".spdx.json"))
    assert problems(file) == []
    document = json.loads(file.read_text())
    related = {(one["relationshipType"], one["relatedSpdxElement"]) for one in document["relationships"]}
    needed = subprocess.run([tool("readelf"), "--dynamic", release], check=True, capture_output=True, text=True).stdout
    assert "librdkafka.so.1" in needed and ("DYNAMIC_LINK", "SPDXRef-librdkafka1") in related
    # What librdkafka itself loads is in it, too.
    assert ("DYNAMIC_LINK", "SPDXRef-libsasl2-2") in related and ("STATIC_LINK", "SPDXRef-swift-foundation-icu") in related
    digest = hashlib.sha256(release.read_bytes()).hexdigest()
    assert document["packages"][0]["checksums"] == [{"algorithm": "SHA256", "checksumValue": digest}]
    assert document["creationInfo"]["created"] == "2023-11-14T22:13:20Z"


def test_licences_of_all_that_is_linked_are_there(release_files):
    text = release_files["LICENSES"].read_text()
    titles = re.findall(r"^={78}\n(.+)\n={78}$", text, re.MULTILINE)
    document = json.loads(next(path for name, path in release_files.items() if name.endswith(".spdx.json")).read_text())
    names = {package["SPDXID"]: package["name"] for package in document["packages"]}
    linked = [names[one["relatedSpdxElement"]] for one in document["relationships"]
              if one["relationshipType"] in ("STATIC_LINK", "DYNAMIC_LINK")]
    assert len(linked) > 15
    for name in linked:
        assert any(re.search(rf"[ ,]{re.escape(name)}[ ,:]", title) for title in titles), name
    assert "UNICODE LICENSE V3" in text and "Runtime Library Exception" in text and "Magnus Edenhill" in text

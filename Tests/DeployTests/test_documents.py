"""Checks of the documents: links and paths exist, and commands of `make` are targets."""

import re
import subprocess

import pytest


@pytest.fixture(scope="module")
def documents(root):
    """Path → text of all documents."""
    paths = [*root.glob("*.md"), *(root / "docs").glob("*.md"), *(root / "deploy").glob("*.md")]
    return {path: path.read_text() for path in paths}


def anchors(text):
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def test_links_lead_to_files_and_headings(documents):
    assert len(documents) > 12
    wrong = []
    for path, text in documents.items():
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or anchor and anchor not in anchors(target.read_text()):
                wrong.append(f"{path.name}: {link}")
    assert not wrong


def test_paths_in_the_documents_exist(root, documents):
    found, missing = 0, []
    for path, text in documents.items():
        for name in re.findall(r"`((?:Sources|Tests|Benchmarks|Examples|docs|deploy|schemas|scripts)/[\w+./@-]+)`", text):
            found += 1
            if not (root / name).exists():
                missing.append(f"{path.name}: {name}")
    assert found > 40 and not missing, missing


def test_targets_of_make_in_the_documents_exist(root, documents):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))
    named = {target for text in documents.values() for target in re.findall(r"(?:`|^    )make ([a-z][a-z-]*)", text, re.MULTILINE)}
    assert len(named) > 10 and named <= targets, named - targets


def test_readme_fits_on_150_lines(root):
    assert len((root / "README.md").read_text().splitlines()) <= 150


def test_settings_and_metrics_in_the_documents_exist(root, documents, shoal):
    def table(command):
        shown = subprocess.run([shoal, command, "docs"], check=True, capture_output=True, text=True).stdout
        return set(re.findall(r"^\| `([a-z_.-]+)`", shown, re.MULTILINE))

    settings, metrics = table("config"), table("metrics")
    # The alerts record some themselves, or ask for them.
    rules = (root / "deploy/prometheus/shoal.rules.yaml").read_text()
    metrics |= set(re.findall(r"^[# ]*- record: (\w+)", rules, re.MULTILINE))
    sections = "|".join(sorted({name.split(".")[0] for name in settings} - {"kafka"}))
    for path, text in documents.items():
        if path.name == "CHANGELOG.md":
            continue
        named = set(re.findall(rf"`((?:{sections})\.[a-z-]+)(?:=[^`]*)?`", text))
        named = {name for name in named if name.rpartition(".")[2] not in ("py", "sh", "md", "json", "yaml", "properties", "rules")}
        assert named <= settings, f"{path.name}: {named - settings}"
        asked = set(re.findall(r"`((?:shoal|kafka_consumergroup|process)_[a-z_]+)`", text))
        assert asked <= metrics, f"{path.name}: {asked - metrics}"

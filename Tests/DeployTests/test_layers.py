"""Checks that the sources import only what the table of layers in docs/architecture.md allows."""

import json
import re

TOOLCHAIN = {"Dispatch", "Foundation", "Glibc", "Synchronization"}


def layers(root):
    """Target → allowed imports, in the order of the table."""
    text = (root / "docs/architecture.md").read_text().split("\n## Layers\n")[1].split("\n## ")[0]
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            for target in re.findall(r"`(\w+)`", cells[0]):
                rows[target] = set(re.findall(r"`(\w+)`", cells[2]))
    return rows


def test_each_target_imports_only_targets_above_it_in_the_table(root):
    rows = layers(root)
    above = set()
    for target, allowed in rows.items():
        assert allowed <= above, f"{target}: {allowed - above}"
        above.add(target)
    assert set(rows) == {folder.name for folder in (root / "Sources").iterdir() if folder.is_dir()}


def test_sources_import_what_the_table_allows(root):
    for target, allowed in layers(root).items():
        for file in (root / "Sources" / target).rglob("*.swift"):
            imported = set(re.findall(r"^(?:@\w+ )*(?:\w+ )?import (?:\w+ )?(\w+)", file.read_text(), re.MULTILINE))
            known = allowed | (set() if target == "ShoalClustering" else TOOLCHAIN)
            assert imported <= known, f"{file.relative_to(root)} imports {', '.join(sorted(imported - known))}"


def test_package_declares_what_the_table_allows(root):
    manifest = (root / "Package.swift").read_text()
    for target, allowed in layers(root).items():
        found = re.search(rf'library\(\s*"{target}",\s*\[([^\]]*)\]', manifest)
        if target == "shoal":
            found = re.search(r'\.executableTarget\(\s*name: "shoal",\s*dependencies: \[([^\]]*)\]', manifest)
        declared = set(re.findall(r'"(\w+)"', found[1])) if found else set()
        assert declared == allowed, f"{target}: {declared ^ allowed}"


def test_the_kafka_client_knows_nothing_of_shoal(root):
    """Its texts name librdkafka's properties. Upper layers add what to do in terms of Shoal's commands and settings."""
    schema = json.loads((root / "deploy/helm/shoal/values.schema.json").read_text())
    settings = "|".join(re.escape(name) for name in schema["properties"]["config"]["properties"] if "." in name)
    words = re.compile(rf"\bshoal\b|\bkafka\.[a-z]|(?<![\w.-])(?:{settings})(?![\w.-])", re.IGNORECASE)
    for file in (root / "Sources/ShoalKafka").rglob("*.swift"):
        for line in file.read_text().splitlines():
            assert "import " in line or not words.search(line), f"{file.name}: {line.strip()}"

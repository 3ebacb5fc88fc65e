"""Checks of deploy/ and scripts/ as a whole."""

import json
import subprocess

from conftest import tool


def test_scripts_are_clean_under_shellcheck(root):
    scripts = sorted(str(path) for folder in ["deploy", "scripts"] for path in (root / folder).rglob("*.sh"))
    scripts += sorted(str(path) for path in (root / "deploy/release/debian").glob("p*"))
    assert scripts, "deploy/ and scripts/ have scripts"
    found = subprocess.run([tool("shellcheck"), *scripts], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_example_of_the_settings_passes_the_programs_own_check(root, shoal, tmp_path):
    key = tmp_path / "shoal.key"
    key.write_text("c1706d3f58ae92b40b1ce7d85f3a9604dd21b87e4c936af0258f7bce13a06498")
    key.chmod(0o600)
    found = subprocess.run([shoal, "config", "check", "--config", str(root / "deploy/shoal.properties"),
                            "--set", f"privacy.key-file={key}"], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


def test_the_shipped_policy_is_valid_and_has_twenty_terms_of_each_category_in_each_language(root, shoal):
    found = subprocess.run([shoal, "policy", "check", str(root / "deploy/policy/policy.properties"), "--json"],
                           capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    categories = json.loads(found.stdout)["categories"]
    assert len(categories) == 8
    for category in categories:
        counts = {}
        for terms in category["lists"]:
            counts[terms["label"]] = counts.get(terms["label"], 0) + terms["terms"]
        assert len(counts) == 12 and min(counts.values()) >= 20, category["name"]
    assert [category["name"] for category in categories if category["protect"] != "neutralize"] == ["places"]
    assert next(category["protect"] for category in categories if category["name"] == "places") == "none"

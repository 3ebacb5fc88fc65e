"""Checks of deploy/ and scripts/ as a whole."""

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

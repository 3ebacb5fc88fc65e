"""Checks of the Makefile: short targets, and a help text for each of them."""

import re
import subprocess

import pytest


@pytest.fixture(scope="module")
def makefile(root):
    return (root / "Makefile").read_text()


def phony(makefile):
    names = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)[1].replace("\\\n", " ").split()
    return [name for name in names if "/" not in name]


def test_help_lists_every_target(root, makefile):
    listed = subprocess.run(["make", "--no-print-directory", "help"], cwd=root, check=True, capture_output=True,
                            text=True).stdout
    missing = [name for name in phony(makefile) if not re.search(rf"^  {name} +\S", listed, re.MULTILINE)]
    assert not missing, listed


def test_targets_have_one_or_two_lines(makefile):
    for name in phony(makefile):
        recipe = re.search(rf"^{name}:.*\n((?:\t.*\n)*)", makefile, re.MULTILINE)[1]
        assert recipe.count("\n") <= 2, name


def test_scripts_that_targets_call_exist(root, makefile):
    scripts = set(re.findall(r"(?:scripts|deploy/release)/[a-z-]+\.sh", makefile))
    assert len(scripts) > 10
    assert not [script for script in scripts if not (root / script).is_file()]

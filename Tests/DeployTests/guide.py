"""Runs the commands of docs/operations.md as they are written there."""

import os
import subprocess
import textwrap

from conftest import ROOT


def blocks(section):
    """The commands of a section, block by block."""
    text = (ROOT / "docs/operations.md").read_text()
    body = text.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    found, block = [], []
    for line in body.splitlines() + ["the end"]:
        if line.startswith("    ") or block and not line:
            block.append(line)
        elif block:
            found.append(textwrap.dedent("\n".join(block)).strip() + "\n")
            block = []
    return found


class Shell:
    """Bash in a folder, with `shoal` and Kafka's tools as they are there. What differs is put in place of the guide's words."""

    def __init__(self, folder, shoal, cluster, words):
        self.folder, self.words = folder, words
        tools = folder / "tools"
        tools.mkdir()
        (tools / "shoal").symlink_to(shoal)
        (tools / "kafka-configs.sh").write_text(
            f'#!/bin/sh\nexec "{cluster.script}" run --dir "{cluster.directory}" configs "$@"\n')
        (tools / "kafka-configs.sh").chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}
        self.options = {"cwd": folder, "env": kept | {"PATH": f"{tools}:{os.environ['PATH']}"}}

    def words_of(self, block, *then):
        for word, other in self.words.items():
            block = block.replace(word, other)
        return ["bash", "-euo", "pipefail", "-c", "\n".join([block, *then])]

    def run(self, block, *then):
        """Runs a block to its end, and gives what it printed."""
        return subprocess.run(self.words_of(block, *then), check=True, text=True, capture_output=True, timeout=120,
                              **self.options).stdout

    def start(self, block, log):
        """Runs a block that goes on beside the test, with its children in a group of processes of their own."""
        with open(log, "wb") as output:
            return subprocess.Popen(self.words_of(block, "wait"), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    start_new_session=True, **self.options)

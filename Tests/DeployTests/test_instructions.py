"""The instructions of a replay for an event: not 5 % more than Benchmarks/Replay/instructions.json has."""

import json
import pathlib
import subprocess
import sys

import pytest

from conftest import tell

sys.dont_write_bytecode = True


@pytest.fixture(scope="module")
def instructions(root):
    sys.path.insert(0, str(root / "Benchmarks/Replay"))
    import instructions
    return instructions


def test_an_event_needs_no_more_instructions_than_stored(request, instructions, shoal):
    if "debug" in pathlib.Path(shoal).resolve().parts:
        pytest.skip("the program is a debug build: the count would say nothing")
    try:
        lines, is_right = instructions.check(shoal)
    except instructions.Skipped as reason:
        pytest.skip(str(reason))
    for line in lines:
        tell(request, line)
    assert is_right, "\n".join(lines)


def test_more_than_5_percent_fails_and_less_asks_for_new_figures(instructions):
    stored = {"json": 1000, "protobuf": 400}
    lines, is_right = instructions.verdict({"json": 1050, "protobuf": 400}, stored)
    assert is_right and "+5.0%" in lines[0] and "+0.0%" in lines[1] and "UPDATE" not in lines[0]
    lines, is_right = instructions.verdict({"json": 1051, "protobuf": 400}, stored)
    assert not is_right and instructions.RENEW in lines[0] and instructions.RENEW not in lines[1]
    lines, is_right = instructions.verdict({"json": 949, "protobuf": 9000}, stored)
    assert not is_right and instructions.RENEW in lines[0] and "debug build" in lines[1]


def test_a_debug_build_is_refused(root, instructions, tmp_path):
    program = tmp_path / "debug/shoal"
    program.parent.mkdir()
    program.write_bytes(b"")
    script = root / "Benchmarks/Replay/instructions.py"
    run = subprocess.run([sys.executable, script, "--shoal", program], capture_output=True, text=True)
    assert (run.returncode == 1 and "is a debug build" in run.stderr) or "skipped" in run.stdout, run


def test_figures_of_another_compiler_are_not_compared(instructions, tmp_path, monkeypatch):
    stored = json.loads(instructions.STORED.read_text())
    assert all(stored[form] > 1000 for form in instructions.FORMATS)
    monkeypatch.setattr(instructions, "conditions", lambda: {"machine": "riscv64", "swift": stored["swift"]})
    with pytest.raises(instructions.Skipped, match="are for machine x86_64, and this is riscv64; .*UPDATE=1"):
        instructions.check("no program")

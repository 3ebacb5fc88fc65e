"""docs/scale.md: its tables are those that scripts/scale.py computes from the results files."""

import re
import subprocess
import sys

import pytest

sys.dont_write_bytecode = True


@pytest.fixture(scope="module")
def scale(root):
    sys.path.insert(0, str(root / "scripts"))
    import scale
    return scale


def run(root, shoal, *words):
    return subprocess.run([root / "scripts/scale.py", "--shoal", shoal, *words], capture_output=True, text=True)


def test_the_document_and_the_program_have_the_figures_of_the_script(root, shoal):
    checked = run(root, shoal, "--check")
    assert checked.returncode == 0, "scripts/scale.py --write renews them\n" + checked.stdout + checked.stderr


def test_each_measured_figure_names_a_target_of_make_and_its_file(root, scale):
    targets = set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))
    for one in scale.MEASURED.values():
        assert one.value > 0
        assert one.command in ("OpenSSL alone", "shoal bench", "shoal replay") or one.command.removeprefix("make ") in targets


def test_the_fit_is_close_to_what_was_measured(scale):
    factors = scale.EpochFactors.fitted()
    assert factors.error < 0.15
    assert factors.sum_size > 1 and factors.sample_size > 8 and factors.add > 0
    a, b = scale.plane([{"x": x, "y": y, "z": 3 * x + 5 * y} for x, y in ((1, 2), (4, 1), (7, 9))], "x", "y", "z")
    assert abs(a - 3) < 1e-9 and abs(b - 5) < 1e-9


def test_a_measured_shape_is_computed_as_it_was_measured(scale, shoal):
    """Within the factor that the bound of all pairs, and the largest of the measured costs, allow."""
    for row in scale.shapes():
        load = scale.Load(1, int(row["partitions"]), row["partitions"] * row["members_of_partition"], 1e5,
                          int(row["clusters"]), int(row["topics"]))
        needs = scale.Needs(load, shoal)
        assert needs.delta > 0.9 * row["delta_bytes"]
        assert needs.model > 0.9 * row["model_bytes"]
        assert needs.coordinator > 0.5 * (row["delta_read_s"] * row["partitions"] + row["decided_s"])


def test_needs_grow_with_the_load(scale, shoal):
    one = scale.Needs(scale.Load(10, 100, 1e8, 2e5), shoal)
    more = scale.Needs(scale.Load(10, 200, 2e8, 4e5), shoal)
    assert more.cores == pytest.approx(2 * one.cores)
    assert more.restore == pytest.approx(2 * one.restore)
    assert more.deltas > 1.9 * one.deltas and more.reading > 1.9 * one.reading
    assert more.deciding == one.deciding


def test_a_load_of_ones_own(root, shoal):
    words = ["--instances", "20", "--partitions", "100", "--members", "5e7", "--events", "1e5", "--clusters", "64"]
    shown = run(root, shoal, *words)
    assert shown.returncode == 0 and "| members | 50 million |" in shown.stdout
    assert run(root, shoal, "--instances", "20").returncode == 2

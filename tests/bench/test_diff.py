"""The measurement of `diff` measures what it says."""

from pathlib import Path

from bench import diff, run


def test_both_commands_run_on_the_same_rows(tmp_path: Path) -> None:
    found = diff.measure(run.Place(tmp_path), 2000, 1)
    assert found["rows"] == 2000
    assert found["offers_touched"] > 1500  # nearly every offer has another price
    assert min(found["render_s"], found["diff_s"], found["ratio"]) > 0

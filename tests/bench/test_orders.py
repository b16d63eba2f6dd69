"""The measurement of orders measures what it says."""

from pathlib import Path

from bench.orders import decide, write


def test_every_row_is_decided(tmp_path: Path) -> None:
    write(tmp_path, 700)
    found = decide(tmp_path)
    assert found["allowed"] == 700
    assert len((tmp_path / "decided.jsonl").read_text().splitlines()) == 700
    assert found["deciding"] > 0

"""Files of a name of their own, whole or not there."""

from pathlib import Path

import pytest

from engine.outbox.local_disk import own_name, private_file


def test_no_two_are_given_one_name(tmp_path: Path) -> None:
    with (
        own_name(tmp_path, "plan", ".json") as first,
        own_name(tmp_path, "plan", ".json") as second,
    ):
        assert (first.name, second.name) == ("plan.json", "plan-2.json")
    assert first.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="full"), own_name(tmp_path, "plan", ".json"):
        raise OSError("full")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plan-2.json", "plan.json"]


def half_written(path: Path) -> None:
    with private_file(path) as file:
        file.write(b"half")
        raise OSError("full")


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"old")
    path.chmod(0o644)
    with private_file(path) as one, private_file(path) as other:
        one.write(b"one")
        other.write(b"other")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"one"  # the last to end; none holds what another wrote
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError, match="full"):
        half_written(path)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("plan.json", b"one")]

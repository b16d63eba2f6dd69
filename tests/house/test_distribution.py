"""What is packed for users: all that runs, and no feed of other people."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

hatchling = pytest.importorskip("hatchling.builders.sdist")


def _sdist() -> set[str]:
    from hatchling.builders.sdist import SdistBuilder

    files = SdistBuilder(str(ROOT)).recurse_included_files()
    return {f.distribution_path for f in files}


def _wheel() -> set[str]:
    from hatchling.builders.wheel import WheelBuilder

    files = WheelBuilder(str(ROOT)).recurse_included_files()
    return {f.distribution_path for f in files}


@pytest.mark.parametrize("files", [_sdist, _wheel])
def test_no_feed_of_other_people_is_packed(files) -> None:  # noqa: ANN001 - either of the two above
    packed = files()
    assert "engine/cli/main.py" in packed
    feeds = {p.name for p in (ROOT / "tests/feeds").rglob("*") if p.is_file()}
    assert len(feeds) > 15
    assert not feeds & {Path(name).name for name in packed}
    assert not [name for name in packed if name.startswith("tests/")]


def test_the_extension_for_vs_code_is_no_part_of_the_wheel() -> None:
    """It is packed by its own tools; who builds from source has it."""
    inside = "engine/editor/vscode/package.json"
    assert inside not in _wheel()
    assert inside in _sdist()
    assert not [name for name in _sdist() if "node_modules" in name or name.endswith(".vsix")]


@pytest.mark.parametrize("files", [_sdist, _wheel])
def test_sources_of_kernels_are_packed_and_no_library_that_was_left(files) -> None:  # noqa: ANN001 - as above
    """A library is packed by the build that made it."""
    sources = (ROOT / "engine/native/src").glob("*.[ch]")
    packed = files()
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= packed
    assert "engine/native/src/library.c" in packed
    assert not [name for name in packed if name.endswith(".so")]

"""A library is used where it is one of these very sources, and not switched off."""

import _ctypes
import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from engine.native import library


def of(folder: Path) -> ModuleType:
    """`library.py` as it is in that folder."""
    spec = importlib.util.spec_from_file_location("library", folder / "library.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_is_a_library_here() -> None:
    """What kernels do is tested where they are, and CI has them."""
    if library.kernels() is None:
        pytest.skip("no kernels of these sources: `python engine/native/build.py` builds them")


def test_it_is_used_where_its_sources_are_as_they_were(built: Path) -> None:
    assert of(built.parent).kernels() is not None


def test_it_is_loaded_once(built: Path) -> None:
    its = of(built.parent)
    assert its.kernels() is its.kernels()


@pytest.mark.parametrize("word", ["off", "on", ""])
def test_only_off_switches_it_off(word: str, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEEDWRIGHT_KERNELS", word)
    assert (of(built.parent).kernels() is None) is (word == "off")


@pytest.mark.parametrize("source", ["text.c", "text.h"])
def test_one_of_other_sources_is_not_used(source: str, built: Path) -> None:
    changed = built.parent / "src" / source
    before = changed.read_bytes()
    changed.write_bytes(before + b"\n")
    assert of(built.parent).kernels() is None
    changed.write_bytes(before)
    assert of(built.parent).kernels() is not None


def test_a_source_more_less_or_of_another_name_is_another_source(built: Path) -> None:
    sources = built.parent / "src"
    (sources / "more.h").touch()
    assert of(built.parent).kernels() is None
    (sources / "more.h").unlink()
    (sources / "text.h").rename(sources / "texts.h")
    assert of(built.parent).kernels() is None
    (sources / "texts.h").unlink()
    assert of(built.parent).kernels() is None


def test_what_is_no_library_is_not_used(native: Path) -> None:
    place = native / "kernels.so"
    assert of(native).kernels() is None
    place.mkdir()
    assert of(native).kernels() is None
    place.rmdir()
    for content in (b"", b"no library", b"\x7fELF\x02\x01\x01" + bytes(9)):
        place.write_bytes(content)
        assert of(native).kernels() is None


def test_another_library_is_not_used(native: Path) -> None:
    if not hasattr(_ctypes, "__file__"):
        pytest.skip("this Python is one file")
    shutil.copy(_ctypes.__file__, native / "kernels.so")
    assert of(native).kernels() is None

"""The build makes a whole library or none, and says why; who uses an earlier one keeps it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Build = Callable[..., subprocess.CompletedProcess[str]]
WITHOUT = "Feedwright goes without its C kernels and is slower: "
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def compiler(tmp_path: Path) -> Callable[[str], str]:
    """What `CC` says for a compiler that is this script of the shell."""

    def write(script: str) -> str:
        path = tmp_path / "a compiler.sh"
        path.write_text(script, encoding="utf-8")
        return f"sh '{path}'"

    return write


@needs_compiler
def test_a_library_is_built_and_nothing_else_is_left(native: Path, build: Build) -> None:
    before = names(native)
    ran = build()
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert names(native) - before == {"kernels.so"}


@needs_compiler
def test_compilers_have_nothing_to_say_about_the_sources(build: Build) -> None:
    ran = build(CC="cc -Wall -Wextra -Wpedantic -Werror")
    assert ran.returncode == 0, ran.stderr


@needs_compiler
@pytest.mark.parametrize("nothing", ["", " "])
def test_a_variable_that_says_nothing_is_none(nothing: str, build: Build) -> None:
    assert build(CC=nothing).returncode == 0


@needs_compiler
def test_a_compiler_may_have_arguments(
    native: Path, build: Build, compiler: Callable[[str], str]
) -> None:
    told = compiler('[ "$1" = -Dnone="a b" ] && exec cc "$@"')
    assert build(CC=f"{told} '-Dnone=a b'").returncode == 0
    assert (native / "kernels.so").exists()


def test_nothing_is_built_for_this_machine_alone(
    tmp_path: Path, build: Build, compiler: Callable[[str], str]
) -> None:
    noted = tmp_path / "noted"
    build(CC=compiler(f"printf '%s\\n' \"$@\" > '{noted}'; exit 1"))
    arguments = noted.read_text(encoding="utf-8").splitlines()
    assert "-shared" in arguments
    assert not [a for a in arguments if a.startswith(("-m", "-Ofast", "-ffast"))]


@needs_compiler
@pytest.mark.skipif(sys.platform != "linux", reason="other systems write where a library was made")
def test_the_same_sources_give_the_same_bytes(native: Path, built: Path, build: Build) -> None:
    elsewhere = native.parent / "elsewhere"
    first = built.read_bytes()
    built.unlink()
    native.rename(elsewhere)
    elsewhere.rename(native)
    assert build().returncode == 0
    assert built.read_bytes() == first


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("/nowhere/cc -O1", "no C compiler (/nowhere/cc)"),
        ("'", "CC: No closing quotation"),
        ("false", "false ended with 1"),
        ("true", "what true built cannot be loaded here"),
    ],
)
def test_one_sentence_says_why_there_is_none(
    says: str, why: str, native: Path, build: Build
) -> None:
    before = names(native)
    ran = build(CC=says)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", f"{WITHOUT}{why}\n")
    assert names(native) == before


def test_without_a_compiler_on_the_path(native: Path, build: Build, tmp_path: Path) -> None:
    ran = build(PATH=str(tmp_path))
    assert (ran.returncode, ran.stderr) == (1, f"{WITHOUT}no C compiler (cc)\n")
    assert not (native / "kernels.so").exists()


def test_of_a_compilers_words_the_error_is_told(
    build: Build, compiler: Callable[[str], str]
) -> None:
    words = "In function f:\\ntext.c:3: error: no such type\\nstopped.\\n"
    ran = build(CC=compiler(f"printf '{words}' >&2; exit 4"))
    assert ran.stderr == f"{WITHOUT}sh ended with 4: text.c:3: error: no such type\n"


def test_a_compiler_that_leaves_half_a_file_leaves_none(
    native: Path, build: Build, compiler: Callable[[str], str]
) -> None:
    before = names(native)
    half = 'while [ "$1" != -o ]; do shift; done; echo half > "$2"; '
    for code in (0, 1):
        assert build(CC=compiler(f"{half}exit {code}")).returncode == 1
        assert names(native) == before


def test_one_that_was_there_stays_where_none_is_built(
    native: Path, built: Path, build: Build
) -> None:
    content, before = built.read_bytes(), names(native)
    for says in ("/nowhere/cc", "false", "true"):
        assert build(CC=says).returncode == 1
        assert built.read_bytes() == content
        assert names(native) == before


def test_who_has_it_open_keeps_it(native: Path, built: Path, build: Build) -> None:
    """Writing into the file would change the code that another process runs."""
    kept = native.parent / "kept"
    os.link(built, kept)
    content = kept.read_bytes()
    (native / "src/text.h").write_text("/* Another. */\n" + (native / "src/text.h").read_text())
    assert build().returncode == 0
    assert kept.read_bytes() == content
    assert built.read_bytes() != content


@needs_compiler
@pytest.mark.usefixtures("build")  # which asks for what a build needs
def test_many_may_build_at_once(native: Path) -> None:
    before = names(native)
    words = [sys.executable, "-B", native / "build.py"]
    running = [subprocess.Popen(words, stderr=subprocess.PIPE) for _ in range(6)]
    assert [(one.communicate()[1], one.returncode) for one in running] == [(b"", 0)] * 6
    assert names(native) - before == {"kernels.so"}


def test_a_folder_that_cannot_be_written(native: Path, build: Build) -> None:
    """Where this is root, whom no permission stops, at least the place itself is taken."""
    place = native / "kernels.so"
    place.mkdir()
    (place / "kept").touch()
    before = names(native)
    native.chmod(0o555)
    ran = build()
    native.chmod(0o755)
    assert ran.returncode == 1
    assert ran.stderr.startswith(WITHOUT)
    assert ran.stderr.count("\n") == 1
    assert names(native) == before

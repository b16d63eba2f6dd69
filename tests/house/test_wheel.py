"""The wheel holds all that Feedwright needs: schemas, the sample project, pages, grammar, C kernels."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
AT = ("--channel", "cdiscount_octopia", "--at", "2025-08-01T09:00+02:00")


KERNELS = "engine/native/kernels.so"
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packed, for a build puts the kernels among the sources."""
    folder = tmp_path_factory.mktemp("tree") / "feedwright"
    made = ("build", "dist", "var", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
    left_out = (".git", ".venv", "tests", "kernels*.so", *made)
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out))
    return folder


def _wheel(source: Path, folder: Path, **environment: str) -> Path:
    """Built from a tree or a source distribution, and put into `folder`."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    kept = {name: value for name, value in os.environ.items() if name != "CC"}
    subprocess.run(
        [*build, "--wheel-dir", folder, source],
        env={**kept, **environment},
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("feedwright-*.whl")
    return built


def _names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as packed:
        return set(packed.namelist())


def _told(wheel: Path) -> str:
    """What the wheel says of itself: for which platform it is."""
    with ZipFile(wheel) as packed:
        (name,) = [n for n in packed.namelist() if n.endswith(".dist-info/WHEEL")]
        return packed.read(name).decode()


def _unpacked(wheel: Path, folder: Path) -> Path:
    with ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _wheel(tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _unpacked(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def pure(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of who has no C compiler, though an earlier build left kernels in the tree."""
    library = tree / KERNELS
    if not library.exists():
        library.write_bytes(b"left")
    nothing = tmp_path_factory.mktemp("nothing")
    return _wheel(tree, tmp_path_factory.mktemp("pure"), PATH=str(nothing))


def _feedwright(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed package, not this tree, run in `folder`."""
    program = "import engine; print(engine.__file__); from engine.cli.main import main; main()"
    kept = {name: value for name, value in os.environ.items() if name != "FEEDWRIGHT_KERNELS"}
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_bundled_file_is_in_it(wheel: Path) -> None:
    names = _names(wheel)
    shipped = [
        path.relative_to(ROOT).as_posix()
        for folder in ("schemas", "rules", "samples")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    assert len(shipped) > 20
    lacking = [n for n in (*shipped, ".feedwright.yaml") if f"engine/bundled/{n}" not in names]
    assert lacking == []
    assert {"engine/language/grammar.lark", "engine/language/grammar.tables.json"} <= names


def test_the_sample_is_previewed_from_any_folder(installed: Path, tmp_path: Path) -> None:
    ran = _feedwright(installed, tmp_path, "preview", "samples/catalogue.csv", *AT)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(str(installed))
    here = subprocess.run(
        [sys.executable, "-m", "engine.cli.main", "preview", "samples/catalogue.csv", *AT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.partition("\n")[2] == here.stdout
    assert "there is no project here; this is the sample" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check",), "feedwright explain"),
        (("test",), " passed, 0 failed"),
        (("schema",), "schemas/product.schema.json"),
        (("explain", "E814"), "# E814"),
    ],
)
def test_commands_work_from_any_folder(
    words: tuple[str, ...], told: str, installed: Path, tmp_path: Path
) -> None:
    ran = _feedwright(installed, tmp_path, *words)
    assert ran.returncode == 0, ran.stderr
    assert told in ran.stdout


def test_rules_of_ones_own_find_the_bundled_schemas(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules/fixtures", tmp_path / "fixtures")
    (tmp_path / "own.rules").write_text((ROOT / "rules/offers.rules").read_text(encoding="utf-8"))
    (tmp_path / "tables").symlink_to(ROOT / "rules/tables")
    ran = _feedwright(installed, tmp_path, "check", "own.rules")
    assert ran.returncode == 0, ran.stdout
    assert "own.rules:" in ran.stdout


def test_nothing_is_written_where_there_is_no_project(installed: Path, tmp_path: Path) -> None:
    for words in (("fmt",), ("test", "--update")):
        ran = _feedwright(installed, tmp_path, *words)
        assert (words, ran.returncode) == (words, 2)
        assert ran.stderr.count("\n") == 1


# --- C kernels -------------------------------------------------------------------------------------


def _sources() -> set[str]:
    found = (ROOT / "engine/native/src").glob("*.[ch]")
    return {path.relative_to(ROOT).as_posix() for path in found}


@needs_compiler
def test_the_kernels_are_in_it_and_it_is_one_for_this_platform(wheel: Path) -> None:
    assert {KERNELS, *_sources()} <= _names(wheel)
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    if sys.platform == "linux":  # others put versions of their own into it
        assert wheel.name == f"feedwright-{VERSION}-py3-none-{platform}.whl"
    tag = wheel.stem.partition("-py3-")[2]
    assert tag != "none-any"
    assert f"\nRoot-Is-Purelib: false\nTag: py3-{tag}\n" in _told(wheel)


@needs_compiler
def test_the_kernels_are_used_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    assert "\nC kernels: in use\n" in _feedwright(installed, tmp_path, "--version").stdout


def test_without_a_compiler_it_is_one_for_every_platform(pure: Path) -> None:
    assert pure.name == f"feedwright-{VERSION}-py3-none-any.whl"
    assert "\nRoot-Is-Purelib: true\nTag: py3-none-any\n" in _told(pure)
    assert KERNELS not in _names(pure)
    assert _sources() <= _names(pure)


def test_without_kernels_it_gives_the_same(pure: Path, installed: Path, tmp_path: Path) -> None:
    other, here = _unpacked(pure, tmp_path / "installed"), tmp_path / "here"
    here.mkdir()
    assert "\nC kernels: not in use (none that fits" in _feedwright(other, here, "--version").stdout
    words = ("render", "samples/catalogue.csv", *AT, "--offers", "-", "--rejections", "rejected")
    gave = []
    for one in (installed, other):
        ran = _feedwright(one, here, *words)
        assert ran.returncode == 0, ran.stderr
        rejected = here / "rejected"
        gave.append((ran.stdout.partition("\n")[2], rejected.read_bytes()))
        rejected.unlink()
    assert gave[0] == gave[1]
    assert len(gave[0][0]) > 100_000


def test_one_from_the_source_distribution_holds_the_same(
    tree: Path, wheel: Path, tmp_path: Path
) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    (sources,) = tmp_path.glob("feedwright-*.tar.gz")
    other = _wheel(sources, tmp_path / "wheel")
    assert other.name == wheel.name
    assert _names(other) == _names(wheel)


@needs_compiler
def test_who_works_on_the_tree_has_kernels_in_it(tree: Path, tmp_path: Path) -> None:
    library = tree / KERNELS
    library.unlink(missing_ok=True)
    build = f"from hatchling.build import build_editable; build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, capture_output=True)
    (editable,) = tmp_path.glob("feedwright-*.whl")
    assert library.exists()
    assert editable.name == f"feedwright-{VERSION}-py3-none-any.whl"
    assert "\nRoot-Is-Purelib: true\n" in _told(editable)
    assert KERNELS not in _names(editable)
    assert "\nC kernels: in use\n" in _feedwright(tree, tmp_path, "--version").stdout

"""Kernels touch no byte beyond their memory, and give all of it back, also where there is too little."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.native import library

HERE = Path(__file__).parent
COUNT, COLUMNS = 2_000, 150
SANITIZED = ["-std=c11", "-fPIC", "-shared", "-g", "-O1", "-fno-omit-frame-pointer"]
SANITIZED += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
COUNTED = [f"-D{name}=counted_{name}" for name in ("malloc", "calloc", "realloc", "free")]


def compiler() -> list[str]:
    """The compiler, where it has what finds such faults."""
    words = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if shutil.which(words[0]) is None:
        pytest.skip("no C compiler")
    return words


def sanitizer(words: list[str]) -> str:
    ran = [*words, "-print-file-name=libasan.so"]
    path = subprocess.run(ran, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(path).is_file():
        pytest.skip(f"{words[0]} has no libasan")
    return path


def with_small_buffers(folder: Path) -> Path:
    """The sources with buffers of texts so small that they are full and become several soon."""
    sources = folder / "src"
    shutil.copytree(library.SOURCES, sources)
    arrow = sources / "arrow.c"
    as_built, small = "LEAST_ROOM = 1 << 14, MOST_ROOM = 1 << 30", "LEAST_ROOM = 16, MOST_ROOM = 64"
    text = arrow.read_text(encoding="utf-8")
    assert text.count(as_built) == 1
    arrow.write_text(text.replace(as_built, small), encoding="utf-8")
    return sources


buffers = pytest.mark.parametrize("small", [False, True], ids=["as built", "small buffers"])


@buffers
def test_hostile_blocks_do_no_harm(small: bool, tmp_path: Path) -> None:  # noqa: FBT001 - both are run
    tried = _run("hostile_blocks.py", COUNT, tmp_path, small=small)
    assert min(tried[what] for what in ("rows end", "no row ends", "taken", "left")) > COUNT // 8
    assert tried["refused"] > tried["taken"]


@buffers
def test_hostile_columns_do_no_harm(small: bool, tmp_path: Path) -> None:  # noqa: FBT001 - both are run
    tried = _run("hostile_columns.py", COLUMNS, tmp_path, small=small)
    assert tried["lines"] == tried["trimmed"] == tried["joined"] == COLUMNS
    assert min(tried["records"], tried["records: left"]) > COLUMNS // 8
    assert tried["refused"] > 10 * COLUMNS


def _run(script: str, count: int, tmp_path: Path, *, small: bool) -> dict[str, int]:
    """What a script tried, with kernels that watch their memory."""
    words = compiler()
    preloaded = sanitizer(words)
    built = tmp_path / "kernels.so"
    folder = with_small_buffers(tmp_path) if small else library.SOURCES
    sources = [*sorted(folder.glob("*.c")), HERE / "counted_memory.c"]
    named = f'-DSOURCES="{library.sources_hash()}"'
    subprocess.run([*words, *SANITIZED, *COUNTED, named, *sources, "-o", built], check=True)
    environment = {name: value for name, value in os.environ.items() if name != library.SWITCH}
    ran = subprocess.run(
        [sys.executable, HERE / script, built, str(count)],
        env={
            **environment,
            "LD_PRELOAD": preloaded,
            # Python keeps much until it ends: what kernels keep is counted.
            "ASAN_OPTIONS": "detect_leaks=0",
            "PYTHONMALLOC": "malloc",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    found: dict[str, int] = json.loads(ran.stdout)
    return found

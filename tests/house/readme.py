"""The fenced blocks of README.md; `python tests/house/readme.py` writes its screens anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block; a `console` block holds `$ command` and what it prints."""

    language: str
    text: str


def blocks(text: str) -> list[Block]:
    return [Block(*found.groups()) for found in _FENCE.finditer(text)]


def commands(block: Block) -> Iterator[str]:
    """The commands of a `sh` block, without what follows a `#`."""
    for line in block.text.splitlines():
        command = line.partition("  #")[0].partition(" # ")[0].strip()
        if command:
            yield command


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` as a person would, the `feedwright` of this Python first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(  # noqa: S602 - the commands are the ones of README.md
        command,
        shell=True,
        executable="/bin/bash",
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def screen(block: Block, folder: Path) -> str:
    """The `console` block as it should be: its command, and what that prints now."""
    first = block.text.partition("\n")[0]
    ran = run(first.removeprefix("$ "), folder)
    if ran.returncode:
        raise RuntimeError(f"{first}: {ran.stderr}")
    shown = ran.stdout
    return f"{first}\n" + "".join(f"{line.rstrip()}\n" for line in shown.splitlines())


if __name__ == "__main__":
    content = README.read_text(encoding="utf-8")
    for one in blocks(content):
        if one.language == "console":
            content = content.replace(one.text, screen(one, ROOT))
    README.write_text(content, encoding="utf-8")

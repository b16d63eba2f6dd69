"""The page of each code: what it means, a bad and a good example, in Markdown."""

from __future__ import annotations

import re
from importlib import resources

_NUMBER = re.compile(r"[A-Z]\d{3}")


def page(number: str) -> str | None:
    """The page of the code `number`, or None where there is none."""
    if not _NUMBER.fullmatch(number):
        return None
    found = resources.files("engine.diagnostics").joinpath("pages", f"{number}.md")
    return found.read_text(encoding="utf-8") if found.is_file() else None

"""Paths into a record: `priceInfo.price`, `images[0].uri`, `colors[]`, `attributes[key=x].text[]`."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_STEP = re.compile(r"([^.\[\]]+)((?:\[[^\]]*\])*)(?:\.|$)")
_INDEX = re.compile(r"\[([^\]]*)\]")


@cache
def steps_of(path: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The steps of a path: a name, and what stands in brackets behind it."""
    steps = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return ((path, ()),)  # no path: a name with odd characters
        steps.append((found[1], tuple(_INDEX.findall(found[2]))))
        at = found.end()
    return tuple(steps)


def is_list_path(path: str) -> bool:
    """Whether the path asks for all of several values."""
    return "[]" in path


def values_at(record: Any, path: str) -> list[Any]:
    """The values at `path`, in order; none where the record has no such place."""
    found = [record]
    for name, brackets in steps_of(path):
        found = [v[name] for v in found if isinstance(v, dict) and name in v]
        for bracket in brackets:
            found = _within(found, bracket)
    return found


def _within(values: list[Any], bracket: str) -> list[Any]:
    """What stands in the lists of `values`: all, one by its number, or those with a key."""
    items = [v if isinstance(v, list) else [v] for v in values]
    if bracket == "":
        return [x for item in items for x in item]
    if bracket.isdigit():
        number = int(bracket)
        return [item[number] for item in items if number < len(item)]
    key, _, wanted = bracket.partition("=")
    return [x for item in items for x in item if isinstance(x, dict) and str(x.get(key)) == wanted]

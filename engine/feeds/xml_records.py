"""Cells of one record of an XML feed: the texts at paths of child elements and attributes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lxml import etree

from engine.feeds.paths import is_list_path
from engine.feeds.records import Cell, Record

_STEP = re.compile(r"([^/\[\]]*)(?:\[([^\]]*)\])?(?:/|$)")
Step = tuple[str, str, str]  # a name, and which child must hold which text, if any
# The number of a path, and the name as the document must write it, where the path has a prefix.
_Slot = tuple[int, str | None]


@dataclass(slots=True)
class RecordReader:
    """Reads the cells at `paths` of one record after the other.

    Most paths are the name of a child: all of those are found in one walk over the children.
    """

    paths: tuple[str, ...]
    _children: dict[str, list[_Slot]] = field(init=False)  # by local name
    _others: list[tuple[int, tuple[Step, ...]]] = field(init=False)
    _by_tag: dict[str, list[_Slot]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._children, self._others = {}, []
        for number, path in enumerate(self.paths):
            steps = steps_of(path)
            if len(steps) == 1 and not steps[0][0].startswith("@") and not steps[0][1]:
                name = steps[0][0]
                slot = (number, name if ":" in name else None)
                self._children.setdefault(name.rpartition(":")[2], []).append(slot)
            else:
                self._others.append((number, steps))

    def read(self, element: etree._Element) -> Record:
        """The cells of a record, or what is wrong with it."""
        found: list[list[str]] = [[] for _ in self.paths]
        for child in element:
            slots = self._by_tag.get(child.tag)
            if slots is None:
                slots = self._slots_of(child)
            for number, shown in slots:
                if shown is None or shown_name(child) == shown:
                    found[number].append(whole_text(child))
        for number, steps in self._others:
            found[number] = [v for v in _values(element, steps) if v is not None]
        return record_of(self.paths, found)

    def _slots_of(self, child: etree._Element) -> list[_Slot]:
        """The paths that ask for children of this name, whatever their prefix."""
        tag: Any = child.tag
        slots = self._children.get(local_name(child), [])
        if isinstance(tag, str) and slots:  # so that what is kept is bounded by what is asked for
            self._by_tag[tag] = slots
        return slots


def record_of(paths: Sequence[str], found: Sequence[Sequence[str]]) -> Record:
    """The record with the texts that stand at each path."""
    cells: dict[str, Cell] = {}
    for path, values in zip(paths, found, strict=True):
        if is_list_path(path):
            cells[path] = list(values) or None
        elif len(values) > 1 and "[0]" not in path and len(set(values)) > 1:
            return Record({}, stands_often(path, len(values)))
        elif values:
            cells[path] = values[0]
    return Record(cells)


def stands_often(path: str, count: int) -> str:
    """What is said of a record that has several texts where one is asked for."""
    return f"<{path}> stands {count} times with different values in this record"


@cache
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of `PARAM[NAME=Tester]/VAL[]`: what asks for all or the first is left out."""
    plain = path.replace("[]", "").replace("[0]", "")
    steps = (s for s in _STEP.findall(plain) if s[0])
    return tuple(
        (name, *(inside.split("=", 1) if "=" in inside else ("", ""))) for name, inside in steps
    )


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace."""
    tag: Any = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def shown_name(element: etree._Element) -> str:
    """The element's name as the document writes it: `g:price`."""
    return f"{element.prefix}:{local_name(element)}" if element.prefix else local_name(element)


def is_named(shown: str, step: str) -> bool:
    """Whether an element that the document writes so is meant: a step without a prefix takes any."""
    return shown == step or (":" not in step and shown.rpartition(":")[2] == step)


def is_at(element: etree._Element, path: Sequence[str]) -> bool:
    """Whether the names from `element` upwards are those of the path, from its end on."""
    at: etree._Element | None = element
    for name in reversed(path):
        if at is None or not is_named(shown_name(at), name):
            return False
        at = at.getparent()
    return True


def whole_text(element: etree._Element) -> str:
    """All text of an element, that of the elements in it too."""
    if len(element) == 0:
        return element.text or ""
    return "".join(str(t) for t in element.itertext())


def _values(element: etree._Element, steps: tuple[Step, ...]) -> list[str | None]:
    """The texts at a path of child elements, ending in `@attribute` or an element."""
    found = [element]
    for name, key, wanted in steps:
        if name.startswith("@"):
            return [_attribute(e, name[1:]) for e in found]
        found = [c for e in found for c in e if is_named(shown_name(c), name)]
        if key:
            found = [e for e in found if wanted in (_texts(e, key))]
    return [whole_text(e) for e in found]


def _texts(element: etree._Element, name: str) -> list[str]:
    """What stands in the children called `name`, or in that attribute; without outer blanks."""
    if name.startswith("@"):
        return [(_attribute(element, name[1:]) or "").strip()]
    return [whole_text(c).strip() for c in element if is_named(shown_name(c), name)]


def _attribute(element: etree._Element, name: str) -> str | None:
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None

"""Texts that rules compare with and no row of a feed holds: most likely they are written otherwise there.

`when status is "Actif"` takes no row of a feed that says `active`, and nothing is wrong with any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language.suggestions import close_names
from engine.language.syntax import Comparator
from engine.program.expressions import Expressions
from engine.program.program import Program
from engine.program.reads import nodes_of, walk
from engine.values.kinds import KindName

MOST_HELD = 1_000  # texts that are counted of a column: nobody reads more, and memory stays small
MOST_TOLD = 5
_LONGEST = 40


class ComparedText(Struct):
    """A text of each row that rules compare with texts of their own, and what it was so far.

    `sought` has the places in the rules by the text that is compared with and was not held yet.
    """

    label: str
    expr: pl.Expr
    sought: dict[str, list[Span]] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)  # of the texts compared with, those that rows hold
    held: Counter[str] = field(default_factory=Counter)
    empty: int = 0
    beyond: bool = False  # whether there are texts that are not counted

    def add(self, rows: pl.DataFrame) -> None:
        """Count what `rows` hold, as long as there is something that they might hold."""
        if not self.sought:
            return
        # In the order of the feed, so that the same texts are counted in every run.
        texts = rows.select(self.expr.alias("text"))
        counted = texts.group_by("text", maintain_order=True).len()
        for text, count in counted.iter_rows():
            if self.sought.pop(text, None):
                self.found.add(text)
            if not text:
                self.empty += count
                continue
            if text in self.held or len(self.held) < MOST_HELD:
                self.held[text] += count
            else:
                self.beyond = True

    def sentence(self) -> str:
        """What no row holds, and what rows hold instead."""
        absent = [_quoted(text) for text in self.sought]
        spans = sorted({(s.file, s.line) for found in self.sought.values() for s in found})
        places = _listed([f"{file}:{line}" for file, line in spans])
        # What the rules compare with as well is no slip for another of their texts.
        others = self.held.keys() - self.found
        meant = [name for text in self.sought for name in close_names(text, others)]
        doubt = (
            f"; is {_listed([_quoted(x) for x in dict.fromkeys(meant)], 'or')} meant?"
            if meant
            else ""
        )
        return f"no row has {self.label} {_listed(absent, 'or')} ({places}); {self._holds()}{doubt}"

    def _holds(self) -> str:
        ranked = sorted(self.held.items(), key=lambda one: (-one[1], one[0]))
        told = [f"{_quoted(text)} ({n})" for text, n in ranked[:MOST_TOLD]]
        if not told:
            return "it is empty in every row"
        left = len(self.held) - len(told)
        if left:
            told.append(f"{'more than ' if self.beyond else ''}{left} other texts")
        if self.empty:
            told.append(f"nothing ({self.empty})")
        return f"it holds {', '.join(told)}"


class AbsentTexts:
    """Looks for the texts that the rules of a slice compare with in all rows of a feed."""

    def __init__(self, part: r.Slice, program: Program) -> None:
        self._compared: dict[str, ComparedText] = {}
        expressions = Expressions(program.at, program.steps)
        for value, constant in _comparisons(part):
            label = _label(value)
            expr = expressions.compile(value).expr if label else None
            if label is None or expr is None or not expr.meta.root_names():
                continue
            # With another default it holds other texts.
            known = self._compared.setdefault(f"{label} {expr}", ComparedText(label, expr))
            known.sought.setdefault(str(constant.value), []).append(constant.span)

    def add(self, ran: pl.DataFrame) -> None:
        """Look at rows, as the program made them."""
        for one in self._compared.values():
            one.add(ran)

    def sentences(self) -> list[str]:
        """A sentence for each text of the rows, in the order of the rules."""
        return [one.sentence() for one in self._compared.values() if one.sought]


def _comparisons(part: r.Slice) -> Iterator[tuple[r.Bound, r.Constant]]:
    """Each value of the rows that is compared with a text which could be any."""
    for step in part.steps:
        for node in (inner for outer in nodes_of(step) for inner in walk(outer)):
            pairs: list[tuple[r.Bound, r.Bound]] = []
            match node:
                case r.Compare(
                    comparator=Comparator.IS | Comparator.IS_NOT, left=left, right=right
                ):
                    pairs = [(left, right), (right, left)]
                case r.OneOf(value=value, items=items):
                    pairs = [(value, item) for item in items]
                case _:
                    pass
            for one, other in pairs:
                value, default = _without_default(one)
                # What has a list of its own is held to it when the rules are checked.
                free = value.kind.name is KindName.TEXT and not value.kind.choices
                if not (free and isinstance(other, r.Constant) and isinstance(other.value, str)):
                    continue
                if other.value != default:
                    yield value, other


def _without_default(value: r.Bound) -> tuple[r.Bound, str | None]:
    """The value as the rows have it, and the text that rules take where there is none.

    To compare with that text is to ask whether there is a value; and it is none that the feed holds.
    """
    match value:
        case r.Repaired(
            repair=r.Repair.MISSING, value=inner, alternative=r.Constant(value=str(text))
        ):
            return inner, text
        case _:
            return value, None


def _label(value: r.Bound) -> str | None:
    """The value in words, None where it takes more than a few."""
    match value:
        case r.FieldValue(field=one):
            return f"`{one.name}`"
        case r.LetValue(name=name):
            return None if name.startswith("@") else f"`{name}`"
        case r.Repaired(repair=r.Repair.MISSING, value=inner):
            return _label(inner)
        case r.CallOf(function=function, arguments=(argument,)):
            inside = _label(argument)
            return inside and f"`{function.name}({inside.strip('`')})`"
        case _:
            return None


def _quoted(text: str) -> str:
    return f'"{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"}"'


def _listed(texts: list[str], word: str = "and") -> str:
    """`a, b or c`, of many the first and how many there are."""
    shown = texts[:MOST_TOLD]
    if len(texts) > len(shown):
        return f"{', '.join(shown)} {word} {len(texts) - len(shown)} others"
    return f" {word} ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))

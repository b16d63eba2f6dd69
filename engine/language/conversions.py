"""A value of one kind where another is wanted: the words that make it so."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from engine.diagnostics.diagnostic import Help
from engine.language import ruleset as r
from engine.language.keywords import CONSTANTS
from engine.language.scope import Scope, choices_of, typed
from engine.values.kinds import Kind, KindName

_TEXTS = (KindName.TEXT, KindName.CHOICE)
_NUMBERS = (KindName.NUMBER, KindName.INTEGER)
_UNITS = {"mass": "kg", "volume": "l", "length": "m", "area": "m2", "capacity": "m3"}
_DURATIONS = ("minute", "hour", "day", "week", "month")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_IN_TEXT = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(EUR|€|%|[A-Z]{3}|[a-z]+)?\s*")


def made_into(
    scope: Scope, value: r.Bound, wanted: Kind, beside: r.Bound | None = None
) -> list[Help]:
    """The helps that make `value` one of the kind wanted; `beside`: what it is held against."""
    if isinstance(value, r.Constant):
        return _literal(scope, value, wanted, beside)
    make = _MADE.get((_family(value.kind), _family(wanted)))
    text = typed(scope, value.span)
    if make is None or not text:
        return []
    # What is made of several operands goes into brackets; a call or a name does not need them.
    simple = re.fullmatch(r"[\w.]+|\w+\([^()]*\)", text) is not None
    return make(_Asked(scope, value, wanted, text if simple else f"({text})"))


def _family(kind: Kind) -> str:
    if kind.name in _TEXTS:
        return "text"
    return "number" if kind.name in _NUMBERS else kind.name.value


# --- literals -----------------------------------------------------------------------------------


def _literal(scope: Scope, value: r.Constant, wanted: Kind, beside: r.Bound | None) -> list[Help]:
    if isinstance(value.value, str) and value.kind.name in _TEXTS:
        fields = [
            f.name
            for f in scope.source.fields.values()
            if value.value in (f.reading.column, f.title, f.name)
        ]
        written = fields or _without_quotes(value.value, wanted)
    else:
        written = _plain(scope, value, wanted, beside)
    return choices_of(value.span, *written)


def _without_quotes(text: str, wanted: Kind) -> list[str]:
    """What stands in quotes, as a literal of the kind wanted."""
    if wanted.name is KindName.YES_NO:
        meant = {**CONSTANTS, "1": "yes", "0": "no"}.get(text.strip().lower())
        return [meant] if meant else []
    if wanted.name is KindName.DATE and _DATE.fullmatch(text):
        return [text]
    found = _IN_TEXT.fullmatch(text)
    if found is None:
        return []
    number, unit = found[1].replace(",", "."), (found[2] or "").replace("€", "EUR")
    match wanted.name:
        case KindName.MONEY if unit in ("", wanted.currency):
            return [f"{number} {wanted.currency}"]
        case KindName.PERCENT if unit in ("", "%"):
            return [f"{number}%"]
        case KindName.DURATION if unit.removesuffix("s") in _DURATIONS:
            return [f"{number} {unit}"]
        case KindName.NUMBER | KindName.INTEGER if not unit:
            return [number]
        case _:
            return []


def _plain(scope: Scope, value: r.Constant, wanted: Kind, beside: r.Bound | None) -> list[str]:
    """A literal that is no text, as rules write it in the kind wanted."""
    text = typed(scope, value.span) or str(value.value)
    if wanted.name is KindName.TEXT:
        return [f'"{text}"']
    if value.kind.name not in _NUMBERS or not isinstance(value.value, Decimal):
        return []
    number = value.value
    match wanted.name:
        case KindName.PERCENT:
            # Who writes 0.2 means a fifth: a share below one percent is rare.
            part = number * 100 if 0 < number < 1 else number
            return [f"{part.normalize():f}%"]
        case KindName.MONEY if wanted.currency:
            return [f"{text} {wanted.currency}"]
        case KindName.QUANTITY:
            read = beside.field.reading.unit if isinstance(beside, r.FieldValue) else None
            units = dict.fromkeys((read, _UNITS.get(wanted.dimension or "")))
            return [f"{text} {unit}" for unit in units if unit]
        case KindName.DURATION if value.kind.name is KindName.INTEGER:
            return [f"{text} day{'' if number == 1 else 's'}"]
        case KindName.YES_NO if number in (0, 1):
            return ["yes" if number else "no"]
        case _:
            return []


# --- values that a row gives --------------------------------------------------------------------


class _Asked(Struct, frozen=True):
    """A value, the kind wanted of it, and how it is typed (in brackets where it has operands)."""

    scope: Scope
    value: r.Bound
    wanted: Kind
    text: str

    @property
    def bare(self) -> str:
        """The same without the brackets."""
        return self.text[1:-1] if self.text[0] == "(" else self.text

    def has(self, function: str) -> bool:
        """Whether the library has the function: the language itself knows none."""
        return function in self.scope.vocabulary.functions


Made = Callable[[_Asked], list[Help]]


def _calls(function: str, arguments: str = "", behind: str = "") -> Made:
    """Calls a function of the library with the value, if there is such a function."""

    def make(asked: _Asked) -> list[Help]:
        if not asked.has(function):
            return []
        written = f"{function}({asked.bare}{arguments}){behind}"
        return choices_of(asked.value.span, written)

    return make


def _text_of(asked: _Asked) -> list[Help]:
    places = "" if asked.value.kind.name is KindName.INTEGER else ", 2"
    return _calls("text_of", places)(asked)


def _number_of(asked: _Asked) -> list[Help]:
    """A text read as a number: it may be none, and what then only a person can say."""
    function = "integer" if asked.wanted.name is KindName.INTEGER else "number"
    if not asked.has(function):
        return []
    helps = [
        Help(f'a text is read as a number by `{function}({asked.bare}) on error reject "..."`')
    ]
    if asked.wanted.name is KindName.MONEY:
        amount = f'number({asked.bare}) * 1 {asked.wanted.currency or "EUR"} on error reject "..."'
        helps = [Help(f"a text is read as an amount by `{amount}`")]
    return helps + _read_as(asked.value, asked.wanted)


def _read_as(value: r.Bound, wanted: Kind) -> list[Help]:
    """Where the schema says how a field's cells are read."""
    if not isinstance(value, r.FieldValue) or not value.field.place.file:
        return []
    place = f"{value.field.place.file}, line {value.field.place.line}"
    return [Help(f"or have its cells read as {wanted}: {place}")]


def _date_of_text(asked: _Asked) -> list[Help]:
    if not asked.has("to_date"):
        return []
    says = (
        f'a text is read as a date by `to_date({asked.bare}, "dd/MM/yyyy") on error reject "..."`'
    )
    return [Help(says)]


def _edges(asked: _Asked) -> list[Help]:
    return choices_of(
        asked.value.span, *(f"{e} of {asked.text} in Europe/Paris" for e in ("start", "end"))
    )


def _by_cases(asked: _Asked) -> list[Help]:
    one, other = ('"yes"', '"no"') if asked.wanted.name in _TEXTS else ("...", "...")
    return [Help(f"give it by cases: `when {asked.bare} then {one}`, and `otherwise {other}`")]


def _compared(asked: _Asked) -> list[Help]:
    test = 'is "yes"' if _family(asked.value.kind) == "text" else "> 0"
    return [Help(f"compare it: `{asked.text} {test}`")]


def _times_unit(asked: _Asked) -> list[Help]:
    if not asked.wanted.currency:
        return []
    return choices_of(asked.value.span, f"{asked.text} * 1 {asked.wanted.currency}") + _read_as(
        asked.value, asked.wanted
    )


_MADE: dict[tuple[str, str], Made] = {
    ("number", "text"): _text_of,
    ("money", "text"): _text_of,
    ("yes/no", "text"): _by_cases,
    ("yes/no", "number"): _by_cases,
    ("yes/no", "money"): _by_cases,
    ("list", "text"): _calls("join", ', ", "'),
    ("text", "number"): _number_of,
    ("text", "money"): _number_of,
    ("text", "date"): _date_of_text,
    ("text", "yes/no"): _compared,
    ("number", "yes/no"): _compared,
    ("number", "money"): _times_unit,
    ("date", "instant"): _edges,
    ("instant", "date"): _calls("date_of", ', "Europe/Paris"'),
}

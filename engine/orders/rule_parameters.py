"""Parameters as the rules of an action want them: checked, and looked up in the rules' tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.decisions import (
    FORBIDDEN_PARAMETER,
    LACKING_PARAMETER,
    NOT_IN_TABLE,
    PARAMETER_NOT_IN_RULES,
)
from engine.diagnostics.codes.orders import PARAMETER_UNREADABLE
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import NOWHERE, Span
from engine.diagnostics.visible import visible
from engine.language import ruleset as r
from engine.language.ruleset.orders import ActionRules, ParameterRules
from engine.language.syntax import Need, TypeName
from engine.orders.closest import closest, folded
from engine.orders.parameters import given, is_web_address, plain_text, yes_or_no
from engine.orders.reading import SHOWN, shown

_WANTED = {
    TypeName.TEXT: "a text",
    TypeName.YES_NO: "yes or no",
    TypeName.WEB_ADDRESS: "a web address such as https://track.example.org/XY1",
    TypeName.TABLE: "a text",
}


class ParameterFault(Struct, frozen=True):
    """What is wrong with a parameter, and the rule that says so."""

    told: Diagnostic
    rule: Span


class _Known(Struct, frozen=True):
    """A parameter and, where it takes one of a table, what each of its words is sent as."""

    rules: ParameterRules
    words: Mapping[str, str | None] | None

    def value(self, value: Any) -> tuple[Any, str]:
        """What is sent for `value`, or why nothing can be, in words."""
        if self.rules.takes is TypeName.YES_NO:
            answer = yes_or_no(value)
            return (None, "unreadable") if answer is None else (answer, "")
        text = plain_text(value)
        if text is None:
            return None, "unreadable"
        if self.rules.takes is TypeName.WEB_ADDRESS and not is_web_address(text):
            return None, "unreadable"
        if self.words is None:
            return text, ""
        word = folded(text)
        if word in self.words:
            sent = self.words[word]
            return sent, "" if sent is not None else "the table gives it no value there"
        return (text, "") if self.rules.any_text else (None, f"it is not in {self._table()}")

    def _table(self) -> str:
        return f"the table {self.rules.table.name}" if self.rules.table else "a table"


class RuleParameters:
    """The parameters of one action on one channel."""

    def __init__(self, rules: ActionRules, channel: str, channels: tuple[str, ...]) -> None:
        self.rules = rules
        self.channel = channel
        others = tuple(c for c in channels if c != channel)
        self.known = {
            name: _Known(p, table_words(p.table, channel, others) if p.table else None)
            for name, p in rules.parameters.items()
        }
        self.mandatory = rules.needed(Need.MANDATORY)
        self.any_text = frozenset(n for n, p in rules.parameters.items() if p.any_text)

    def read(self, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[ParameterFault]]:
        """The values to send by name, and what is wrong with those given or lacking."""
        values: dict[str, Any] = {}
        faults: list[ParameterFault] = []
        for name, value in parameters.items():
            if not given(value):
                continue
            known = self.known.get(name)
            if known is None:
                faults.append(self._not_in_rules(name))
            elif known.rules.need is Need.FORBIDDEN:
                faults.append(self._forbidden(known.rules))
            else:
                sent, why = known.value(value)
                if why:
                    faults.append(self._wrong(known, value, why))
                values[name] = sent
        if any(name not in values for name in self.mandatory):
            faults += self._lacking(parameters)
        return values, faults

    def _lacking(self, parameters: Mapping[str, Any]) -> Iterator[ParameterFault]:
        for name in self.mandatory:
            if not given(parameters.get(name)):
                told = Diagnostic.of(
                    LACKING_PARAMETER,
                    NOWHERE,
                    action=self.rules.name,
                    channel=self.channel,
                    name=name,
                )
                yield ParameterFault(told, self.rules.parameters[name].span)

    def _not_in_rules(self, name: str) -> ParameterFault:
        taken = [n for n, k in self.known.items() if k.rules.need is not Need.FORBIDDEN]
        near = closest(name, taken)
        helps = [Help(f"did you mean `{n}`?") for n in near]
        told = Diagnostic.of(
            PARAMETER_NOT_IN_RULES,
            NOWHERE,
            helps=helps or [Help(f"it takes {', '.join(taken) or 'no parameter'}")],
            action=self.rules.name,
            channel=self.channel,
            name=visible(name[:SHOWN]),
        )
        return ParameterFault(told, self.rules.span)

    def _forbidden(self, rules: ParameterRules) -> ParameterFault:
        told = Diagnostic.of(
            FORBIDDEN_PARAMETER,
            NOWHERE,
            action=self.rules.name,
            channel=self.channel,
            name=rules.name,
            reason=rules.sentence or "the rules forbid it",
        )
        return ParameterFault(told, rules.span)

    def _wrong(self, known: _Known, value: Any, why: str) -> ParameterFault:
        rules = known.rules
        if why == "unreadable" and rules.takes is not None:
            wanted = _WANTED[rules.takes]
            told = Diagnostic.of(
                PARAMETER_UNREADABLE, NOWHERE, name=rules.name, value=shown(value), wanted=wanted
            )
            return ParameterFault(told, rules.span)
        usable = [w for w in _own_words(rules.table) if (known.words or {}).get(folded(w))]
        near = closest(str(value), usable)
        listed = f"it can be {', '.join(usable[:8])}"
        told = Diagnostic.of(
            NOT_IN_TABLE,
            NOWHERE,
            helps=[Help(f"did you mean `{n}`?") for n in near] or [Help(listed)],
            name=rules.name,
            value=shown(value),
            channel=self.channel,
            reason=why,
        )
        return ParameterFault(told, rules.span)


def table_words(
    table: r.Table, channel: str, others: tuple[str, ...] = ()
) -> dict[str, str | None]:
    """What is sent for each word of a table, without case and outer blanks.

    The first key column holds the merchant's words. A column with the channel's name holds what the
    channel calls them, and is known by that as well; an empty cell there says that it has none.
    What another channel calls them is known too, unless it calls several the same.
    """
    names = [c.name for c in table.columns]
    if not table.keys or table.keys[0] not in names:
        return {}
    key = names.index(table.keys[0])
    own = names.index(channel) if channel in names else key
    elsewhere = [names.index(other) for other in others if other in names]
    rows = [row for row in table.rows if row[key] is not None]
    words = {folded(str(row[key])): _cell(row[own]) for row in rows}
    for row in rows:
        sent = _cell(row[own])
        if sent is not None:
            words.setdefault(folded(sent), sent)
    for column in elsewhere:
        cells = [(folded(cell), row) for row in rows if (cell := _cell(row[column]))]
        once = {word for word, count in Counter(w for w, _ in cells).items() if count == 1}
        for word, row in cells:
            if word in once:
                words.setdefault(word, _cell(row[own]))
    return words


def _own_words(table: r.Table | None) -> list[str]:
    """The merchant's words of a table, as they stand there."""
    if table is None or not table.keys:
        return []
    key = next((i for i, c in enumerate(table.columns) if c.name == table.keys[0]), None)
    return [str(row[key]).strip() for row in table.rows if key is not None and row[key]]


def _cell(value: object) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None

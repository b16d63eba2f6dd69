"""The states of orders, as the rules name them and as each channel does."""

from __future__ import annotations

from engine.diagnostics.diagnostic import Report
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.orders.naming import set_twice, unknown_name
from engine.language.ruleset.orders import StateRules


def state_rules(found: Declarations) -> tuple[dict[str, StateRules], tuple[str, ...]]:
    """The states by name, in the order of the table; and the channels that have columns there."""
    tables = [node for node in found.orders if isinstance(node, s.States)]
    for again in tables[1:]:
        first = tables[0].span
        set_twice(found.report, again.kind.span, "states order", "one set of rules", first)
    if not tables:
        return {}, ()
    channels = tables[0].columns[1:]
    _columns(tables[0], found)
    states: dict[str, StateRules] = {}
    for row in tables[0].rows:
        name = row.state
        if name.text in states:
            first = states[name.text].span
            set_twice(found.report, name.span, name.text, "one table of states", first)
            continue
        named = zip(channels, row.natives, strict=False)
        natives = {c.text: n.value for c, n in named if n is not None and n.value.strip()}
        states[name.text] = StateRules(name.text, natives, row.span)
    _one_state_a_name(tables[0], found.report)
    return states, tuple(dict.fromkeys(c.text for c in channels))


def _columns(table: s.States, found: Declarations) -> None:
    """Report columns that are no channel, or stand there twice."""
    seen: dict[str, s.Name] = {}
    for name in table.columns[1:]:
        if name.text not in found.channels:
            unknown_name(found.report, name, "channel", found.channels)
        if name.text in seen:
            set_twice(found.report, name.span, name.text, "one table", seen[name.text].span)
        seen.setdefault(name.text, name)


def _one_state_a_name(table: s.States, report: Report) -> None:
    """Report a channel's name that stands for two states: nobody could tell which is meant."""
    for index, channel in enumerate(table.columns[1:]):
        seen: dict[str, s.Text] = {}
        for row in table.rows:
            native = row.natives[index] if index < len(row.natives) else None
            if native is None:
                continue
            word = native.value.strip().casefold()
            if word in seen:
                set_twice(report, native.span, native.value, channel.text, seen[word].span)
            seen.setdefault(word, native)

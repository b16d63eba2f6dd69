"""What changes when: milestones, windows, overrides, and whether a channel starts complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from msgspec import Struct

from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.periods import leaning
from engine.language.declarations import Declarations, ancestors, channel_rules, moment
from engine.language.orders.timing import Stretch, stretch
from engine.language.placement import flatten
from engine.language.ruleset.orders import OrderSlice
from engine.language.walks import nodes_of

OFFERS = "offers"


class Change(Struct, frozen=True):
    """What begins or ends, in words, and where the rules say so."""

    says: str
    span: Span


class Moment(Struct, frozen=True):
    """An instant (UTC, None: to be confirmed) with the milestones that it has, and what changes."""

    at: datetime | None
    milestones: tuple[str, ...]
    changes: tuple[Change, ...]


class Start(Struct, frozen=True):
    """A channel whose offers begin to be sent: `lacking` names required attributes never set then.

    `mapped`: whether the rules have any mapping for it.
    """

    channel: str
    at: datetime | None
    mapped: bool
    lacking: tuple[str, ...]
    span: Span


class Timeline(Struct, frozen=True):
    """All moments in order, those to be confirmed last; what holds always; how channels start."""

    moments: tuple[Moment, ...]
    always: tuple[Change, ...]
    starts: tuple[Start, ...]


def timeline_of(found: Declarations, slices: Sequence[OrderSlice]) -> Timeline:
    """The timeline of gathered declarations; `slices` are those of orders, where they are known."""
    channels = channel_rules(found)
    begins: list[tuple[s.Moment, Change]] = []
    always: list[Change] = []
    for channel in channels.values():
        for says, start, end, span in _windows(channel, found):
            if start is None and end is None:
                always.append(Change(says, span))
            begins += [(m, Change(f"{says} {w}", span)) for m, w in _edges(start, end)]
    begins += [
        (edge, Change(f"{what} {word}", span))
        for what, start, end, span in _overrides(found)
        for edge, word in _edges(start, end)
    ]
    by_name: dict[str, list[Change]] = {name: [] for name in found.milestones}
    by_instant: dict[datetime, list[Change]] = {}
    for edge, change in begins:
        at, waits = moment(edge, found)
        if waits is not None:
            by_name[waits].append(change)
        elif at is not None:
            by_instant.setdefault(at, []).append(change)
    for at, change in _permissions(slices):
        by_instant.setdefault(at, []).append(change)
    return Timeline(
        (*_known(found, by_instant), *_unconfirmed(found, by_name)),
        tuple(always),
        tuple(_starts(channels, found)),
    )


def _known(found: Declarations, changes: dict[datetime, list[Change]]) -> Iterator[Moment]:
    named: dict[datetime, list[str]] = {}
    for milestone in found.milestones.values():
        if milestone.at is not None:
            named.setdefault(milestone.at, []).append(milestone.name)
    for at in sorted({*changes, *named}):
        yield Moment(at, tuple(named.get(at, ())), tuple(changes.get(at, ())))


def _unconfirmed(found: Declarations, changes: dict[str, list[Change]]) -> Iterator[Moment]:
    nodes = [node for file in found.files for node in nodes_of(file)]
    for milestone in found.milestones.values():
        if milestone.at is None:
            told = changes.get(milestone.name, [])
            lines = {(c.span.file, c.span.line) for c in told}
            more = [
                Change("a condition leans on it", span)
                for span in leaning(nodes, milestone.name)
                if (span.file, span.line) not in lines
            ]
            yield Moment(None, (milestone.name,), (*told, *more))


def _windows(
    channel: r.ChannelRules, found: Declarations
) -> Iterator[tuple[str, s.Moment | None, s.Moment | None, Span]]:
    for window in channel.windows:
        how = "automatically" if window.automatically else "by hand"
        often = f" every {_every(window.every)}" if window.every else ""
        says = f"{channel.name}: {window.subject.text} are sent {how}{often}"
        yield says, window.start, window.end, window.span
    for edit in found.channels[channel.name].windows:
        if isinstance(edit, s.EditWindow):
            says = f"{channel.name}: {edit.subject.text} can be edited"
            yield says, edit.start, edit.end, edit.span


def _every(duration: s.Duration) -> str:
    many = "" if duration.amount == 1 else "s"
    return f"{duration.amount} {duration.unit.value}{many}"


def _edges(start: s.Moment | None, end: s.Moment | None) -> list[tuple[s.Moment, str]]:
    edges = [(start, "from here on"), (end, "until here")]
    return [(edge, word) for edge, word in edges if edge is not None]


def _overrides(
    found: Declarations,
) -> Iterator[tuple[str, s.Moment | None, s.Moment | None, Span]]:
    for override in found.overrides:
        where = ", ".join(c.text for c in override.channels)
        what = f"{where}: an override of {override.kind.text}s holds"
        yield what, override.start, override.end, override.span
    for node in found.orders:
        where = ", ".join(c.text for c in getattr(node, "channels", ()))
        if isinstance(node, s.OverrideAction):
            what = f"{where}: an override of {node.name.text} holds"
            yield what, node.start, node.end, node.span
        elif isinstance(node, s.NoAction):
            yield f"{where}: no {node.name.text}", node.start, node.end, node.span


def _permissions(slices: Sequence[OrderSlice]) -> Iterator[tuple[datetime, Change]]:
    """How many permissions of orders change where one slice follows another."""
    for before, after in pairwise(slices):
        if before.channel == after.channel and after.start is not None:
            given = sum(c.allowed and not before.cells[k].allowed for k, c in after.cells.items())
            taken = sum(not c.allowed and before.cells[k].allowed for k, c in after.cells.items())
            if given or taken:
                says = f"{after.channel}: {given} permissions of orders begin, {taken} end"
                yield after.start, Change(says, next(iter(after.cells.values())).span)


# --- how channels start -------------------------------------------------------------------------


def _starts(channels: dict[str, r.ChannelRules], found: Declarations) -> Iterator[Start]:
    for channel in channels.values():
        for window in channel.windows:
            if window.subject.text != OFFERS or not window.automatically:
                continue
            period = stretch(window.start, window.end, found)
            mappings = _mappings(channel.name, found)
            bodies = [*(m.body for m in mappings), *_overriding(channel.name, period, found)]
            lacking = _lacking(channel.name, bodies, found) if mappings else ()
            yield Start(channel.name, period.start, bool(mappings), lacking, window.span)


def _mappings(channel: str, found: Declarations) -> list[s.Mapping]:
    """The mappings of `channel`, its own or those of the nearest channel that it extends."""
    for name in ancestors(channel, found):
        own = [m for m in found.mappings if name in {c.text for c in m.channels}]
        if own:
            return own
    return []


def _overriding(
    channel: str, period: Stretch, found: Declarations
) -> Iterator[tuple[s.Statement, ...]]:
    """The overrides that are in force when the period begins."""
    for override in found.overrides:
        holds = stretch(override.start, override.end, found)
        if channel in {c.text for c in override.channels} and holds.covers(period.start):
            yield override.body


def _lacking(
    channel: str, bodies: list[tuple[s.Statement, ...]], found: Declarations
) -> tuple[str, ...]:
    """The attributes that `channel` requires and no statement of `bodies` sets."""
    set_here: set[str] = set()
    for body in bodies:
        for placed in flatten(body, 0):
            match placed.node:
                case s.Assignment(attribute=name):
                    set_here.add(name.text)
                case s.Decide(attributes=names):
                    set_here |= {n.text for n in names}
                case _:
                    pass
    known = found.vocabulary.attributes.values() if found.vocabulary else ()
    return tuple(a.name for a in known if channel in a.required_on and a.name not in set_here)

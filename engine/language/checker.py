"""Rule files to checked rules: the passes, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from engine.diagnostics.codes import names, periods
from engine.diagnostics.diagnostic import Diagnostic, Help, Report
from engine.diagnostics.place import Source, Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.aftermath import settled
from engine.language.allowances import apply_allowances
from engine.language.binding import Binder
from engine.language.declarations import (
    Declarations,
    ancestors,
    channel_rules,
    gather,
    moment,
    reversed_interval,
)
from engine.language.files import ProjectFiles
from engine.language.lookups import table_in_place, text_table
from engine.language.orders.checker import check_orders
from engine.language.placement import Period, Placed, flatten
from engine.language.scope import Scope
from engine.language.slices import SliceBuilder
from engine.language.suggestions import did_you_mean
from engine.language.test_checks import check_tests


def check_rules(
    entry: Source, files: ProjectFiles, others: Iterable[Source] = ()
) -> tuple[r.Ruleset | None, Report]:
    """Check the rules of `entry`, of the `others` beside it, and of the files they use.

    Returns:
        The ruleset, or None where there are errors; and the report, with every source it names.
    """
    report = Report()
    found = gather(entry, files, report, others)
    if found.source is None or found.vocabulary is None:
        _allow(found, files, complete=False)
        return None, report
    channels = channel_rules(found)
    scope = Scope(found.source, found.vocabulary, {}, found.milestones, report, found.lost)
    tables = _tables(found, files, scope)
    slices = _slices(found, channels, tables)
    check_tests(found, slices, files)
    orders = check_orders(found, channels, tables)
    if report.errors:
        _allow(found, files, complete=False)
        return None, report
    ruleset = r.Ruleset(
        found.currency,
        found.timezone,
        found.source,
        channels,
        found.milestones,
        tables,
        slices,
        tuple(found.tests),
        found.vocabulary.attributes,
        orders,
    )
    report.extend(_analyse(ruleset, found))
    _allow(found, files, complete=True)
    return (None if report.errors else ruleset), report


def _analyse(ruleset: r.Ruleset, found: Declarations) -> list[Diagnostic]:
    from engine.language.analyses import analyse  # noqa: PLC0415 - only well-formed rules need it

    return analyse(ruleset, tuple(found.files), found.report.sources)


def _allow(found: Declarations, files: ProjectFiles, *, complete: bool) -> None:
    """Take out of the report what follows from other faults, and what comments allow."""
    report = found.report
    _show_files(report, files)
    report.diagnostics = apply_allowances(
        settled(report.diagnostics), tuple(found.files), complete=complete
    )


def _show_files(report: Report, files: ProjectFiles) -> None:
    """Have the text of every file that a message points into: schemas, tables."""
    spans = [s for d in report for s in (d.span, *(label.span for label in d.labels))]
    for name in sorted({span.file for span in spans} - {"", *report.sources}):
        source = files.shown_text(name)
        if source is not None:
            report.sources[name] = source


def _tables(found: Declarations, files: ProjectFiles, scope: Scope) -> dict[str, r.Table]:
    tables: dict[str, r.Table] = {}
    binder = Binder(scope)
    for node in found.tables:
        if isinstance(node, s.TableFromCsv):
            table = text_table(node, files, found.report)
        else:
            table = table_in_place(node, binder.bind, found.report)
        if table is not None:
            tables[table.name] = table
    # A table that could not be read must not make every rule that names it look wrong.
    for node in found.tables:
        if node.name.text not in tables:
            tables[node.name.text] = r.Table(node.name.text, (), (), (), _no_row, node.span)
    return tables


def _no_row(row: int) -> Span:
    raise IndexError(row)


def _slices(
    found: Declarations,
    channels: dict[str, r.ChannelRules],
    tables: dict[str, r.Table],
) -> tuple[r.Slice, ...]:
    _known_channels(found)
    made = []
    for channel, rules in channels.items():
        mappings = _mappings_of(channel, found)
        if not mappings:
            _without_mapping(rules, found)
            continue
        overrides = [o for o in found.overrides if channel in {c.text for c in o.channels}]
        periods_ = _periods(channel, overrides, found)
        made += [_slice(p, mappings, overrides, found, tables) for p in periods_]
    return tuple(made)


def _slice(
    period: Period,
    mappings: list[s.Mapping],
    overrides: list[s.Override],
    found: Declarations,
    tables: dict[str, r.Table],
) -> r.Slice:
    placed: list[Placed] = [p for m in mappings for p in flatten(m.body, 0)]
    layer = 0
    for override in overrides:
        if _in_force(override, period, found):
            layer += 1
            placed += flatten(override.body, layer)
    if found.source is None or found.vocabulary is None:
        raise AssertionError("slices are built only from complete declarations")
    scope = Scope(
        found.source, found.vocabulary, tables, found.milestones, found.report, found.lost
    )
    place = mappings[0].span.to(mappings[0].channels[-1].span)
    return SliceBuilder(scope, period, placed, place).build()


def _known_channels(found: Declarations) -> None:
    bodies: list[s.Mapping | s.Override] = [*found.mappings, *found.overrides]
    for node in bodies:
        for name in node.channels:
            if name.text not in found.channels and name.text not in found.lost:
                known = ", ".join(f"`{c}`" for c in found.channels) or "none"
                helps = did_you_mean(
                    name.span, name.text, found.channels, f"declared here: {known}"
                )
                facts: dict[str, Any] = {"what": "channel", "name": name.text}
                found.report.add(Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, **facts))
    for override in found.overrides:
        reversed_interval(override.start, override.end, found)


def _mappings_of(channel: str, found: Declarations) -> list[s.Mapping]:
    """The mappings for `channel`, or for the nearest channel it extends that has any."""
    for name in ancestors(channel, found):
        own = [m for m in found.mappings if name in {c.text for c in m.channels}]
        if own:
            return own
    return []


def _without_mapping(channel: r.ChannelRules, found: Declarations) -> None:
    sends = any(w.subject.text == "offers" for w in channel.windows)
    if sends and "mapping" not in found.lost:
        name = found.channels[channel.name].name
        says = f"write `mapping offer for {name.text}`, or let it extend a channel that has one"
        told = Diagnostic.of(periods.NO_MAPPING, name.span, name=name.text, helps=[Help(says)])
        found.report.add(told)


def _periods(channel: str, overrides: list[s.Override], found: Declarations) -> list[Period]:
    """The stretches of time between the boundaries of the overrides."""
    bounds: set[datetime] = set()
    for override in overrides:
        for edge in (override.start, override.end):
            at, _ = moment(edge, found)
            if at is not None:
                bounds.add(at)
    edges = [None, *sorted(bounds), None]
    return [Period(channel, a, b) for a, b in pairwise(edges)]


def _in_force(override: s.Override, period: Period, found: Declarations) -> bool:
    start, unconfirmed = moment(override.start, found)
    end, _ = moment(override.end, found)
    if unconfirmed:
        return False  # it begins at a moment that nobody knows yet
    begun = start is None or (period.start is not None and start <= period.start)
    over = end is not None and period.start is not None and end <= period.start
    return begun and not over

"""Answers about the feed under rules as typed: its rows, one row, what the change changes, tests, time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from difflib import unified_diff
from typing import Any

from msgspec.structs import replace

from engine.diagnostics.diagnostic import Report
from engine.errors import ProjectError
from engine.insight.remarks import Remarks
from engine.language.declarations import Declarations, channel_rules, gather
from engine.language.orders.checker import shown_instant
from engine.language.orders.timing import stretch
from engine.language.timeline import OFFERS, timeline_of
from engine.offers.accounting import Accounting
from engine.pipeline import diff, run_tests
from engine.preview.impacts import SAME, impact_json, impact_text
from engine.preview.terminal import payload_text
from engine.preview.timeline import timeline_json
from engine.ruletests.formats import RunOfTests, render_tests
from engine.ruletests.order_cases import run_order_tests
from engine.workbench.bench import Bench, Question
from engine.workbench.folder import Opened
from engine.workbench.rows import preview_json, reason_json, row_json

Later = Callable[[], dict[str, Any]]


def rows_json(bench: Bench, question: Question) -> dict[str, Any]:
    """What the first rows of the feed would become."""
    mapped = bench.mapped(question)
    ruleset = mapped.checked.ruleset
    zone = ruleset.timezone if ruleset is not None else "UTC"
    shown = shown_instant(bench.instant(question), zone)
    return {"channel": mapped.side.part.channel, "at": shown, **preview_json(mapped)}


def one_row_json(bench: Bench, question: Question, row: int) -> dict[str, Any]:
    """One row with the derivation of all that it sends.

    Raises:
        ProjectError: the feed has no such row.
    """
    found = row_json(bench.mapped(question), row)
    if found is None:
        raise ProjectError(f"the feed has no row {row} any more")
    return found


def count_later(bench: Bench, question: Question) -> Later:
    """What becomes of the whole feed, counted; the work that is left needs the bench no more."""
    side = bench.own_side(question)
    feed = bench.open_feed(question.feed, side.program)

    def count() -> dict[str, Any]:
        accounting, remarks = Accounting(), Remarks(side.part, side.mapper)
        for batch in feed.batches(side.program.source_columns):
            mapped = side.mapper.map(batch)
            accounting.add(batch, mapped)
            remarks.add(mapped)
        return {
            "sentence": accounting.sentence(),
            "remarks": remarks.sentences(),
            "reasons": [reason_json(one) for one in accounting.ranked()],
        }

    return count


def changes_later(bench: Bench, question: Question) -> Later:
    """What the texts that are not saved change: their lines, and the offers of the whole feed.

    The work that is left needs the bench no more.
    """
    lines = list(_lines(bench, question.texts))
    if not lines:
        return lambda: _changes(lines, None, ["Nothing is changed: all is as it is saved."])
    new = bench.own_side(question)
    try:
        old = bench.own_side(replace(question, texts={}))
    except ProjectError as fault:
        told = [f"As saved, {fault}: no comparison."]
        return lambda: _changes(lines, None, told)
    before, after = (bench.checked(texts).report.sources for texts in ({}, question.texts))
    feed = bench.open_feed(question.feed, new.program)

    def compare() -> dict[str, Any]:
        impact = diff(old, new, feed)
        told = [SAME] if impact is None else list(impact_text(impact, (before, after)))
        return _changes(lines, json.loads(payload_text(impact_json(impact))), told)

    return compare


def _changes(lines: list[str], impact: Any, told: list[str]) -> dict[str, Any]:
    return {"lines": lines, "impact": impact, "told": told}


def _lines(bench: Bench, texts: Mapping[str, str]) -> Iterator[str]:
    """The changed lines of each file, with a few around them."""
    for name in sorted(texts):
        old = bench.folder.open(name).text if name in bench.folder.names() else ""
        yield from _differences(old, texts[name], f"{name} (saved)", f"{name} (typed)")


def lines_between(current: Opened | None, text: str) -> Iterator[str]:
    """The lines in which a file on disk and `text` differ."""
    if current is not None:
        yield from _differences(current.text, text, f"{current.name} (on disk)", "yours")


def _differences(old: str, new: str, of: str, to: str) -> Iterator[str]:
    yield from unified_diff(old.split("\n"), new.split("\n"), of, to, lineterm="", n=2)


def tests_json(bench: Bench, texts: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """What the tests of the rules as typed give; no snapshot is written.

    Raises:
        ProjectError: the rules have errors, or a fixture cannot be read.
    """
    ruleset = bench.checked(texts).ruleset
    if ruleset is None:
        raise ProjectError("the rules have errors: mend these first")
    mapped, *_ = run_tests(bench.project, ruleset, at)
    decided, _ = run_order_tests(bench.project, ruleset, at)
    found: dict[str, Any] = json.loads(render_tests(RunOfTests([*mapped, *decided]), "json"))
    return found


def timeline_answer(bench: Bench, texts: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The moments of the rules as typed, as far as they can be read, on the rules' own clocks."""
    entry, *others = bench.sources(texts)
    found = gather(entry, bench.typed(texts), Report(), others)
    line = timeline_of(found, ())
    shown = [shown_instant(m.at, found.timezone) if m.at else None for m in line.moments]
    told = timeline_json(line)
    moments = [{**m, "shown": s} for m, s in zip(told["moments"], shown, strict=True)]
    return {
        "zone": found.timezone,
        "now": now.isoformat(),
        "moments": moments,
        "channels": sorted(found.channels),
        "channel": _sending(found, now),
    }


def _sending(found: Declarations, now: datetime) -> str | None:
    """The channel whose offers are sent without a person at `now`, None where there is none."""
    for channel in channel_rules(found).values():
        for window in channel.windows:
            period = stretch(window.start, window.end, found)
            if window.subject.text == OFFERS and window.automatically and period.covers(now):
                return channel.name
    return None

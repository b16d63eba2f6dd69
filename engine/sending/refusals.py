"""Refused offers on their way back: to the attribute, the row of the feed, and the line of the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from engine.diagnostics.place import Source
from engine.language.ruleset import Ruleset
from engine.offers.results import RowResult
from engine.outbox.journal import Journal
from engine.outbox.rejections import rejected_packages
from engine.outbox.result_codes import Meaning, meanings_of
from engine.pipeline import explain_rows, open_run
from engine.project import Project


class Place(Struct, frozen=True):
    """Where a value came from: the row, and the rule's file and line where one wrote it."""

    row: int
    value: str | None
    rule: str


class Refusal(Struct, frozen=True):
    """An offer that the marketplace refused; `places` by attribute."""

    channel: str
    sku: str
    why: str
    meanings: tuple[Meaning, ...]
    places: Mapping[str, Place]

    def as_json(self) -> dict[str, Any]:
        """The refusal as JSON data."""
        return {
            "channel": self.channel,
            "sku": self.sku,
            "why": self.why,
            "codes": [m.as_json() for m in self.meanings],
            "places": {
                name: {"row": p.row, "value": p.value, "rule": p.rule}
                for name, p in self.places.items()
            },
        }


class PackageRefusal(Struct, frozen=True):
    """A package that the marketplace rejected as a whole, none of whose offers was taken."""

    channel: str
    package: str
    offers: int
    why: str
    meanings: tuple[Meaning, ...]

    def as_json(self) -> dict[str, Any]:
        """The refusal as JSON data."""
        return {
            "channel": self.channel,
            "package": self.package,
            "offers": self.offers,
            "why": self.why,
            "codes": [m.as_json() for m in self.meanings],
        }


def package_refusals(journal: Journal) -> list[PackageRefusal]:
    """The packages of the last plans that were rejected as a whole."""
    return [
        PackageRefusal(p.channel, p.key, p.number, p.why, meanings_of(p.why))
        for p in rejected_packages(journal)
    ]


def refusals(journal: Journal) -> list[Refusal]:
    """The offers that are refused, by channel and reference."""
    return [
        Refusal(channel, sku, why, meanings_of(why), {})
        for channel, failed in sorted(journal.book.refused.items())
        for sku, (_, why) in sorted(failed.items())
    ]


def placed(
    project: Project,
    ruleset: Ruleset,
    sources: Mapping[str, Source],
    found: list[Refusal],
    *,
    feed: str,
    at: datetime,
) -> Iterator[Refusal]:
    """The refusals with the row and the rule of each attribute that a code names."""
    places: dict[tuple[str, str], dict[str, Place]] = {}
    wanted: dict[tuple[str, str], set[str]] = {}
    for refusal in found:
        for meaning in refusal.meanings:
            if meaning.attribute:
                wanted.setdefault((refusal.channel, meaning.attribute), set()).add(refusal.sku)
    for (channel, attribute), skus in sorted(wanted.items()):
        run = open_run(project, ruleset, feed, channel=channel, at=at)
        rows = explain_rows(run, sources, _one_of(skus), attribute)
        for row in rows:
            told = row.explanation
            if told is None or row.result.sku is None:
                continue
            span = told.why.rule if told.why is not None else None
            rule = f"{span.file}:{span.line}" if span is not None and span.file else ""
            place = Place(row.result.row, told.value, rule)
            places.setdefault((channel, row.result.sku), {})[attribute] = place
    for refusal in found:
        own = places.get((refusal.channel, refusal.sku), {})
        yield Refusal(refusal.channel, refusal.sku, refusal.why, refusal.meanings, own)


def _one_of(skus: set[str]) -> Callable[[RowResult], bool]:
    return lambda result: result.sku in skus

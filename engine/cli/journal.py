"""`feedwright journal`: what was sent, what is open, and whether the journal is whole."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.options import (
    at_option,
    checked_sources,
    format_option,
    now_utc,
    open_project,
    project_option,
    seller_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.outbox.book import Book, Package
    from engine.outbox.events import Record
    from engine.outbox.journal import Entry, Journal
    from engine.outbox.settings import Sending
    from engine.sending.refusals import PackageRefusal, Refusal


LAST_PACKAGES = 10  # that are listed though they are at their end


@click.group()
def command() -> None:
    """Read the journal of what was sent; only `lift` writes."""


def sending_of(folder: Path | None) -> Sending:
    """The settings of sending of the project."""
    from engine.outbox.settings import sending_settings

    return sending_settings(open_project(folder))


def reading(sending: Sending, seller: str | None) -> Journal:
    """The seller's journal, to be read, and found whole."""
    from engine.outbox.moments import SystemClock
    from engine.outbox.opening import read_journal

    journal = read_journal(sending.journal_path(sending.seller(seller).id), SystemClock())
    journal.load()
    return journal


@command.command("list")
@project_option
@seller_option
@click.option("--state", "states", multiple=True, metavar="STATE", help="Only those in a state.")
def list_messages(project_folder: Path | None, seller: str | None, states: tuple[str, ...]) -> None:
    """List the packages of offers, then the messages, one a line: id, state, what it is about, why."""
    from engine.outbox.limits import ways_on

    with reading(sending_of(project_folder), seller) as journal:
        for name, why in sorted(journal.halts.items()):
            click.echo(f"HALTED {name}: {why}; {ways_on(name)}")
        for line in () if states else package_lines(journal.book):
            click.echo(line)
        for record in journal.records(*states):
            click.echo(line_of(record))


def package_lines(book: Book) -> Iterator[str]:
    """The packages of offers: those that are at their end only as far as they are the last ones."""
    packages, still = list(book.packages.values()), {p.key for p in book.open_packages()}
    earlier = [p for p in packages[:-LAST_PACKAGES] if p.key not in still]
    if earlier:
        yield f"{len(earlier)} earlier packages are at their end"
    left_out = {p.key for p in earlier}
    yield from (line_of_package(p) for p in packages if p.key not in left_out)


def line_of_package(package: Package) -> str:
    """A package of offers as one line."""
    from engine.outbox.obstacles import clock_time

    first = package.first
    words = (
        package.key,
        package.state.value,
        f"{package.type} package by {package.carrier} to {package.channel}",
        f"{len(package.offers)} offers" if package.offers else "",
        f"committed {clock_time(first.wall)}" if first is not None else "",
    )
    return "  ".join(w for w in words if w)


def line_of(record: Record) -> str:
    """A message as one line."""
    words = (
        record.id[:12],
        record.state.value,
        record.kind,
        record.subject,
        f"sent {record.sends}x",
        record.why,
    )
    return "  ".join(w for w in words if w)


@command.command()
@project_option
@seller_option
@click.argument("message")
def show(project_folder: Path | None, seller: str | None, message: str) -> None:
    """Show all that happened to MESSAGE (the beginning of its id is enough)."""
    from engine.outbox.decisions import find_message

    with reading(sending_of(project_folder), seller) as journal:
        record = find_message(journal, message)
        click.echo(line_of(record))
        for entry in journal.entries(record.id):
            click.echo(_told(entry))


def _told(entry: Entry) -> str:
    data = {k: v for k, v in entry.event.data.items() if v not in (None, "")}
    told = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return f"{entry.seq:>6}  {entry.at.instant:%Y-%m-%d %H:%M:%S}  {entry.event.step}  {told}"


@command.command()
@project_option
@seller_option
def verify(project_folder: Path | None, seller: str | None) -> None:
    """Hold every entry against its checksum, and the records against the entries."""
    from engine.errors import JournalError

    try:
        with reading(sending_of(project_folder), seller) as journal:
            number = sum(1 for _ in journal.entries())
            click.echo(f"{number} entries, {len(journal.records())} messages: whole")
    except JournalError as fault:
        click.echo(f"feedwright: {fault}", err=True)
        sys.exit(1)


@command.command()
@project_option
@seller_option
def export(project_folder: Path | None, seller: str | None) -> None:
    """Write every entry as a line of JSON."""
    with reading(sending_of(project_folder), seller) as journal:
        for entry in journal.entries():
            made: dict[str, Any] = {
                "seq": entry.seq,
                "at": entry.at.instant.isoformat(),
                "step": entry.event.step,
                "message": entry.event.message,
                "data": entry.event.data,
                "checksum": entry.checksum,
            }
            click.echo(json.dumps(made, ensure_ascii=False, sort_keys=True))


@command.command()
@project_option
@seller_option
@click.option("--feed", help="The feed, to tell the row and the rule of what was refused.")
@at_option
@format_option
def refused(
    project_folder: Path | None,
    seller: str | None,
    feed: str | None,
    at: datetime | None,
    style: str,
) -> None:
    """List the offers that the marketplace refused: the codes in words, the attribute, the rule.

    In front of them stand the packages of the last plan that were rejected as a whole.

    Exit codes: 0 nothing is refused, 1 something is, 2 could not run.
    """
    from engine.sending.refusals import package_refusals, placed, refusals

    with reading(sending_of(project_folder), seller) as journal:
        packages, found = package_refusals(journal), refusals(journal)
    if feed is not None:
        project = open_project(project_folder)
        ruleset, sources = checked_sources(project)
        found = list(placed(project, ruleset, sources, found, feed=feed, at=at or now_utc()))
    if style == "json":
        for told in (*(p.as_json() for p in packages), *(r.as_json() for r in found)):
            click.echo(json.dumps(told, ensure_ascii=False))
    else:
        for line in (*map(_package_text, packages), *map(_refusal_text, found)):
            click.echo(line)
    sys.exit(1 if packages or found else 0)


def _package_text(refusal: PackageRefusal) -> str:
    of = f"package {refusal.package}  {refusal.channel}  {refusal.offers} offers"
    codes = [f"  {meaning.code}  {meaning.says}" for meaning in refusal.meanings]
    return "\n".join([f"{of}  rejected as a whole: {refusal.why}", *codes])


def _refusal_text(refusal: Refusal) -> str:
    lines = [f"{refusal.sku}  {refusal.channel}  {refusal.why}"]
    for meaning in refusal.meanings:
        lines.append(f"  {meaning.code}  {meaning.says}")
        place = refusal.places.get(meaning.attribute)
        if place is not None:
            value = "not sent" if place.value is None else place.value
            rule = f", {place.rule}" if place.rule else ""
            lines.append(f"        row {place.row}, {meaning.attribute} = {value}{rule}")
    return "\n".join(lines)


@command.command()
@project_option
@seller_option
@click.argument("name")
@click.option("--by", required=True, metavar="NAME", help="Who lifts it.")
@click.option("--why", required=True, metavar="WORDS", help="Why, for the journal.")
def lift(project_folder: Path | None, seller: str | None, name: str, by: str, why: str) -> None:
    """Lift the halt NAME, so that sending goes on."""
    from engine.outbox.moments import SystemClock
    from engine.outbox.opening import open_journal

    sending = sending_of(project_folder)
    own = sending.seller(seller).id
    with open_journal(sending.journal_path(own), SystemClock(), seller=own) as journal:
        journal.lift(name, by, why)
    click.echo(f"lifted {name}")

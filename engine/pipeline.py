"""The journey on one page: one short function a verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from engine.diagnostics.diagnostic import Report
from engine.diagnostics.place import Source
from engine.errors import FeedError, ProjectError, RulesError
from engine.feeds.paths import is_list_path
from engine.language.checker import check_rules
from engine.language.ruleset import Ruleset, Slice
from engine.project import Project, read_source
from engine.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

    from engine.feeds.feed import Feed
    from engine.insight.impact import Impact
    from engine.insight.row_explained import RowExplained
    from engine.insight.side import Side
    from engine.offers.accounting import Accounting
    from engine.offers.mapping import MappedBatch, Mapper
    from engine.offers.results import RowResult
    from engine.program.program import Program
    from engine.ruletests.coverage import Coverage
    from engine.ruletests.runner import CaseResult

# Polars and what needs it are imported inside the verbs: `check` must answer without them.


class Checked(Struct, frozen=True):
    """Checked rules: the ruleset, or None where the report has errors."""

    ruleset: Ruleset | None
    report: Report


def check(project: Project, rules: Path | Source | None = None) -> Checked:
    """Check the rules of `project`, with all that they name.

    Args:
        project: whose rules, tables and schemas count.
        rules: a file that is checked alone, or a text in the place of the project's first file.

    Raises:
        ProjectError: there is no such file.
    """
    match rules:
        case Path():
            sources = [_rule_source(project, rules)]
        case Source():
            sources = [rules, *(_rule_source(project, n) for n in project.rules[1:])]
        case None:
            sources = [_rule_source(project, name) for name in project.rules]
    return Checked(*check_rules(sources[0], Workspace(project), sources[1:]))


def _rule_source(project: Project, name: str | Path) -> Source:
    path = name if isinstance(name, Path) and name.is_file() else project.find(str(name))
    if path is None:
        raise ProjectError(f"{name}: no such rule file; name it, or set `rules` in feedwright.yaml")
    return read_source(path, project.shown(path))


class Run(Struct, frozen=True):
    """A feed on its way through checked rules: for one channel, at one instant."""

    program: Program
    mapper: Mapper
    feed: Feed
    channel: str
    at: datetime
    part: Slice

    def batches(self) -> Iterator[tuple[pl.DataFrame, MappedBatch]]:
        """Each batch of the feed, raw and mapped, in order."""
        for batch in self.feed.batches(self.program.source_columns):
            yield batch, self.mapper.map(batch)


def open_run(
    project: Project,
    ruleset: Ruleset,
    feed: str,
    *,
    channel: str | None,
    at: datetime,
    feed_name: str | None = None,
) -> Run:
    """Compile the rules for a channel and an instant, and open the feed.

    Args:
        project: with the settings of the feed.
        ruleset: the project's checked rules.
        feed: a file, `-` for stdin, or the name of a feed in the settings.
        channel: the channel; may be left out where the rules know only one.
        at: the instant that decides which rules are in force.
        feed_name: the feed of the settings that says how the file is written, where the file
            itself is not named there.

    Raises:
        ProjectError: the channel has no mapping then, or the settings cannot be used.
        FeedError: the feed cannot be read, or lacks a column that every product needs.
    """
    from engine.program.lacking import refuse_lacking

    side = compile_side(project, ruleset, channel, at)
    opened = feed_of(project, feed, feed_name)
    try:
        refuse_lacking(side.program, opened)
    except FeedError:
        opened.opened.source.close()
        raise
    return Run(side.program, side.mapper, opened, side.part.channel, side.program.at, side.part)


def feed_of(project: Project, feed: str, feed_name: str | None = None) -> Feed:
    """Open a feed as the settings of `project` say: a file, `-`, or a name in the settings.

    `feed_name`: the feed of the settings that says how it is written, see `open_run`.

    Raises:
        ProjectError: there is no such feed in the settings.
        FeedError: it cannot be read.
    """
    from engine.feeds.feed import open_feed
    from engine.feeds.feed_settings import feed_settings

    name, read = project.feed_settings(feed_name or feed)
    if feed_name is not None and name != feed_name:
        known = ", ".join(project.feeds) or "none"
        raise ProjectError(f"no feed of the settings is called `{feed_name}`; there are: {known}")
    settings = feed_settings(read, f"feeds.{name}" if name else "feeds")
    file = settings.path if feed == name else None
    path = str(project.root / file) if file else project.feed_file(feed)
    if path != "-" and not file and project.feeds and not Path(path).exists():
        known = ", ".join(f"`{one}`" for one in project.feeds)
        raise FeedError(f"{path}: there is no such file; the settings name these feeds: {known}")
    return open_feed(settings, path, project.root)


def compile_side(project: Project, ruleset: Ruleset, channel: str | None, at: datetime) -> Side:
    """Compile the rules for a channel and an instant.

    Raises:
        ProjectError: the channel has no mapping then.
    """
    from engine.insight.side import Side
    from engine.program.compiler import compile_slice

    at = _in_utc(at)
    part = _slice(ruleset, channel, at)
    lists = frozenset(c for c in _list_columns(part) if is_list_path(c))
    program = compile_slice(part, at, lists=lists)
    return Side(part, program, mapper_for(project, program))


def mapper_for(project: Project, program: Program) -> Mapper:
    """What turns the program's batches into offers of its channel."""
    from engine.offers.mapping import Mapper

    schema, channels = Workspace(project).offer_schema()
    channel = channels.get(program.channel)
    if channel is None:
        raise ProjectError(
            f"there are no facts about the channel `{program.channel}` in schemas/octopia/channels"
        )
    settings = project.channels.get(program.channel)
    modes = settings.delivery_modes if settings else None
    return Mapper(program, schema, channel, project.package, modes)


class Preview(Struct, frozen=True):
    """What a feed would become: its first rows, and the sum of all of them.

    `notes` say what was found out about the file; `accounting` counts every row of the feed;
    `remarks` say what only all of them together show.
    """

    channel: str
    at: datetime
    rows: tuple[RowResult, ...]
    accounting: Accounting
    notes: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def preview(
    project: Project,
    feed: str,
    *,
    at: datetime,
    channel: str | None = None,
    rows: int | None = 20,
) -> Preview:
    """Show what `feed` would become; nothing is written or sent.

    Args:
        project: whose rules and settings count.
        feed: a file, `-` for stdin, or the name of a feed in the settings.
        at: the instant that decides which rules are in force, with its zone.
        channel: the sales channel; may be left out where the rules know only one.
        rows: how many rows to hold as results; None for all. The whole feed is counted anyway.

    Raises:
        RulesError: the rules have errors.
        ProjectError, FeedError: see `open_run`.
    """
    run = open_run(project, checked_ruleset(project), feed, channel=channel, at=at)
    return preview_run(run, rows)


def preview_run(run: Run, rows: int | None) -> Preview:
    """The first `rows` rows of `run` (None: all of them), and the sum of the whole feed."""
    from itertools import islice

    from engine.insight.remarks import Remarks
    from engine.offers.accounting import Accounting
    from engine.offers.rows import row_results

    accounting, remarks = Accounting(), Remarks(run.part, run.mapper)
    held: list[RowResult] = []
    for raw, mapped in run.batches():
        accounting.add(raw, mapped)
        remarks.add(mapped)
        if rows is None or len(held) < rows:
            wanted = None if rows is None else rows - len(held)
            held += islice(row_results(run.program, mapped), wanted)
    notes = tuple(run.feed.notes)
    return Preview(run.channel, run.at, tuple(held), accounting, notes, remarks.sentences())


def render(
    project: Project,
    feed: str,
    offers: IO[bytes],
    rejections: IO[bytes] | None = None,
    *,
    at: datetime,
    channel: str | None = None,
) -> Accounting:
    """Turn the whole of `feed` into offers and rejections, JSON Lines both; sends nothing.

    Args:
        project: whose rules and settings count.
        feed: a file, `-` for stdin, or the name of a feed in the settings.
        offers: takes a line for each offer, in the order of the feed.
        rejections: takes a line for each row that makes no offer.
        at: the instant that decides which rules are in force, with its zone.
        channel: the sales channel; may be left out where the rules know only one.

    Raises:
        RulesError: the rules have errors.
        ProjectError, FeedError: see `open_run`.
    """
    run = open_run(project, checked_ruleset(project), feed, channel=channel, at=at)
    return write_lines(run, offers, rejections)


def write_lines(
    run: Run,
    offers: IO[bytes],
    rejections: IO[bytes] | None,
    count: Callable[[int], None] = lambda _: None,
) -> Accounting:
    """Write what `run` gives, batch by batch; `count` hears how many rows each batch had."""
    from engine.offers.rendering import Renderer

    renderer = Renderer(run.mapper, offers, rejections)
    renderer.run(run.feed.pieces(run.program.source_columns), run.feed.heard, count)
    return renderer.accounting


def checked_ruleset(project: Project) -> Ruleset:
    """The project's rules, checked.

    Raises:
        RulesError: they have errors.
    """
    checked = check(project)
    if checked.ruleset is None:
        raise RulesError(checked.report)
    return checked.ruleset


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ProjectError(f"{at}: an instant needs its zone, such as Europe/Paris")
    return at.astimezone(UTC)


def _slice(ruleset: Ruleset, channel: str | None, at: datetime) -> Slice:
    known = sorted({s.channel for s in ruleset.slices})
    if channel is None:
        if len(known) != 1:
            raise ProjectError(f"say for which channel, with --channel: {', '.join(known)}")
        channel = known[0]
    if channel not in known:
        raise ProjectError(
            f"no rules are for the channel `{channel}`; rules are for {', '.join(known)}"
        )
    part = ruleset.slice_at(channel, at)
    if part is None:
        raise ProjectError(f"no mapping of `{channel}` is in force at {at:%Y-%m-%d %H:%M} UTC")
    return part


def _list_columns(part: Slice) -> set[str]:
    from engine.program.reads import needed_fields

    return {f.reading.column for f in needed_fields(part)}


def explain_rows(
    run: Run,
    sources: Mapping[str, Source],
    wanted: Callable[[RowResult], bool],
    attribute: str | None,
) -> Iterator[RowExplained]:
    """Why the wanted rows of a feed became what they became, and where `attribute` came from.

    The whole feed is read: whether a row repeats an earlier reference depends on all before it.

    Raises:
        ProjectError: offers have no such attribute.
    """
    from engine.insight.row_explained import explain_batch

    known = run.mapper.schema.attributes
    if attribute is not None and attribute not in known:
        from engine.language.suggestions import close_names

        close = ", ".join(close_names(attribute, known)) or ", ".join(sorted(known))
        raise ProjectError(f"offers have no attribute `{attribute}`; closest: {close}")
    for _, mapped in run.batches():
        yield from explain_batch(
            mapped,
            wanted,
            attribute,
            part=run.part,
            program=run.program,
            schema=run.mapper.schema,
            sources=sources,
        )


def diff(old: Side, new: Side, feed: Feed) -> Impact | None:
    """What changes on the whole of `feed` between two versions; None where both mean the same."""
    from engine.insight.impact import Comparison, same_meaning

    if same_meaning(old, new):
        return None
    comparison = Comparison(old, new)
    for batch in feed.batches(comparison.columns):
        comparison.add(batch)
    return comparison.finish()


def run_tests(
    project: Project,
    ruleset: Ruleset,
    now: datetime,
    *,
    only: str | None = None,
    update: bool = False,
    coverage: bool = False,
) -> tuple[list[CaseResult], Coverage, list[str]]:
    """Run the tests that the rule files carry, or those whose name contains `only`.

    `update` writes their snapshots anew; `coverage` counts what none of them reaches, too.

    Returns:
        A result for each case, what the cases reached, and the snapshots that were written.

    Raises:
        ProjectError: a fixture cannot be read.
    """
    from engine.ruletests.case import cases_of
    from engine.ruletests.runner import run_cases
    from engine.ruletests.snapshots import SnapshotFolder

    workspace = Workspace(project)
    cases = [c for c in cases_of(ruleset, now, workspace.fixture) if only is None or only in c.name]
    folder = SnapshotFolder(project.root, update)
    results, reached = run_cases(
        ruleset,
        cases,
        lambda program: mapper_for(project, program),
        folder.compare,
        of_all=coverage,
    )
    return results, reached, folder.written

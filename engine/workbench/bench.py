"""What the workbench knows between two questions: checked rules, compiled rules, rows of feeds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.place import Source
from engine.editor.desk import Desk
from engine.errors import ProjectError
from engine.feeds.feed import Feed
from engine.insight.side import Side
from engine.language.checker import check_rules
from engine.offers.duplicates import SeenReferences
from engine.offers.mapping import MappedBatch
from engine.pipeline import Checked, compile_side, feed_of, mapper_for
from engine.program.lacking import refuse_lacking
from engine.program.program import ROW, Program
from engine.project import Project, load_project, read_source
from engine.workbench.folder import ENDINGS, PLACES, Folder
from engine.workbench.typed import Typed, TypedDesk, enclosed

Made = TypeVar("Made")
_WATCHED = (*PLACES, "schemas", "fixtures")


class StaleError(Exception):
    """A newer question of the same page waits: nobody reads this answer."""


class Question(Struct, frozen=True):
    """What a page asks about: the texts that are not saved, a feed, a channel, an instant.

    `rows`: how many rows of the feed count, None for all of them. `fresh` says whether the page still
    waits for the answer.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    feed: str = ""
    channel: str | None = None
    at: datetime | None = None
    rows: int | None = None
    fresh: Callable[[], bool] = lambda: True

    def wanted(self) -> None:
        """Go on only where the answer is waited for.

        Raises:
            StaleError: it is not.
        """
        if not self.fresh():
            raise StaleError


class Mapped(Struct, frozen=True):
    """The rows of a feed under rules as typed; `whole` where no more rows follow."""

    side: Side
    checked: Checked
    batches: tuple[tuple[pl.DataFrame, MappedBatch], ...]
    notes: tuple[str, ...]
    whole: bool


class Kept:
    """The last few things that were made, by what they were made of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gave for `key`, made now where it is not known."""
        if key in self._made:
            self._made.move_to_end(key)
            known: Made = self._made[key]
            return known
        made = make()
        self._made[key] = made
        if len(self._made) > self._most:
            self._made.popitem(last=False)
        return made


class Bench:
    """A project on the workbench. One question at a time: a lock outside sees to that."""

    def __init__(self, root: Path, given_feed: str | None = None) -> None:
        """Open the project in `root`.

        Raises:
            ProjectError: its settings cannot be read.
        """
        self.root = root
        self.given_feed = given_feed
        self.project: Project = enclosed(load_project(root))
        self._stamp: Hashable = None
        self._checked, self._sides, self._desks = Kept(4), Kept(8), Kept(2)
        self._rows, self._mapped = Kept(2), Kept(2)

    # --- the project ----------------------------------------------------------------------------

    @property
    def folder(self) -> Folder:
        """The files that are opened and saved here."""
        return Folder(self.project)

    @property
    def feeds(self) -> list[str]:
        """The feeds that may be asked for: the given one, and those of the settings with a file."""
        named = [name for name, settings in self.project.feeds.items() if "path" in settings]
        given = [self.given_feed] if self.given_feed else []
        return list(dict.fromkeys([*given, *named]))

    def known_feed(self, feed: str) -> str:
        """The feed, which is one of those that may be asked for.

        Raises:
            ProjectError: it is none.
        """
        if feed not in self.feeds:
            raise ProjectError(f"{feed[:200]}: no such feed in the settings")
        return feed

    def look(self) -> Hashable:
        """See whether files changed on disk; what was made of old ones is made anew."""
        stamp = tuple(_stamps(self.root))
        if stamp != self._stamp:
            self.project = enclosed(load_project(self.root))
            self._stamp = stamp
        return stamp

    # --- rules ----------------------------------------------------------------------------------

    def typed(self, texts: Mapping[str, str]) -> Typed:
        """The project's files, `texts` in place of what is on disk."""
        return Typed(self.project, texts)

    def checked(self, texts: Mapping[str, str]) -> Checked:
        """The rules, checked as `check` does, with `texts` in place of what is on disk."""
        key = (self.look(), frozenset(texts.items()))
        return self._checked.get(key, lambda: self._check(texts))

    def _check(self, texts: Mapping[str, str]) -> Checked:
        sources = self.sources(texts)
        return Checked(*check_rules(sources[0], self.typed(texts), sources[1:]))

    def sources(self, texts: Mapping[str, str]) -> list[Source]:
        """The project's rule files, the first of the settings first.

        Raises:
            ProjectError: one of them is not there, or is no text.
        """
        self.look()
        return [self._source(name, texts) for name in self.project.rules]

    def _source(self, name: str, texts: Mapping[str, str]) -> Source:
        path = self.project.find(name)
        shown = self.project.shown(path) if path is not None else name
        if shown in texts:
            return Source(shown, texts[shown])
        if path is None:
            raise ProjectError(
                f"{name}: no such rule file; name it, or set `rules` in the settings"
            )
        return read_source(path, shown)

    def desk(self, name: str, texts: Mapping[str, str]) -> Desk:
        """The document `name` as it is typed, for hover and completion."""
        key = (self.look(), name, frozenset(texts.items()))
        text = texts[name] if name in texts else self.folder.open(name).text
        return self._desks.get(key, lambda: TypedDesk(self.project, Source(name, text), texts))

    def side(self, question: Question) -> Side:
        """The rules compiled for the question's channel and instant; its mapper has seen no row yet.

        Raises:
            ProjectError: the rules have errors, or nothing is in force then.
        """
        checked = self.checked(question.texts)
        if checked.ruleset is None:
            raise ProjectError("the rules have errors: mend these first")
        ruleset = checked.ruleset
        question.wanted()
        key = (self.look(), frozenset(question.texts.items()), question.channel, question.at)
        made = self._sides.get(
            key,
            lambda: compile_side(self.project, ruleset, question.channel, self.instant(question)),
        )
        made.mapper.seen = SeenReferences()
        return made

    def own_side(self, question: Question) -> Side:
        """The same with a mapper of its own, for what runs beside other questions.

        Raises:
            ProjectError: see `side`.
        """
        made = self.side(question)
        return Side(made.part, made.program, mapper_for(self.project, made.program))

    @staticmethod
    def instant(question: Question) -> datetime:
        """The instant of the question, which every question about rows has.

        Raises:
            ProjectError: it has none.
        """
        if question.at is None:
            raise ProjectError("say for which instant")
        return question.at

    # --- rows -----------------------------------------------------------------------------------

    def mapped(self, question: Question) -> Mapped:
        """The first rows of the feed under the rules as typed.

        Raises:
            ProjectError: see `side`; or there is no such feed here.
            FeedError: the feed cannot be read.
            StaleError: nobody waits for the answer any more.
        """
        texts = frozenset(question.texts.items())
        asked = (question.feed, question.channel, question.at, question.rows)
        key = (self.look(), self._feed_stamp(question.feed), texts, *asked)
        return self._mapped.get(key, lambda: self._map(question))

    def _map(self, question: Question) -> Mapped:
        side = self.side(question)
        raw, notes, whole = self._read(question, side.program)
        done = []
        for batch in raw:
            question.wanted()
            done.append((batch, side.mapper.map(batch)))
        return Mapped(side, self.checked(question.texts), tuple(done), notes, whole)

    def _read(
        self, question: Question, program: Program
    ) -> tuple[tuple[pl.DataFrame, ...], tuple[str, ...], bool]:
        """The batches of the feed, what was found out about it, whether they are all of it."""
        stamp = self._feed_stamp(question.feed)
        key = (self.look(), question.feed, stamp, program.source_columns, question.rows)

        def read() -> tuple[tuple[pl.DataFrame, ...], tuple[str, ...], bool]:
            feed = self.open_feed(question.feed, program)
            return _first(feed, program.source_columns, question.rows)

        return self._rows.get(key, read)

    def open_feed(self, feed: str, program: Program) -> Feed:
        """The feed, which has what the program asks for.

        Raises:
            ProjectError: there is no such feed here.
            FeedError: it cannot be read, or lacks a column that every product needs.
        """
        opened = feed_of(self.project, self.known_feed(feed))
        refuse_lacking(program, opened)
        return opened

    def _feed_stamp(self, feed: str) -> Hashable:
        """Time and size of the feed's file, and of those joined to it.

        Raises:
            ProjectError: there is no such feed here.
        """
        _, settings = self.project.feed_settings(self.known_feed(feed))
        joined = settings.get("join")
        named = [settings.get("path"), *_paths_in(joined)]
        paths = [self.root / name for name in named if isinstance(name, str)]
        paths.append(Path(self.project.feed_file(feed)))
        return tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in paths if p.is_file())


def _first(
    feed: Feed, columns: tuple[str, ...], rows: int | None
) -> tuple[tuple[pl.DataFrame, ...], tuple[str, ...], bool]:
    """The first `rows` records of a feed, what was found out about it, whether they are all of it."""
    held: list[pl.DataFrame] = []
    room = rows
    whole = True
    for batch in feed.batches(columns):
        if room is None or _records(batch) <= room:
            held.append(batch)
            room = None if room is None else room - _records(batch)
            continue
        whole = False
        if room:
            held.append(batch.filter(pl.col(ROW) < batch[ROW][0] + room))
        break
    return tuple(held), tuple(feed.notes), whole


def _records(batch: pl.DataFrame) -> int:
    """How many records of the feed a batch holds; one record may be several rows."""
    return int(batch[ROW][-1] - batch[ROW][0] + 1) if batch.height else 0


def _paths_in(settings: Any) -> Iterator[str]:
    """Every `path` in settings of joins, however they are nested."""
    inside = settings.values() if isinstance(settings, dict) else settings
    for one in inside if isinstance(settings, dict | list) else ():
        yield from _paths_in(one)
    if isinstance(settings, dict) and isinstance(settings.get("path"), str):
        yield settings["path"]


def _stamps(root: Path) -> Iterator[tuple[str, int, int]]:
    """Name, time and size of every file that rules can read."""
    folders = [root / name for name in _WATCHED]
    files = [path for folder in folders for path in folder.rglob("*")]
    files += [root / name for name in ("feedwright.yaml", ".feedwright.yaml")]
    for path in sorted(files):
        if path.is_file() and (path.suffix in (*ENDINGS, ".json", ".yaml")):
            status = path.stat()
            yield str(path), status.st_mtime_ns, status.st_size

"""A rule file as it is being typed, with what the project knows around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.place import Source
from engine.feeds.csv_table import CsvTable
from engine.feeds.source_schema import load_source_schema
from engine.functions import library
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.checker import check_rules
from engine.language.declarations import Declarations, gather
from engine.language.vocabulary import Attribute, Function, Vocabulary
from engine.language.walks import nodes_of
from engine.marketplace.vocabulary import CHANNELS, load_vocabulary
from engine.project import Project
from engine.values.field import Field, SourceSchema
from engine.workspace import Workspace

State = tuple[str, int, int] | None  # a file, when it was written, how long it is


def state_of(file: Path) -> State:
    """What tells a file from what it was before; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return str(file), found.st_mtime_ns, found.st_size


@lru_cache(maxsize=8)
def _source_schema(
    file: Path,
    shown: str,
    state: State,  # noqa: ARG001 - a changed file is another key
) -> tuple[SourceSchema | None, tuple[Diagnostic, ...]]:
    schema, faults = load_source_schema(file, shown)
    return schema, tuple(faults)


@lru_cache(maxsize=4)
def _vocabulary(
    file: Path,
    shown: str,
    states: tuple[State, ...],  # noqa: ARG001 - the same
) -> tuple[Vocabulary | None, tuple[Diagnostic, ...]]:
    vocabulary, faults = load_vocabulary(file, shown, library())
    return vocabulary, tuple(faults)


@dataclass(frozen=True)
class Overlay(Workspace):
    """The files of a project, with the texts of open documents in place of what is on disk.

    `asked` keeps the state of each file as it was when it was asked for.
    """

    open_texts: Mapping[str, str] = field(default_factory=dict)
    asked: dict[tuple[str, str], State] = field(default_factory=dict)

    def unchanged(self) -> bool:
        """Whether every file that was asked for is on disk what it was."""
        return all(self._state(*where) == was for where, was in self.asked.items())

    def rules(self, path: str, beside: str) -> Source | None:
        """The rule file `path`, as it is typed where it is open."""
        found = self.project.find(path, beside)
        name = self.project.shown(found) if found else path
        if name in self.open_texts:
            return Source(name, self.open_texts[name])
        self._note(path, beside)
        return Workspace.rules(self, path, beside)

    def source_schema(
        self, path: str, beside: str
    ) -> tuple[SourceSchema | None, list[Diagnostic]] | None:
        """The source schema `path`."""
        self._note(path, beside)
        found = self.project.find(path, beside)
        if found is None:
            return None
        schema, faults = _source_schema(found, self.project.shown(found), state_of(found))
        return schema, list(faults)

    def vocabulary(
        self, path: str, beside: str
    ) -> tuple[Vocabulary | None, list[Diagnostic]] | None:
        """What the offer schema `path` lets rules write, on the channels beside it."""
        self._note(path, beside)
        found = self.project.find(path, beside)
        if found is None:
            return None
        channels = sorted((found.parent / CHANNELS).glob("*.json"))
        for channel in channels:
            self._note(str(channel), "")
        states = tuple(state_of(file) for file in (found, *channels))
        vocabulary, faults = _vocabulary(found, self.project.shown(found), states)
        return vocabulary, list(faults)

    def text_table(self, path: str, beside: str) -> tuple[CsvTable | None, list[Diagnostic]] | None:
        """The look-up table `path`."""
        self._note(path, beside)
        return Workspace.text_table(self, path, beside)

    def fixture_text(self, path: str, beside: str) -> Source | None:
        """The text of the fixture `path`."""
        self._note(path, beside)
        return Workspace.fixture_text(self, path, beside)

    def _note(self, path: str, beside: str) -> None:
        self.asked.setdefault((path, beside), self._state(path, beside))

    def _state(self, path: str, beside: str) -> State:
        found = self.project.find(path, beside)
        return state_of(found) if found is not None else None


@dataclass
class Desk:
    """The document `source` of `project`; `open_texts` holds all open documents by name."""

    project: Project
    source: Source
    open_texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def files(self) -> Overlay:
        """The project's files, open documents as they are typed."""
        return Overlay(self.project, {**self.open_texts, self.source.name: self.source.text})

    @cached_property
    def _checked(self) -> tuple[r.Ruleset | None, Report]:
        return check_rules(self.source, self.files, self._others())

    def _others(self) -> Iterable[Source]:
        """The other rule files of the project: what one names, another may define."""
        paths = (self.files.rules(path, "") for path in self.project.rules)
        return [one for one in paths if one is not None and one.name != self.source.name]

    @property
    def report(self) -> Report:
        """All that is found in the project's rules."""
        return self._checked[1]

    @property
    def ruleset(self) -> r.Ruleset | None:
        """The checked rules, None where they have errors."""
        return self._checked[0]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is found in this document."""
        return self.found_in(self.source.name)

    def found_in(self, name: str) -> list[Diagnostic]:
        """What is found in the file `name`, which must be one of `report.sources`."""
        return [one for one in self.report if one.span.file == name]

    @cached_property
    def declarations(self) -> Declarations:
        """What the document and the files beside it declare, as far as they can be read."""
        return gather(self.source, self.files, Report(), self._others())

    @property
    def trees(self) -> list[s.RulesFile]:
        """The trees of all files; lines that cannot be read are not in them."""
        return self.declarations.files

    @property
    def tree(self) -> s.RulesFile:
        """The tree of the document."""
        return next(t for t in self.trees if t.span.file == self.source.name)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The fields that its expressions may name."""
        found = self.declarations
        known = found.order_source if self._about_orders else found.source
        return known.fields if known is not None else {}

    @property
    def _about_orders(self) -> bool:
        offers = any(isinstance(d, s.Mapping | s.Override) for d in self.tree.declarations)
        return self.declarations.order_source is not None and not offers

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """The attributes of offers."""
        known = self.declarations.vocabulary
        return known.attributes if known is not None else {}

    @property
    def functions(self) -> Mapping[str, Function]:
        """The functions of the library."""
        known = self.declarations.vocabulary
        return known.functions if known is not None else {}

    @cached_property
    def tables(self) -> dict[str, tuple[str, ...]]:
        """The columns of each table."""
        found: dict[str, tuple[str, ...]] = {}
        for node in self.declarations.tables:
            if isinstance(node, s.TableInPlace):
                found[node.name.text] = tuple(c.text for c in node.columns)
            else:
                read = self.files.text_table(node.path.value, node.span.file)
                table = read[0] if read is not None else None
                found[node.name.text] = table.columns if table is not None else ()
        return found

    @cached_property
    def lets(self) -> dict[str, s.Let]:
        """The lets of the document and the files beside it, by name."""
        return {n.name.text: n for t in self.trees for n in nodes_of(t) if isinstance(n, s.Let)}

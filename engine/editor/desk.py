"""A rule file as it is being typed, with what the project knows around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.place import Source
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.checker import check_rules
from engine.language.declarations import Declarations, gather
from engine.language.vocabulary import Attribute, Function
from engine.language.walks import nodes_of
from engine.project import Project
from engine.values.field import Field
from engine.workspace import Workspace


@dataclass(frozen=True)
class Overlay(Workspace):
    """The files of a project, with the texts of open documents in place of what is on disk."""

    open_texts: Mapping[str, str] = field(default_factory=dict)

    def rules(self, path: str, beside: str) -> Source | None:
        """The rule file `path`, as it is typed where it is open."""
        found = self.project.find(path, beside)
        name = self.project.shown(found) if found else path
        if name in self.open_texts:
            return Source(name, self.open_texts[name])
        return Workspace.rules(self, path, beside)


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
        return [one for one in self.report if one.span.file == self.source.name]

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

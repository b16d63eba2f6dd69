"""What the analyses look at: checked rules, the trees they came from, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from engine.diagnostics.diagnostic import Diagnostic, Replacement
from engine.diagnostics.place import Source, Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.knowledge import Knowledge
from engine.language.walks import nodes_of


class Study(Struct, frozen=True):
    """A ruleset and all that is known of where it comes from. `now` is None where nobody says."""

    ruleset: r.Ruleset
    files: tuple[s.RulesFile, ...]
    sources: Mapping[str, Source]
    now: datetime | None
    slices: tuple[Knowledge, ...]
    nodes: tuple[s.Node, ...]

    @classmethod
    def of(
        cls,
        ruleset: r.Ruleset,
        files: tuple[s.RulesFile, ...],
        sources: Mapping[str, Source],
        now: datetime | None,
    ) -> Study:
        """The study of `ruleset`, which was made of `files`."""
        nodes = tuple(node for file in files for node in nodes_of(file))
        slices = tuple(Knowledge.of(one) for one in ruleset.slices)
        return cls(ruleset, files, sources, now, slices, nodes)

    def text(self, span: Span) -> str:
        """The words at `span` as typed; "" where the file is not at hand."""
        source = self.sources.get(span.file)
        return source.text[span.start : span.end] if source else ""

    def between(self, first: Span, second: Span) -> str:
        """The words from the end of `first` to the start of `second`."""
        source = self.sources.get(first.file)
        return source.text[first.end : second.start] if source else ""

    def part(self, span: Span, start: int, end: int) -> Span:
        """The span from offset `start` to `end` of the file that `span` is in."""
        return self.sources[span.file].span(start, end)

    def without_lines(self, span: Span) -> tuple[Replacement, ...]:
        """The edit that takes out the lines of `span`; none where they hold something else too."""
        source = self.sources.get(span.file)
        if source is None:
            return ()
        start = source.text.rfind("\n", 0, span.start) + 1
        end = source.text.find("\n", span.end)
        end = len(source.text) if end < 0 else end
        around = source.text[start : span.start] + source.text[span.end : end]
        if around.strip():
            return ()
        return (Replacement(source.span(start, min(end + 1, len(source.text))), ""),)


class Findings(Struct):
    """What was found at each place, in all slices that have the place."""

    seen: dict[tuple[str, Span], list[Diagnostic | None]] = field(default_factory=dict)

    def add(self, what: str, span: Span, found: Diagnostic | None) -> None:
        """Keep what a slice says of `what` at `span`; None: it says that nothing is wrong."""
        self.seen.setdefault((what, span), []).append(found)

    def everywhere(self) -> list[Diagnostic]:
        """What every slice says that has the place."""
        agreed = []
        for said in self.seen.values():
            first = said[0]
            if first is not None and all(d is not None and d.says == first.says for d in said):
                agreed.append(first)
        return agreed

    def somewhere(self) -> list[Diagnostic]:
        """What at least one slice says, once for each place."""
        return [next(d for d in said if d) for said in self.seen.values() if any(said)]


def merged(*many: Iterable[Diagnostic]) -> list[Diagnostic]:
    """All of them, in order."""
    return [diagnostic for one in many for diagnostic in one]

"""One fault found, with its place and its remedies; and the report that gathers them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from engine.diagnostics.codes import Code, Severity
from engine.diagnostics.place import Source, Span


class EditLevel(StrEnum):
    """How far an edit may be trusted: `SAFE` keeps the meaning, `CHOICE` asks the person."""

    SAFE = "safe"
    CHOICE = "choice"


class Replacement(Struct, frozen=True):
    """Put `text` where `span` stands."""

    span: Span
    text: str


class Help(Struct, frozen=True):
    """An edit in words (`says`), and as replacements where a program can make it."""

    says: str
    level: EditLevel | None = None
    replacements: tuple[Replacement, ...] = ()


class Label(Struct, frozen=True):
    """A second place that belongs to the fault: the line that shadows, the schema that says so."""

    span: Span
    says: str


class Diagnostic(Struct, frozen=True):
    """A fault: `says` states it in the merchant's words, `mark` stands under the marked words."""

    code: Code
    says: str
    span: Span
    mark: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[Help, ...] = ()

    @classmethod
    def of(
        cls,
        code: Code,
        span: Span,
        *,
        mark: str = "",
        labels: Iterable[Label] = (),
        notes: Iterable[str] = (),
        helps: Iterable[Help] = (),
        **facts: object,
    ) -> Diagnostic:
        """The diagnostic of `code` at `span`, its sentence filled with `facts`."""
        says = code.says.format(**facts)
        return cls(code, says, span, mark, tuple(labels), tuple(notes), tuple(helps))

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return self.code.severity


@dataclass(slots=True)
class Report:
    """All diagnostics of a check, and the sources they point into."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    _channels: dict[Diagnostic, list[str]] = field(default_factory=dict, repr=False)

    def add_for(self, channel: str, told: Callable[[str], Diagnostic]) -> None:
        """Keep what `told` says of `channel`: once, however many channels it is said of."""
        channels = self._channels.setdefault(told("\0"), [])
        if channel not in channels:
            earlier = told(" and ".join(channels))
            self.diagnostics = [d for d in self.diagnostics if not channels or d != earlier]
            channels.append(channel)
            self.add(told(" and ".join(channels)))

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep `diagnostic`, unless the very same one is known already."""
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Keep each of `diagnostics`."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        """In order of file, line, column and code: the same on every run."""
        return iter(
            sorted(self.diagnostics, key=lambda d: (d.span, d.code.number, d.says)),
        )

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(d.severity is Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        """How many of them are warnings."""
        return sum(d.severity is Severity.WARNING for d in self.diagnostics)

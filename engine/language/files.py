"""What the checker asks of a project: the files that rules name. Handed in, so tests need no disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.vocabulary import Vocabulary
from engine.values.field import SourceSchema


class TextTable(Protocol):
    """A CSV look-up table as text: header, rows, and the line of the file on which each row starts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The header."""

    @property
    def rows(self) -> Sequence[tuple[str, ...]]:
        """The rows, as many cells each as the header has."""

    @property
    def line_of_row(self) -> Sequence[int]:
        """The line (from 1) of each row."""

    @property
    def source(self) -> Source:
        """The file's text, for messages."""


class ProjectFiles(Protocol):
    """Finds the files that rules name: beside the naming file, in the project, or bundled.

    Each answers None where there is no such file; (None, diagnostics) where it cannot be used.
    """

    def rules(self, path: str, beside: str) -> Source | None:
        """The rule file `path`, named in the file `beside`."""

    def source_schema(
        self,
        path: str,
        beside: str,
    ) -> tuple[SourceSchema | None, list[Diagnostic]] | None:
        """The schema of a source (`read product using`)."""

    def vocabulary(
        self, path: str, beside: str
    ) -> tuple[Vocabulary | None, list[Diagnostic]] | None:
        """What may be written (`write offer using`): attributes, channels and functions."""

    def fixture_text(self, path: str, beside: str) -> Source | None:
        """The text of the fixture `path`, named in the file `beside`."""

    def shown_text(self, name: str) -> Source | None:
        """The text of the file that messages call `name`, with U+FFFD for what is no UTF-8."""

    def text_table(
        self, path: str, beside: str
    ) -> tuple[TextTable | None, list[Diagnostic]] | None:
        """A CSV look-up table."""

"""The shape of a diagnostic code."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """Errors stop the build, warnings only with `--strict`, lints are a matter of style."""

    ERROR = "error"
    WARNING = "warning"
    LINT = "lint"


class Code(Struct, frozen=True):
    """A stable number (`N101`), a name, its severity, and its sentence.

    `says` states the fault, with {facts} for `Diagnostic.of` to fill in: all wording stands in
    these families, ready to be translated.
    """

    number: str
    name: str
    says: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return self.number

"""Which cases, table rows and outcomes of requirements the tests reach."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from msgspec import Struct, field

from engine.diagnostics.place import Span
from engine.program.program import Probe


class Coverage(Struct):
    """Each thing that tests may reach, and whether one did."""

    reached: dict[tuple[Span, str], bool] = field(default_factory=dict)

    def count(self, probes: Iterable[Probe], ran: pl.DataFrame) -> None:
        """Take in what a batch of cases reached."""
        for probe in probes:
            key = (probe.span, probe.what)
            hit = bool(ran[probe.column].any()) if ran.height else False
            self.reached[key] = self.reached.get(key, False) or hit

    def expect(self, probes: Iterable[Probe]) -> None:
        """Know of what no case came near, because none is about its channel and period."""
        for probe in probes:
            self.reached.setdefault((probe.span, probe.what), False)

    @property
    def total(self) -> int:
        """How many things there are to reach."""
        return len(self.reached)

    @property
    def hit(self) -> int:
        """How many of them are reached."""
        return sum(self.reached.values())

    def missed(self) -> list[tuple[Span, str]]:
        """What no test reaches, in the order of the files."""
        return sorted(key for key, hit in self.reached.items() if not hit)

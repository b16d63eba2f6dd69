"""One version of the rules on its own; what it takes to compare two is loaded for that alone."""

from __future__ import annotations

from msgspec import Struct

from engine.language import ruleset as r
from engine.offers.mapping import Mapper
from engine.program.program import Program


class Side(Struct, frozen=True):
    """One version of the rules, ready to run."""

    part: r.Slice
    program: Program
    mapper: Mapper

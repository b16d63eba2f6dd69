"""What only a whole feed shows, and none of its rows: remarks beside the accounting.

Nothing depends on them: what a row becomes is the same wherever, and beside whichever others, it is read.
"""

from __future__ import annotations

from engine.insight.absent_texts import AbsentTexts
from engine.insight.shared_codes import SharedCodes
from engine.language.ruleset import Slice
from engine.offers.mapping import MappedBatch, Mapper


class Remarks:
    """Gathers what is to be remarked of a feed that goes through the rules of `part`."""

    def __init__(self, part: Slice, mapper: Mapper) -> None:
        self._texts = AbsentTexts(part, mapper.program)
        self._codes = SharedCodes(mapper.columns)

    def add(self, mapped: MappedBatch) -> None:
        """Look at a batch.

        Raises:
            EngineError: the folder for temporary files takes no more.
        """
        self._texts.add(mapped.ran)
        self._codes.add(mapped.offers)

    def sentences(self) -> tuple[str, ...]:
        """The remarks about all batches."""
        return (*self._codes.sentences(), *self._texts.sentences())

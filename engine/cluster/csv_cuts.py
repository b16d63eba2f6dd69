"""Where a CSV file may be cut: where the csv module would end a record, reading from the front.

Never within quotes, also where quotes stand astray, so each piece read alone gives the rows that the
whole file gives.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from engine.errors import FeedError
from engine.feeds.csv_feed import LONGEST_RECORD, SLOW_BLOCK
from engine.feeds.csv_rows import Dialect, one_by_one, well_quoted

BOM = codecs.BOM_UTF8


def cuts(waiting: Waiting, size: int, *, header: bool) -> Iterator[int]:
    """Where splits end, the last at the end of the file."""
    earliest = waiting.header_end() if header else 0
    begun = at = 0
    while used := waiting.next_records(size):
        at += used
        # A byte-order mark within a file is text, and would be none at the start of a split.
        ready = at > earliest and at - begun >= size // 2 and not waiting.starts_with(BOM)
        if ready and not waiting.finished:
            yield at
            begun = at
    yield at


class Waiting(Struct):
    """The bytes of a file that are not in a split yet."""

    stream: BinaryIO
    dialect: Dialect
    encoding: str
    data: bytes = b""
    ended: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing is left."""
        self.fill(1)
        return not self.data

    @property
    def _one_byte(self) -> bool:
        """Whether each character is one byte; else it is UTF-8, which is read as it is."""
        return codecs.lookup(self.encoding).name not in ("utf-8", "ascii")

    def starts_with(self, mark: bytes) -> bool:
        """Whether what waits begins so."""
        self.fill(len(mark))
        return self.data.startswith(mark)

    def fill(self, size: int) -> None:
        """Read on until `size` bytes wait, or the file ends."""
        while not self.ended and len(self.data) < size:
            more = self.stream.read(size - len(self.data))
            self.ended = not more
            self.data += more

    def header_end(self) -> int:
        """Behind the first record that is no empty line."""
        size = SLOW_BLOCK
        while True:
            self.fill(size)
            text = self._text(self.data)
            for record in one_by_one(text, self.dialect, final=self.ended):
                if record.cells:
                    return self._length(text, record.end)
            if self.ended or size > LONGEST_RECORD:
                return len(self.data)
            size *= 2

    def next_records(self, size: int) -> int:
        """Take whole records of about `size` bytes; how many bytes they have, 0 at the end."""
        self.fill(size)
        quote = self.dialect.quote.encode()
        front = self.data[:size]
        final = self.ended and len(self.data) <= size
        cut = len(front) if final else _last_even_line_end(front, quote)
        if cut:
            text = self._text(self.data[:cut])
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if not well_quoted(text, self.dialect):
                cut = 0
        used = cut or self._astray(min(size, SLOW_BLOCK))
        self.data = self.data[used:]
        return used

    def _astray(self, size: int) -> int:
        """The same where quotes stand astray, or a record is long: the csv module says where it ends."""
        while self.data:
            self.fill(size)
            final = self.ended and len(self.data) <= size
            text = self._text(self.data[:size], whole=final)
            end = max((r.end for r in one_by_one(text, self.dialect, final=final)), default=0)
            if final:
                return len(self.data)
            if end:
                return self._length(text, end)
            if size > LONGEST_RECORD:
                raise FeedError(
                    f"a record is longer than {LONGEST_RECORD >> 20} MB; "
                    "check `quote` and `delimiter`"
                )
            size *= 2
        return 0

    def _text(self, data: bytes, *, whole: bool = True) -> bytes:
        if self._one_byte:
            data = data.decode(self.encoding, "replace").encode()
        return data if data.endswith(b"\n") or not whole else data + b"\n"

    def _length(self, text: bytes, end: int) -> int:
        """How many bytes of the file the first `end` bytes of `text` are."""
        used = len(text[:end].decode()) if self._one_byte else end
        return min(used, len(self.data))  # the last line end may be ours


def _last_even_line_end(block: bytes, quote: bytes) -> int:
    """Where the last line ends that is not within quotes, or 0: right where quotes are in order."""
    end = block.rfind(b"\n")
    quotes = block.count(quote, 0, end + 1) if quote else 0
    while end >= 0 and quotes % 2:
        before = block.rfind(b"\n", 0, end)
        quotes -= block.count(quote, before + 1, end + 1)
        end = before
    return end + 1

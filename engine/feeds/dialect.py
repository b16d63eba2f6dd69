"""How a CSV file is written, found by looking where the settings do not say; always reported."""

from __future__ import annotations

import codecs
import csv
import io

from msgspec import Struct

from engine.errors import FeedError

DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings whose texts may begin with a mark, and what it then says.
_MARKED = {
    "utf-8-sig": ("utf-8",),
    "utf-16": ("utf-16-le", "utf-16-be"),
    "utf-32": ("utf-32-le",),
}
_SAMPLE_ROWS = 50


class Encoding(Struct, frozen=True):
    """An encoding, the length of the byte-order mark before the text, and how it was found."""

    name: str
    bom: int
    note: str


def find_encoding(head: bytes, declared: str | None, *, whole: bool) -> Encoding:
    """The encoding of a file that begins with `head`; `whole` tells that this is all of it.

    Raises:
        FeedError: its byte-order mark says something else than the settings.
    """
    said = codecs.lookup(declared).name if declared is not None else None
    for bom, name in _BOMS:
        if head.startswith(bom):
            if said is not None and name not in (said, *_MARKED.get(said, ())):
                raise FeedError(
                    f"the settings say `encoding: {declared}`, and the feed begins with the "
                    f"byte-order mark of {name}; correct or leave out `encoding`"
                )
            return Encoding(name, len(bom), f"encoding {name}, by its byte-order mark")
    if declared is not None:
        return Encoding(declared, 0, f"encoding {declared}, as the settings say")
    wide = _wide(head)
    if wide is not None:
        note = f"encoding {wide} taken: every second byte is 0; write `encoding:` to be sure"
        return Encoding(wide, 0, note)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, final=whole)
    except UnicodeDecodeError as fault:
        byte = head[fault.start]
        note = (
            f"encoding cp1252 taken: byte {fault.start} (0x{byte:02x}) is no UTF-8; "
            "write `encoding:` in the settings to be sure"
        )
        return Encoding("cp1252", 0, note)
    return Encoding("utf-8", 0, "encoding utf-8, detected")


def _wide(head: bytes) -> str | None:
    """UTF-16 without its mark: of plain letters, one byte of two is 0."""
    sample = head[:4096]
    half = len(sample) // 2
    for name, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if half >= 4 and zeros.count(0) * 10 > half * 8:
            return name
    return None


def find_delimiter(text: str, quote: str) -> tuple[str, str]:
    """The delimiter that cuts the first rows of `text` most evenly, and how sure that is."""
    best = (",", -1, 0)
    for delimiter in DELIMITERS.replace(quote, ""):
        widths = _widths(text, delimiter, quote)
        if not widths:
            continue
        header = widths[0]
        even = sum(w == header for w in widths)
        if header > 1 and (even * 1000 + header) > best[1]:
            best = (delimiter, even * 1000 + header, header)
    shown = {"\t": "tab"}.get(best[0], best[0])
    return best[0], f"delimiter `{shown}`, detected: the header has {max(best[2], 1)} columns"


def _widths(text: str, delimiter: str, quote: str) -> list[int]:
    lines = io.StringIO(text, newline="")
    if quote:
        rows = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    else:
        rows = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    widths: list[int] = []
    try:
        for row in rows:
            if row:
                widths.append(len(row))
            if len(widths) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return widths[:_SAMPLE_ROWS]

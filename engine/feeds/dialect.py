"""How a CSV file is written, found by looking where the settings do not say; always reported."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass

DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, the length of the byte-order mark before the text, and how it was found."""

    name: str
    bom: int
    note: str


def find_encoding(head: bytes, declared: str | None, *, whole: bool) -> Encoding:
    """The encoding of a file that begins with `head`; `whole` tells that this is all of it."""
    for bom, name in _BOMS:
        if head.startswith(bom) and (declared is None or name.startswith(declared.lower()[:5])):
            return Encoding(name, len(bom), f"encoding {name}, by its byte-order mark")
    if declared is not None:
        return Encoding(declared, 0, f"encoding {declared}, as the settings say")
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


def find_delimiter(text: str, quote: str) -> tuple[str, str]:
    """The delimiter that cuts the first rows of `text` most evenly, and how sure that is."""
    best = (",", -1, 0)
    for delimiter in DELIMITERS:
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
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
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

"""Cells of a workbook that hold no value though they seem to: a formula that failed, or was never computed.

The library gives such cells as empty ones, and an empty stock is 0.
"""

from __future__ import annotations

import io
import re
import zipfile

NO_RESULT = "#RESULT?"
ERRORS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"]
)
_LARGEST = 1 << 30
_SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ERROR = re.compile(rb"""(<(?:\w+:)?c\b[^>]*\bt=["'])e(["'])""")
# A formula and no value; a formula that others share may have no text of its own.
_BARE = re.compile(
    rb"""<((?:\w+:)?)c\b((?:\s+(?!t=)[\w:]+=["'][^"']*["'])*)(?:\s+t=["']\w+["'])?\s*>\s*"""
    rb"""<\1f\b[^>]*(?:/>|>[^<]*</\1f>)\s*(?:<\1v\s*/>\s*)?</\1c>"""
)


def with_errors_shown(data: bytes) -> bytes:
    """The workbook with the words of its errors as texts, and `NO_RESULT` where a formula has no result.

    What is no workbook of this sort stays as it is, and so does one that unpacks to more than a sheet holds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = [n for n in book.namelist() if _SHEETS.fullmatch(n)]
            if sum(book.getinfo(n).file_size for n in names) > _LARGEST:
                return data
            texts = ((name, book.read(name)) for name in names)
            shown = {name: new for name, text in texts if (new := _shown(text)) != text}
            if not shown:
                return data
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as copy:
                for name in dict.fromkeys(book.namelist()):
                    copy.writestr(name, shown.get(name) or book.read(name))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return data
    return made.getvalue()


def _shown(sheet: bytes) -> bytes:
    told = _ERROR.sub(rb"\1str\2", sheet)
    bare = rb'<\1c\2 t="str"><\1v>' + NO_RESULT.encode() + rb"</\1v></\1c>"
    return _BARE.sub(bare, told) if b"f>" in told or b"f " in told else told


def problem_of(column: str, cell: str) -> str | None:
    """What is wrong with a cell's text, if it is an error."""
    if cell in ERRORS:
        return f"`{column}` holds {cell}: the formula behind it failed; mend it in the workbook"
    if cell == NO_RESULT:
        return f"`{column}` holds a formula without its result; open the workbook in a spreadsheet and save it"
    return None

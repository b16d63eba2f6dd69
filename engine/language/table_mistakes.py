"""What a person most likely meant where a table cannot be read: bars that lack, cells pasted."""

from __future__ import annotations

import re
from itertools import pairwise

from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.language.stop import Stop

_OPENER = re.compile(
    r"\s*(?:decide\s+(?P<decided>.+?)\s+by\b|test\s+table\b|table\s+\w+\s+key\b|states\b)"
)
# Cells of a spreadsheet that are words of a table already; all others are texts.
_CELL = re.compile(
    r'"[^"]*"|any|missing|present|yes|no|none|omit|omitted|rejected|not .+|[<>]=? *.+'
    r"|\d{4}-\d\d-\d\d.*|-?\d+(\.\d+)?( *%| [A-Z]{3}| ?[a-z]{1,2}\d?)?"
)
_BAR = re.compile(r'"(?:\\.|[^"\\])*"|\|\|?')
_COMMA = re.compile(r"^-?\d+,\d+")


def pasted_table(stop: Stop) -> Diagnostic | None:
    """Cells with tabs between them, as a spreadsheet gives them."""
    if not (stop.begins and "_PIPE" in stop.accepted and is_pasted(stop.line)):
        return None
    lines = stop.lines()
    first, last = stop.line_number - 1, stop.line_number - 1
    while last + 1 < len(lines) and is_pasted(lines[last + 1]):
        last += 1
    opener = _opener(stop)
    header = _cells(lines[first].lstrip())
    edits = [
        Replacement(
            stop.spans.line_span(number + 1),
            _with_bars(_fitting(_cells(lines[number]), len(header)), header, opener)
            if number > first
            else _with_bars(header, header, opener, head=True),
        )
        for number in range(first, last + 1)
    ]
    help_ = Help("write the table with bars between its cells", EditLevel.CHOICE, tuple(edits))
    place = stop.spans.line_span(stop.line_number)
    return Diagnostic.of(codes.MISSING_PART, place, what="`|` between the cells", helps=[help_])


def is_pasted(line: str) -> bool:
    """Whether tabs stand between cells on the line."""
    return "\t" in line.strip(" \r\n").lstrip("\t") and "|" not in line


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip(" \r\n").split("\t")]


def _fitting(cells: list[str], width: int) -> list[str]:
    """The cells of a row below a header of `width`: empty ones added, or an indentation left out."""
    if len(cells) > width and not cells[0]:
        cells = cells[1:]
    return cells + [""] * (width - len(cells))


def _opener(stop: Stop) -> re.Match[str] | None:
    """The line that opens the table: the nearest one above that begins one."""
    for line in reversed(stop.lines()[: stop.line_number - 1]):
        if found := _OPENER.match(line):
            return found
        if line.strip() and "|" not in line and "\t" not in line:
            return None
    return None


def _with_bars(
    cells: list[str], header: list[str], opener: re.Match[str] | None, *, head: bool = False
) -> str:
    """The cells as a row of a table; `||` stands before the first result."""
    split = _first_result(header, opener)
    words = [c if head else _word(c, result=i >= split) for i, c in enumerate(cells)]
    row = "| " + " | ".join(words[:split])
    return row + (" || " + " | ".join(words[split:]) if words[split:] else "") + " |"


def _first_result(header: list[str], opener: re.Match[str] | None) -> int:
    """The index of the first result column; the number of columns where there is none."""
    decided = opener["decided"] if opener else None
    if decided is None:
        return next((i for i, name in enumerate(header) if name[:1].isupper()), len(header))
    names = {name.strip() for name in decided.split(",")}
    return next((i for i, name in enumerate(header) if name in names), len(header))


def _word(cell: str, *, result: bool) -> str:
    """A cell as it is written in a table."""
    if not cell:
        return "omit" if result else "any"
    cell = cell.replace(",", ".", 1) if _COMMA.match(cell) else cell
    return cell if _CELL.fullmatch(cell) else '"' + cell.replace('"', "'") + '"'


def row_not_closed(stop: Stop) -> Diagnostic | None:
    """A row without the bar at its end."""
    line = stop.line.rstrip()
    if not line.lstrip().startswith("|") or line.endswith("|") or stop.word:
        return None
    if not stop.accepted & {"_PIPE", "_BARS"}:
        return None
    end = Replacement(stop.here, stop.line[len(line) - 1] + " |")
    helps = [Help("close the row with `|`", EditLevel.CHOICE, (end,))]
    return Diagnostic.of(codes.MISSING_PART, stop.here, what="`|` at the end", helps=helps)


def bars_missing(stop: Stop) -> Diagnostic | None:
    """A header, or a row below one, without the `||` before its results."""
    table = stop.line.lstrip().startswith("|") and "||" not in stop.line
    if not table or stop.word or not stop.accepted & {"_BARS", "LOWER", "UPPER"}:
        return None
    header = _header(stop)
    place = stop.spans.line_span(stop.line_number)
    if header is None:
        says = "write `||` between what is given and what follows from it"
        split = _first_result(_between(stop.line), _opener(stop))
        return Diagnostic.of(codes.NO_BARS, place, helps=[_bars_at(stop, split, says)])
    cells, columns = len(_between(stop.line)), len(_between(header))
    if cells != columns:
        return Diagnostic.of(codes.ROW_WIDTH, place, cells=cells, columns=columns, helps=FILLING)
    split = len(_between(header.split("||")[0] + "|"))
    helps = [_bars_at(stop, split, "write `||` where the header has it")]
    return Diagnostic.of(codes.MISSING_PART, place, what="`||`", helps=helps)


FILLING = [
    Help("where a condition does not matter, its cell is `any`; where no value is sent, `omit`")
]


def _header(stop: Stop) -> str | None:
    """The header of the table, where the stop's line is a row below it."""
    header = None
    for line in reversed(stop.lines()[: stop.line_number - 1]):
        if line.lstrip().startswith("|"):
            header = line
        elif line.strip():
            break
    return header if header and "||" in header else None


def _between(line: str) -> list[str]:
    """The cells of a row, whether its bars are single or double."""
    bars = [found for found in _BAR.finditer(line) if found[0][0] == "|"]
    return [line[left.end() : right.start()].strip() for left, right in pairwise(bars)]


def _bars_at(stop: Stop, split: int, says: str) -> Help:
    """The help that doubles the bar before the cell number `split` (from 0)."""
    bars = [found for found in _BAR.finditer(stop.line) if found[0][0] == "|"]
    if not 0 < split < len(bars) - 1:
        return Help(says)
    edit = Replacement(stop.span(*bars[split].span()), "||")
    return Help(says, EditLevel.CHOICE, (edit,))

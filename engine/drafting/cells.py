"""How the cells of a column are written: numbers, currencies, dates, yes/no words, EANs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

ENOUGH = 90  # percent of the filled cells that have to read as what is guessed
_SPACES = "[ \u00a0\u202f]"
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_CURRENCY = re.compile(r"^(?:([A-Z]{3})|([€$£]))\s*(?=-?\d)|(?<=\d)\s*(?:([A-Z]{3})|([€$£]))$")
# The decimal mark, and what keeps thousands apart; plainer ones first, for a tie takes the first.
_WAYS = ((".", ""), (",", ""), (",", " "), (".", " "), (",", "."), (".", ","))
_DATES = {
    "yyyy-MM-dd": "%Y-%m-%d",
    "dd/MM/yyyy": "%d/%m/%Y",
    "MM/dd/yyyy": "%m/%d/%Y",
    "dd.MM.yyyy": "%d.%m.%Y",
    "dd-MM-yyyy": "%d-%m-%Y",
    "yyyy/MM/dd": "%Y/%m/%d",
}
_YES_NO = (
    ("oui", "non"),
    ("yes", "no"),
    ("true", "false"),
    ("vrai", "faux"),
    ("ja", "nein"),
    ("wahr", "falsch"),
    ("si", "no"),
    ("sí", "no"),
    ("o", "n"),
    ("y", "n"),
    ("j", "n"),
    ("s", "n"),
)


class Numbers(Struct, frozen=True):
    """How a column writes numbers: `share` is the percent of the filled cells that read so.

    `unsure` tells that other ways read the cells as well, as other numbers: `1.234`.
    """

    mark: str
    grouping: str
    decimals: int
    share: int
    unsure: bool
    largest: Decimal
    negative: bool

    def value(self, cell: str) -> Decimal | None:
        """The number in `cell`, or None where it is none of this way."""
        if not _pattern(self.mark, self.grouping).fullmatch(cell):
            return None
        return _value(cell, self.mark, self.grouping)


def numbers_of(cells: Sequence[str]) -> Numbers | None:
    """How `cells` write numbers, or None where too few of them are any."""
    best = best_numbers(cells)
    return best if best is not None and best.share >= ENOUGH else None


def best_numbers(cells: Sequence[str]) -> Numbers | None:
    """The way of writing numbers that most of `cells` fit, or None where none is a number."""
    best = None
    for mark, grouping in _WAYS:
        pattern = _pattern(mark, grouping)
        read = [c for c in cells if pattern.fullmatch(c)]
        share = len(read) * 100 // len(cells) if cells else 0
        if not read or (best is not None and share <= best.share):
            continue
        values = [_value(c, mark, grouping) for c in read]
        best = Numbers(
            mark=mark,
            grouping=grouping,
            decimals=max(len(c.partition(mark)[2]) for c in read),
            share=share,
            unsure=_reads_as_thousands(read, mark),
            largest=max(values),
            negative=min(values) < 0,
        )
    return best


def _reads_as_thousands(cells: Sequence[str], mark: str) -> bool:
    """Whether every mark could keep thousands apart as well: three digits behind each."""
    marked = [c for c in cells if mark in c]
    return bool(marked) and all(re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", c) for c in marked)


def _pattern(mark: str, grouping: str) -> re.Pattern[str]:
    apart = {"": "", " ": _SPACES}.get(grouping, re.escape(grouping))
    groups = rf"|[1-9]\d{{0,2}}(?:{apart}\d{{3}})+" if grouping else ""
    return re.compile(rf"-?(?:[0-9]+{groups})(?:{re.escape(mark)}[0-9]+)?", re.ASCII)


def _value(cell: str, mark: str, grouping: str) -> Decimal:
    apart = {"": "(?!)", " ": _SPACES}.get(grouping, re.escape(grouping))
    return Decimal(re.sub(apart, "", cell).replace(mark, "."))


def without_currency(cell: str) -> tuple[str, str]:
    """The amount of a cell, and the currency that it says (``""`` where it says none)."""
    found = _CURRENCY.search(cell)
    if found is None:
        return cell, ""
    code = next(g for g in found.groups() if g)
    return (cell[: found.start()] + cell[found.end() :]).strip(), _SIGNS.get(code, code)


def currency_of(cells: Sequence[str]) -> str:
    """The currency that most of the cells say, or `""`."""
    said = Counter(without_currency(c)[1] for c in cells)
    return said.most_common(1)[0][0] if said else ""


def ean_share(cells: Sequence[str]) -> int:
    """How many percent of `cells` are codes of 8, 12 or 13 digits with the right last one."""
    return sum(is_ean(c) for c in cells) * 100 // len(cells) if cells else 0


def is_ean(cell: str) -> bool:
    """Whether the cell is a code that rules can write as an EAN."""
    from stdnum import ean  # noqa: PLC0415 - drafting alone needs it

    return len(cell) in (8, 12, 13) and bool(ean.is_valid(cell)) and int(cell) > 0


def rounded_codes(cells: Sequence[str]) -> int:
    """How many of `cells` are codes that a spreadsheet rounded."""
    import polars as pl  # noqa: PLC0415 - columns of EANs alone need it

    from engine.functions.identifiers import is_rounded  # noqa: PLC0415

    codes = pl.DataFrame({"code": pl.Series(cells, dtype=pl.String)})
    return int(codes.select(is_rounded(pl.col("code")).sum()).item())


def date_pattern(cells: Sequence[str]) -> tuple[str, int, bool] | None:
    """How `cells` write dates, in how many percent, and whether day and month could be swapped."""
    shares = {p: _date_share(cells, form) for p, form in _DATES.items()}
    best = max(shares.values())
    fitting = [p for p, share in shares.items() if share == best]
    return (fitting[0], best, len(fitting) > 1) if best >= ENOUGH else None


def _date_share(cells: Sequence[str], form: str) -> int:
    return sum(_is_date(c, form) for c in cells) * 100 // len(cells) if cells else 0


def _is_date(cell: str, form: str) -> bool:
    try:
        made = datetime.strptime(cell, form)  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return False
    return len(cell) == len(made.strftime(form))


def yes_no_words(cells: Sequence[str]) -> tuple[str, str] | None:
    """The two words of a column that holds both of a pair and nothing else."""
    words = {c.casefold() for c in cells}
    return next((pair for pair in _YES_NO if words == set(pair)), None)

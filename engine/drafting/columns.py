"""What the columns of a feed are likely to hold, by their headers and a sample of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from engine.drafting.cells import (
    ENOUGH,
    Numbers,
    currency_of,
    date_pattern,
    ean_share,
    numbers_of,
    without_currency,
    yes_no_words,
)
from engine.drafting.headers import (
    close_role,
    exact_role,
    field_name,
    last_step,
    plain,
    says_vat_included,
)
from engine.drafting.words import CURRENCY_HEADERS, FLAGS, Role

SURE = 98
_HALF = 50
_CLOSE = 99  # the order of a guess that rests on no word of the lists
MONEY = (Role.PRICE, Role.PRICE_EXCL_VAT, Role.LIST_PRICE, Role.COST_PRICE, Role.ECO_FEE)
_TEXTS = (Role.SKU, Role.EAN, Role.TITLE, Role.BRAND, Role.CATEGORY)


class Confidence(StrEnum):
    """How sure a guess is: what to look at first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Higher is surer."""
        return ("low", "medium", "high").index(self.value)


class ColumnGuess(Struct, frozen=True):
    """A column with the field that it is drafted as; `why` is for the person who confirms it."""

    header: str
    field: str
    role: Role | None
    confidence: Confidence
    why: str
    numbers: Numbers | None = None
    currency: str = ""  # as the cells say it
    percent: str = "points"  # how a rate is written: see `x-percent`
    dates: str = ""
    words: tuple[str, str] | None = None


class Guesses(Struct, frozen=True):
    """All columns; `currency_column` is the one that says in which currency the amounts are."""

    columns: tuple[ColumnGuess, ...]
    currency: str  # "" where neither a cell nor a column says it
    currency_column: str

    def of(self, role: Role) -> ColumnGuess | None:
        """The column of the role."""
        return next((c for c in self.columns if c.role is role), None)

    def number(self, role: Role) -> ColumnGuess | None:
        """The column of the role, where its cells read as numbers."""
        found = self.of(role)
        return found if found is not None and found.numbers is not None else None


class _Candidate(Struct, frozen=True):
    role: Role
    confidence: Confidence
    why: str
    order: int  # the earlier of a role's words are the plainer ones


def guess_columns(headers: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Guesses:
    """A guess for each column, each role given to one column only: the surest, then the first."""
    cells = [_filled([row[i] for row in rows]) for i in range(len(headers))]
    winners: dict[Role, tuple[int, _Candidate]] = {}
    alike: set[Role] = set()  # roles for which two columns speak as much as each other
    for number, header in enumerate(headers):
        found = _candidate(header, cells[number])
        if found is None:
            continue
        known = winners.get(found.role)
        if known is None or _key(found) > _key(known[1]):
            winners[found.role] = (number, found)
            alike.discard(found.role)
        elif _key(found) == _key(known[1]):
            alike.add(found.role)
    for role in (Role.PRICE, Role.PRICE_EXCL_VAT, Role.STOCK):
        if role in alike and _is_close(winners[role]):
            # `Price A` beside `Price B`: the first of them would be sold at, or counted, by chance.
            del winners[role]
    if Role.PRICE_EXCL_VAT in winners and _is_close(winners.get(Role.PRICE)):
        # `Show price` beside `Price tax excluded` would be a wrong price; nobody says it is one.
        del winners[Role.PRICE]
    by_column = dict(winners.values())
    taken = {role.value for role in winners}
    made = []
    for number, header in enumerate(headers):
        candidate = by_column.get(number)
        if candidate is None:
            guess = _plain_guess(header, field_name(last_step(header), taken), cells[number])
        else:
            guess = _role_guess(header, candidate, cells[number])
        taken.add(guess.field)
        made.append(guess)
    said, column = _currency_column(headers, cells)
    in_cells = next((g.currency for g in made if g.currency), "")
    return Guesses(tuple(made), in_cells or said, "" if in_cells else column)


def _is_close(winner: tuple[int, _Candidate] | None) -> bool:
    return winner is not None and winner[1].order == _CLOSE


def _key(candidate: _Candidate) -> tuple[int, int]:
    return candidate.confidence.rank, -candidate.order


def _candidate(header: str, cells: Sequence[str]) -> _Candidate | None:
    """The role of a column as far as its header and cells tell."""
    exact = exact_role(last_step(header))
    nested = last_step(header) != header and not header.startswith("g:")
    close = None if exact else close_role(header)
    if exact is not None:
        role, order = exact
        confidence = Confidence.MEDIUM if nested else Confidence.HIGH
        how = "the header says so"
    elif close is not None:
        role, order, confidence, how = close, _CLOSE, Confidence.MEDIUM, "the header sounds like it"
    elif ean_share(cells) >= ENOUGH:
        why = f"no header says so, but {ean_share(cells)}% of its cells are valid EANs"
        return _Candidate(Role.EAN, Confidence.LOW, why, _CLOSE)
    else:
        return None
    return _weighed(_Candidate(role, confidence, how, order), header, cells)


def _weighed(guess: _Candidate, header: str, cells: Sequence[str]) -> _Candidate | None:
    """The guess after a look at the cells: dropped where they say otherwise."""
    role = guess.role
    if not cells:
        return _Candidate(role, Confidence.LOW, f"{guess.why}; its cells are empty", guess.order)
    share = _fit(role, cells)
    told = "" if role in (Role.TITLE, Role.BRAND, Role.CATEGORY) else f"; {share}% of its cells fit"
    confidence = guess.confidence
    if share < _HALF and (confidence is not Confidence.HIGH or plain(header) in {"code", "id"}):
        return None
    if share < ENOUGH:
        confidence = Confidence.LOW
    elif share < SURE and confidence is Confidence.HIGH:
        confidence = Confidence.MEDIUM
    unsure_of_pieces = guess.order == _CLOSE or plain(header) in FLAGS
    if role is Role.STOCK and set(cells) <= {"0", "1"} and unsure_of_pieces:
        return None  # `In stock`: a yes or no, and no number of pieces
    if role is Role.VAT_RATE and _two_scales(cells):
        return None  # `20` and `0.2` in one column: one of them would be a hundred times the other
    if role is Role.PRICE and says_vat_included(header) is None:
        told += "; it does not say whether VAT is in the price: taken as included"
        confidence = min(confidence, Confidence.MEDIUM, key=lambda c: c.rank)
    return _Candidate(role, confidence, guess.why + told, guess.order)


def _fit(role: Role, cells: Sequence[str]) -> int:
    """How many percent of the cells read as the role asks."""
    if role is Role.SKU:
        return len(set(cells)) * 100 // len(cells)
    if role is Role.EAN:
        return ean_share(cells)
    if role in _TEXTS:
        return 100
    numbers = numbers_of([_bare(role, c) for c in cells])
    return numbers.share if numbers else 0


def _bare(role: Role, cell: str) -> str:
    if role in MONEY:
        return without_currency(cell)[0]
    return cell.removesuffix("%").rstrip() if role is Role.VAT_RATE else cell


def _role_guess(header: str, found: _Candidate, cells: Sequence[str]) -> ColumnGuess:
    role, confidence, why = found.role, found.confidence, found.why
    if role in _TEXTS:
        return ColumnGuess(header, role.value, role, confidence, why)
    numbers = numbers_of([_bare(role, c) for c in cells])
    if numbers is not None and numbers.unsure:
        confidence = Confidence.LOW
        why += f"; `{numbers.mark}` with three digits behind it may keep thousands apart"
    percent = "points"
    if role is Role.VAT_RATE and numbers is not None:
        percent, doubt = _percent_style(cells, numbers)
        confidence = Confidence.LOW if doubt else confidence
        why += doubt
    currency = currency_of(cells) if role in MONEY else ""
    return ColumnGuess(header, role.value, role, confidence, why, numbers, currency, percent)


def _percent_style(cells: Sequence[str], numbers: Numbers) -> tuple[str, str]:
    """How rates are written, and what is doubtful about it."""
    if all(c.endswith("%") for c in cells):
        return "sign", ""
    if any(_is_fraction(v) for v in _values(cells, numbers)):
        return "fraction", "; rates below 1 are taken as 0.2 for 20%"
    return "points", ""


def _two_scales(cells: Sequence[str]) -> bool:
    """Whether some rates are fractions of 1 and others percents."""
    numbers = numbers_of([_bare(Role.VAT_RATE, c) for c in cells])
    found = [v for v in _values(cells, numbers) if v] if numbers else []
    return len({_is_fraction(v) for v in found}) > 1


def _values(cells: Sequence[str], numbers: Numbers) -> list[Decimal]:
    bare = (_bare(Role.VAT_RATE, c) for c in cells)
    return [v for c in bare if (v := numbers.value(c)) is not None]


def _is_fraction(rate: Decimal) -> bool:
    return 0 < rate < 1


def _plain_guess(header: str, name: str, cells: Sequence[str]) -> ColumnGuess:
    """A column of no role: a date or yes/no where the cells say so, else text."""
    dates = date_pattern(cells)
    if dates is not None:
        pattern, share, doubtful = dates
        doubt = "; day and month may be the other way round" if doubtful else ""
        confidence = Confidence.LOW if doubtful else Confidence.MEDIUM
        why = f"{share}% of its cells are dates written {pattern}{doubt}"
        return ColumnGuess(header, name, None, confidence, why, dates=pattern)
    words = yes_no_words(cells)
    if words is not None:
        why = f"its cells are only `{words[0]}` and `{words[1]}`"
        return ColumnGuess(header, name, None, Confidence.MEDIUM, why, words=words)
    return ColumnGuess(header, name, None, Confidence.HIGH, "kept as text")


def _currency_column(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[str, str]:
    """The currency that a column of its own says of all rows, and that column."""
    for header, mine in zip(headers, cells, strict=True):
        words = set(mine)
        if plain(last_step(header)) in CURRENCY_HEADERS and len(words) == 1:
            word = next(iter(words)).upper()
            if len(word) == 3 and word.isascii() and word.isalpha():
                return word, header
    return "", ""


def _filled(cells: Sequence[str | None]) -> list[str]:
    return [c.strip() for c in cells if c and c.strip()]

"""What the columns of a feed are likely to hold, by their headers and a sample of their cells."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from engine.drafting.cells import (
    ENOUGH,
    Numbers,
    best_numbers,
    currency_of,
    date_pattern,
    ean_share,
    rounded_codes,
    yes_no_words,
)
from engine.drafting.conditions import says_conditions, used_told
from engine.drafting.fitting import (
    ANY_TEXT,
    HALF,
    MONEY,
    TEXTS,
    Filled,
    bare,
    is_fraction,
    numbers_fault,
    numbers_in,
    odd_cells,
    odd_told,
    words_of,
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
_CLOSE = 99  # the order of a guess that rests on no word of the lists


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
    fault: str = ""  # why it gives no numbers, though its role asks for them: what follows its name
    empty: int = 0  # the first row of the sample in which it is, 0 where it is in none
    says: tuple[tuple[str, int], ...] = ()  # the words of a column of few, and how many cells each
    mark: str = ","  # of most of the cells that are numbers all the same
    used: str = ""  # of a condition: the first cell that says another than new, with its row


class Guesses(Struct, frozen=True):
    """All columns; `currency_column` is the one that says in which currency the amounts are."""

    columns: tuple[ColumnGuess, ...]
    currency: str  # "" where neither a cell nor a column says it
    currency_column: str

    def of(self, role: Role) -> ColumnGuess | None:
        """The column of the role."""
        return next((c for c in self.columns if c.role is role), None)

    def faulty(self, *roles: Role) -> ColumnGuess | None:
        """The first column of these roles whose cells do not read as numbers."""
        found = (self.of(role) for role in roles)
        return next((c for c in found if c is not None and c.fault), None)

    def number(self, role: Role) -> ColumnGuess | None:
        """The column of the role, where its cells read as numbers."""
        found = self.of(role)
        return found if found is not None and found.numbers is not None else None


class _Candidate(Struct, frozen=True):
    role: Role
    confidence: Confidence
    why: str
    order: int  # the earlier of a role's words are the plainer ones


def guess_columns(
    headers: Sequence[str], rows: Sequence[Sequence[str | None]], numbers: Sequence[int] = ()
) -> Guesses:
    """A guess for each column, each role given to one column only: the surest, then the first.

    `numbers` are those of the rows in the feed, where they do not just count from 1.
    """
    counted = numbers or range(1, len(rows) + 1)
    columns = [Filled.of([row[i] for row in rows], counted) for i in range(len(headers))]
    winners = _winners(headers, columns)
    by_column = dict(winners.values())
    taken = {role.value for role in winners}
    made = []
    for number, header in enumerate(headers):
        candidate = by_column.get(number)
        if candidate is None:
            name = field_name(last_step(header), taken)
            guess = _plain_guess(header, name, columns[number].cells)
        else:
            guess = _role_guess(header, candidate, columns[number])
        taken.add(guess.field)
        made.append(guess)
    said, column = _currency_column(headers, columns)
    in_cells = next((g.currency for g in made if g.currency), "")
    return Guesses(tuple(made), in_cells or said, "" if in_cells else column)


def _winners(
    headers: Sequence[str], columns: Sequence[Filled]
) -> dict[Role, tuple[int, _Candidate]]:
    """The column of each role."""
    winners: dict[Role, tuple[int, _Candidate]] = {}
    alike: set[Role] = set()  # roles for which two columns speak as much as each other
    for number, header in enumerate(headers):
        found = _candidate(header, columns[number])
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
    return winners


def _is_close(winner: tuple[int, _Candidate] | None) -> bool:
    return winner is not None and winner[1].order == _CLOSE


def _key(candidate: _Candidate) -> tuple[int, int]:
    return candidate.confidence.rank, -candidate.order


def _candidate(header: str, filled: Filled) -> _Candidate | None:
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
    elif ean_share(filled.cells) >= ENOUGH:
        why = f"no header says so, but {ean_share(filled.cells)}% of its cells are valid EANs"
        return _Candidate(Role.EAN, Confidence.LOW, why, _CLOSE)
    elif says_conditions(filled.cells):
        why = "no header says so, but its cells are words for the condition"
        return _Candidate(Role.CONDITION, Confidence.LOW, why, _CLOSE)
    else:
        return None
    return _weighed(_Candidate(role, confidence, how, order), header, filled)


def _weighed(guess: _Candidate, header: str, filled: Filled) -> _Candidate | None:
    """The guess after a look at the cells: dropped where they say otherwise."""
    role, cells = guess.role, filled.cells
    if not cells:
        return _Candidate(role, Confidence.LOW, f"{guess.why}; its cells are empty", guess.order)
    odd = odd_cells(role, cells)
    share = (len(cells) - len(odd)) * 100 // len(cells)
    told = "" if role in ANY_TEXT else f"; {share}% of its cells fit"
    told += odd_told(role, filled, odd)
    confidence = guess.confidence
    if share < HALF and (confidence is not Confidence.HIGH or plain(header) in {"code", "id"}):
        return None
    if share < ENOUGH:
        confidence = Confidence.LOW
    elif share < SURE and confidence is Confidence.HIGH:
        confidence = Confidence.MEDIUM
    unsure_of_pieces = guess.order == _CLOSE or plain(header) in FLAGS
    if role is Role.STOCK and set(cells) <= {"0", "1"} and unsure_of_pieces:
        # `In stock`: a yes or no, and no number of pieces
        return _Candidate(Role.AVAILABILITY, Confidence.LOW, guess.why, _CLOSE)
    rounded = rounded_codes(cells) if role is Role.EAN else 0
    if rounded:
        told += f"; a spreadsheet rounded {rounded} of them: export the feed anew with this column as text"
    if role is Role.PRICE and says_vat_included(header) is None:
        told += "; it does not say whether VAT is in the price: taken as included"
        confidence = min(confidence, Confidence.MEDIUM, key=lambda c: c.rank)
    return _Candidate(role, confidence, guess.why + told, guess.order)


def _role_guess(header: str, found: _Candidate, filled: Filled) -> ColumnGuess:
    role, confidence, why, cells = found.role, found.confidence, found.why, filled.cells
    empty = next(iter(filled.empty), 0)
    if role in TEXTS:
        says = words_of(role, filled, 0)
        used = used_told(header, filled) if role is Role.CONDITION else ""
        return ColumnGuess(
            header, role.value, role, confidence, why, empty=empty, says=says, used=used
        )
    numbers = numbers_in(role, cells)
    fault = numbers_fault(role, filled, numbers)
    if fault:
        most = best_numbers([bare(role, cell) for cell in cells])
        return ColumnGuess(
            header,
            role.value,
            role,
            Confidence.LOW,
            why,
            fault=fault,
            says=words_of(role, filled, most.share if most else 0),
            mark=most.mark if most else ",",
        )
    if numbers is not None and numbers.unsure:
        confidence = Confidence.LOW
        why += f"; `{numbers.mark}` with three digits behind it may keep thousands apart"
    percent = "points"
    if role is Role.VAT_RATE and numbers is not None:
        percent, doubt = _percent_style(cells, numbers)
        confidence = Confidence.LOW if doubt else confidence
        why += doubt
    currency = currency_of(cells) if role in MONEY else ""
    return ColumnGuess(
        header, role.value, role, confidence, why, numbers, currency, percent, empty=empty
    )


def _percent_style(cells: Sequence[str], numbers: Numbers) -> tuple[str, str]:
    """How rates are written, and what is doubtful about it."""
    if all(c.endswith("%") for c in cells):
        return "sign", ""
    rates = (numbers.value(bare(Role.VAT_RATE, cell)) for cell in cells)
    if any(rate is not None and is_fraction(rate) for rate in rates):
        return "fraction", "; rates below 1 are taken as 0.2 for 20%"
    return "points", ""


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


def _currency_column(headers: Sequence[str], columns: Sequence[Filled]) -> tuple[str, str]:
    """The currency that a column of its own says of all rows, and that column."""
    for header, mine in zip(headers, columns, strict=True):
        words = set(mine.cells)
        if plain(last_step(header)) in CURRENCY_HEADERS and len(words) == 1:
            word = next(iter(words)).upper()
            if len(word) == 3 and word.isascii() and word.isalpha():
                return word, header
    return "", ""

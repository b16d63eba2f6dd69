"""The oracle itself, on cases that a person can work out on paper."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from oracle.expressions import Context, day_edge, evaluate, months_later, round_to
from oracle.feed import MASS
from oracle.functions import FAILED
from oracle.interpreter import interpret
from oracle.reading import BadCell, read_cell
from oracle.words import CHANNEL, SIZES, span

from engine.language import ruleset as r
from engine.language.syntax import HitPolicy, Operator, RoundingMode
from engine.language.vocabulary import Attribute
from engine.values.field import CurrencyWord, Field, Fold, PercentStyle, Reading
from engine.values.kinds import (
    DATE,
    INSTANT,
    INTEGER,
    NOTHING,
    NUMBER,
    PERCENT,
    TEXT,
    YES_NO,
    Kind,
    list_of,
    money,
)

NOW = datetime(2025, 7, 29, 8, tzinfo=UTC)
EUR = money("EUR")
F = Fraction


def read(kind: Kind, text: Any, *, scale: int = 2, row: Any = None, **reading: Any) -> Any:
    """The value of one cell, or the code of its fault."""
    field = Field("x", kind, Reading("x", **reading), scale=scale)
    try:
        return read_cell(field, {"x": text, **(row or {})})
    except BadCell as bad:
        return bad.code


def test_numbers_are_read_as_declared() -> None:
    french = {"decimal_mark": ",", "grouping": " "}
    assert read(NUMBER, " 1 234,5 ", **french) == F("1234.5")
    assert read(NUMBER, "1\u202f234", **french) == 1234
    assert read(NUMBER, "1234", **french) == 1234
    for text in ("12 34", "1.5", "1,234", "+1", "1e3", "１", ",5", "5,", "1" * 17):
        assert read(NUMBER, text, **french) == "R101", text
    assert read(NUMBER, "") is None
    assert read(NUMBER, "n/a", missing_words=("n/a",)) is None
    assert read(EUR, "1250", minor_units=True) == F("12.5")
    assert read(EUR, "10 EUR", currency_word=CurrencyWord.OPTIONAL) == 10
    assert read(EUR, "10 USD", currency_word=CurrencyWord.OPTIONAL) == "R104"
    assert read(EUR, "10", currency_word=CurrencyWord.REQUIRED) == "R104"
    assert read(EUR, "10", currency_column="c", row={"c": "USD"}) == "R104"


def test_a_percentage_is_a_fraction() -> None:
    assert read(PERCENT, "20") == F("0.2")
    assert read(PERCENT, "0.2", percent=PercentStyle.FRACTION) == F("0.2")
    assert read(PERCENT, "20 %", percent=PercentStyle.SIGN) == F("0.2")
    assert read(PERCENT, "20", percent=PercentStyle.SIGN) == "R101"


def test_clocks_are_not_guessed() -> None:
    paris = {"zone": "Europe/Paris"}
    summer = datetime(2025, 7, 29, 8, tzinfo=UTC)
    assert read(INSTANT, "2025-07-29T10:00", **paris) == summer
    assert read(INSTANT, "2025-07-29T10:00:00+02:00") == summer
    assert read(INSTANT, "2025-07-29T10:00") == "R105"
    assert read(INSTANT, "2025-03-30T02:30", **paris) == "R105"
    assert read(INSTANT, "2025-10-26T02:30", **paris) == "R105"
    earlier = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    later = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert read(INSTANT, "2025-10-26T02:30", fold=Fold.EARLIER, **paris) == earlier
    assert read(INSTANT, "2025-10-26T02:30", fold=Fold.LATER, **paris) == later
    assert read(DATE, "29/07/2025", pattern="dd/MM/yyyy") == date(2025, 7, 29)
    assert read(DATE, "29/02/2025", pattern="dd/MM/yyyy") == "R105"


def test_words_and_lists() -> None:
    assert read(YES_NO, "OUI", yes_words=("oui",), no_words=("non",)) is True
    assert read(YES_NO, "1", yes_words=("oui",), no_words=("non",)) == "R106"
    assert read(list_of(TEXT), "a| b||a", separator="|") == ("a", "b", "a")
    assert read(list_of(TEXT), " | ", separator="|") is None


@pytest.mark.parametrize(
    ("number", "half_up", "up", "down"),
    [
        ("2.5", 3, 3, 2),
        ("-2.5", -3, -3, -2),
        ("2.4", 2, 3, 2),
        ("-2.4", -2, -3, -2),
        ("2", 2, 2, 2),
        ("0", 0, 0, 0),
    ],
)
def test_rounding(number: str, half_up: int, up: int, down: int) -> None:
    for mode, expected in (
        (RoundingMode.HALF_UP, half_up),
        (RoundingMode.UP, up),
        (RoundingMode.DOWN, down),
    ):
        node = r.Round(span(1), NUMBER, False, False, literal(NUMBER, F(0)), mode, Decimal(1))  # noqa: FBT003 - flags
        assert round_to(node, F(number)) == expected


def test_days_begin_and_end_on_the_clocks_of_their_zone() -> None:
    def edge(day: date, zone: str, *, start: bool) -> datetime:
        node = r.DayEdge(span(1), INSTANT, False, False, start, literal(DATE, day), zone)  # noqa: FBT003 - flags
        found = day_edge(node, day)
        assert isinstance(found, datetime)
        return found

    day = date(2025, 7, 29)
    assert edge(day, "Europe/Paris", start=True) == datetime(2025, 7, 28, 22, tzinfo=UTC)
    last = datetime(2025, 7, 29, 21, 59, 59, tzinfo=UTC)
    assert edge(day, "Europe/Paris", start=False) == last
    # In Brazil, summer time used to begin at midnight: that day began at 01:00.
    spring = date(2018, 11, 4)
    assert edge(spring, "America/Sao_Paulo", start=True) == datetime(2018, 11, 4, 3, tzinfo=UTC)
    # And it ended at midnight: the last hour of that day came twice.
    autumn = date(2018, 2, 17)
    late = datetime(2018, 2, 18, 2, 59, 59, tzinfo=UTC)
    assert edge(autumn, "America/Sao_Paulo", start=False) == late


def test_a_month_later_is_never_another_month_further() -> None:
    assert months_later(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert months_later(date(2025, 1, 31), -2) == date(2024, 11, 30)


# --- expressions --------------------------------------------------------------------------------


def literal(kind: Kind, value: Any) -> r.Constant:
    return r.Constant(span(1), kind, missing=False, fails=False, value=value)


MISSING = r.Omitted(span(1), NOTHING, missing=True, fails=False)
YES, NO = literal(YES_NO, value=True), literal(YES_NO, value=False)


def value(node: r.Bound) -> Any:
    return evaluate(node, Context({}.__getitem__, NOW))


def test_conditions_with_a_missing_side() -> None:
    def both(*parts: r.Bound) -> Any:
        return value(r.AllOf(span(1), YES_NO, True, False, parts))  # noqa: FBT003 - flags

    def either(*parts: r.Bound) -> Any:
        return value(r.AnyOf(span(1), YES_NO, True, False, parts))  # noqa: FBT003 - flags

    assert [both(YES, MISSING), both(NO, MISSING), both(YES, YES)] == [None, False, True]
    assert [either(YES, MISSING), either(NO, MISSING), either(NO, NO)] == [True, None, False]


def test_repairs_repair_only_their_own() -> None:
    broken = r.Compute(
        span(1),
        NUMBER,
        missing=False,
        fails=True,
        operator=Operator.DIVIDE,
        left=literal(NUMBER, Decimal(1)),
        right=literal(NUMBER, Decimal(0)),
    )
    other = literal(NUMBER, Decimal(7))

    def repaired(repair: r.Repair, node: r.Bound) -> Any:
        return value(r.Repaired(span(1), NUMBER, False, False, repair, node, other))  # noqa: FBT003 - flags

    assert value(broken) is FAILED
    assert repaired(r.Repair.FAILURE, broken) == 7
    assert repaired(r.Repair.MISSING, broken) is FAILED
    assert repaired(r.Repair.MISSING, MISSING) == 7
    assert repaired(r.Repair.FAILURE, MISSING) is None


def test_a_look_up_forgives_case_and_blanks() -> None:
    def weight(shelf: str, pieces: int) -> Any:
        keys = (literal(TEXT, shelf), literal(INTEGER, Decimal(pieces)))
        return value(r.TakeFrom(span(1), MASS, True, False, SIZES, "weight", keys))  # noqa: FBT003 - flags

    assert weight(" LAMPS", 2) == 3
    assert weight("Lamps", 3) is None
    assert weight("Outlet", 0) is None


# --- a whole row --------------------------------------------------------------------------------

PRICE = Attribute("Price", EUR, required_on=frozenset({CHANNEL}), scale=2, minimum=Decimal(1))
STRUCK = Attribute("Struck", EUR, scale=2)
MODE = Attribute("Mode", TEXT, listed=True)
COST = Field("cost", EUR, Reading("Cost"), scale=2)
COST_VALUE = r.FieldValue(span(1), EUR, missing=True, fails=False, field=COST)
SAYS = r.Template(span(1), ("because",))


def outcome(*steps: r.Step, cost: str | None = "12.50") -> tuple[str, dict[str, Any], set[Any]]:
    result = interpret(r.Slice(CHANNEL, None, None, steps), {"Cost": cost}, NOW)
    return result.outcome, result.values, result.faults


def test_what_a_row_comes_to() -> None:
    price = r.AttributeStep(PRICE, COST_VALUE, span(3))
    assert outcome(price) == ("offer", {"Price": F("12.5")}, set())
    assert outcome(price, cost="0.50") == ("rejected", {}, {("R202", "line 3")})
    assert outcome(price, cost=None) == ("rejected", {}, {("R201", "line 3")})
    gone = r.ExcludeStep(YES, SAYS, span(4))
    assert outcome(price, gone, cost="x") == ("excluded", {}, set())


def test_a_refusal_counts_where_it_is_reached() -> None:
    refused = r.Rejected(span(5), NOTHING, missing=False, fails=False, message=SAYS)

    def struck(condition: r.Bound) -> r.AttributeStep:
        branch = r.Branch(condition, refused, span(5))
        chosen = r.Choose(span(5), EUR, True, False, (branch,), COST_VALUE)  # noqa: FBT003 - flags
        return r.AttributeStep(STRUCK, chosen, span(5))

    assert outcome(struck(YES)) == ("rejected", {}, {("R208", "line 1")})
    assert outcome(struck(NO)) == ("offer", {"Struck": F("12.5")}, set())
    assert outcome(struck(MISSING)) == ("offer", {"Struck": F("12.5")}, set())


def test_requirements_are_skipped_without_a_value() -> None:
    struck = r.AttributeStep(STRUCK, COST_VALUE, span(3))

    def require(
        condition: r.Bound,
        kind: r.ConsequenceKind,
        guard: r.Bound | None = None,
    ) -> r.RequireStep:
        return r.RequireStep(condition, guard, kind, SAYS, span(6), drops="Struck")

    drop, warn, reject = (
        r.ConsequenceKind.DROP,
        r.ConsequenceKind.WARN,
        r.ConsequenceKind.REJECT,
    )
    assert outcome(struck, require(NO, drop)) == ("offer", {}, {("R207", "line 6")})
    kept = {"Struck": F("12.5")}
    assert outcome(struck, require(NO, warn)) == ("offer", kept, {("R206", "line 6")})
    assert outcome(struck, require(NO, reject))[0] == "rejected"
    assert outcome(struck, require(MISSING, reject)) == ("offer", kept, set())
    assert outcome(struck, require(NO, reject, MISSING)) == ("offer", kept, set())


def test_tables_take_the_rows_that_fit() -> None:
    rows = tuple(
        r.DecideRow(condition, (literal(TEXT, mode),), span(8 + i))
        for i, (condition, mode) in enumerate([(YES, "a"), (MISSING, "b"), (YES, "c")])
    )

    def decide(policy: HitPolicy) -> tuple[str, dict[str, Any], set[Any]]:
        return outcome(r.DecideStep((MODE,), policy, rows, span(7)))

    assert decide(HitPolicy.EVERY) == ("offer", {"Mode": ["a", "c"]}, set())
    assert decide(HitPolicy.FIRST) == ("offer", {"Mode": "a"}, set())
    assert decide(HitPolicy.EXACTLY_ONE) == ("rejected", {}, {("R203", "line 7")})

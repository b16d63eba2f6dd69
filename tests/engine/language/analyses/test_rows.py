"""Rows that hide each other, conditions that decide nothing: told only where it holds of all."""

from collections.abc import Callable

from engine.diagnostics.diagnostic import Diagnostic

Codes = Callable[..., list[str]]
Check = Callable[..., list[Diagnostic]]


def cases(*lines: str) -> str:
    return "\n".join(["Comment =", *lines])


def test_a_case_hidden_by_two_others_together(check: Check) -> None:
    body = cases(
        'when cost_price < 20.00 EUR then "A"',
        'when cost_price > 10.00 EUR then "B"',
        'when cost_price in (5.00 EUR, 50.00 EUR) then "C"',
        "otherwise omit",
    )
    hidden, otherwise = check(body)
    assert hidden.notes == ("the cases above it, taken together, fit all that this one fits",)
    assert otherwise.code.number == "C604"


def test_a_missing_value_reaches_otherwise(codes: Codes) -> None:
    body = cases(
        'when weight present and weight < 2 kg then "A"',
        'when weight present and weight >= 2 kg then "B"',
        "otherwise omit",
    )
    assert codes(body) == []


def test_the_branch_that_hides_is_told_once(codes: Codes) -> None:
    """A condition that is always yes is one mistake, and not one more for each line below it."""
    body = cases(
        'when cost_price >= 0.00 EUR then "A"',
        'when cost_price > 10.00 EUR then "B"',
        "otherwise omit",
    )
    assert codes(body) == ["C605"]


def test_a_constant_part_is_told_by_itself(check: Check) -> None:
    body = cases('when cost_price >= 0.00 EUR and category is "Lamps" then "A"', "otherwise omit")
    (found,) = check(body)
    assert found.says == "this condition is always yes"
    assert found.span.end - found.span.start == len("cost_price >= 0.00 EUR")


def test_parts_that_contradict_each_other(check: Check) -> None:
    body = cases('when cost_price > 9.00 EUR and cost_price < 8.00 EUR then "A"', "otherwise omit")
    (found,) = check(body)
    assert found.says == "this condition is always no"
    assert found.span.end - found.span.start == len(
        "cost_price > 9.00 EUR and cost_price < 8.00 EUR"
    )


def test_cents_lie_between_two_amounts_and_nothing_between_two_cents(codes: Codes) -> None:
    between = 'when cost_price > {} EUR and cost_price < {} EUR then "A"'
    assert codes(cases(between.format("1.00", "1.02"), "otherwise omit")) == []
    assert codes(cases(between.format("1.00", "1.01"), "otherwise omit")) == ["C605"]


def test_a_switch_is_no_constant_condition(codes: Codes) -> None:
    body = "let summer_sales = no\n" + cases('when summer_sales then "A"', "otherwise omit")
    assert codes(body) == []


def test_a_moment_that_nobody_knows_decides_nothing(codes: Codes) -> None:
    body = cases('when now before soap_end then "A"', "otherwise omit")
    assert codes(body, top="milestone soap_end = to be confirmed\n") == ["E814"]


def test_a_condition_that_an_override_makes_constant_is_no_fault(codes: Codes) -> None:
    """From September on the price is high: before, it is not."""
    body = "let floor = cost_price\n" + cases('when floor > 5.00 EUR then "A"', "otherwise omit")
    override = """
override offer for cdiscount, cdiscount_octopia from 2025-09-01 00:00 Europe/Paris
  let floor = 10.00 EUR
end
"""
    assert codes(body, top=override) == []


def test_amounts_are_bounded_by_what_they_are_made_of(codes: Codes) -> None:
    """At most 100 000 EUR and 100 % VAT: 200 000 EUR, and never below 0."""
    always = cases('when Price <= 200000.00 EUR then "A"', "otherwise omit")
    assert codes(always) == ["C605"]
    assert codes(always.replace("200000", "199999")) == []


def test_an_open_end_is_left_open_by_a_share(codes: Codes) -> None:
    """The price without VAT is above 0, so half of it is; what is rounded may be 0."""
    half = 'when price_excl_vat * 50% > 0 then "A"'
    assert codes(cases(half, "otherwise omit")) == ["C605"]
    rounded = 'when (price_excl_vat * 50% rounded down to 0.01 EUR) > 0 then "A"'
    assert codes(cases(rounded, "otherwise omit")) == []


def test_rows_of_one_result_may_overlap_in_a_table_of_first_rows(codes: Codes) -> None:
    body = """
decide Comment by first row that fits
  | category | cost_price   || Comment |
  | "Lamps"  | any          || "A"     |
  | any      | < 20.00 EUR  || "B"     |
  | any      | any          || omit    |
end
"""
    assert codes(body) == []


def test_a_row_without_a_product(check: Check) -> None:
    body = """
decide Comment by first row that fits
  | cost_price       || Comment |
  | > 100001.00 EUR  || "A"     |
  | any              || omit    |
end
"""
    (found,) = check(body)
    assert found.code.number == "C602"
    assert found.notes == ("no product can fit all its cells",)


def test_a_column_that_only_tells_missing_from_present_matters(codes: Codes) -> None:
    body = """
decide Comment by first row that fits
  | weight   || Comment |
  | present  || "A"     |
  | missing  || omit    |
end
"""
    assert codes(body) == []


def test_a_column_of_any_never_matters(codes: Codes) -> None:
    body = """
decide Comment by first row that fits
  | category | cost_price || Comment |
  | "Lamps"  | any        || "A"     |
  | any      | any        || omit    |
end
"""
    assert codes(body) == ["C610"]


def test_a_requirement_on_what_may_be_dropped_can_be_skipped(codes: Codes) -> None:
    body = """
StrikedPrice = price_excl_vat * 2 rounded half up to 0.01 EUR
require StrikedPrice > Price else drop StrikedPrice with "Not above {Price}"
"""
    assert codes(body) == []


def test_requirements_under_different_conditions_do_not_exclude_each_other(codes: Codes) -> None:
    body = """
require cost_price > 50.00 EUR when category is "Lamps" else reject "Too cheap"
require cost_price < 20.00 EUR when category is "Drinks" else reject "Too dear"
"""
    assert codes(body) == []
    assert codes(body.replace('"Drinks"', '"Lamps"')) == ["V707"]


def test_a_constant_that_no_product_reaches_breaks_nothing(codes: Codes) -> None:
    """The condition is told; what stands behind it never reaches the schema."""
    body = cases('when cost_price < 0.00 EUR then "A"', "otherwise omit").replace(
        "Comment", "PreparationTime"
    )
    body = body.replace('"A"', "1000 days").replace("omit", "2 days")
    assert codes(body, without=("PreparationTime",)) == ["C605"]


def test_an_amount_that_is_always_too_small_for_its_attribute(check: Check) -> None:
    (found,) = check("Price = vat_rate * 0.00 EUR rounded down to 0.01 EUR", without=("Price",))
    assert found.says == "0.00 EUR is outside what `Price` can be: above 0.00 EUR"

"""Gaps are told only where a product can fall into them."""

from collections.abc import Callable

from engine.diagnostics.diagnostic import Diagnostic

Codes = Callable[..., list[str]]
Check = Callable[..., list[Diagnostic]]

GAP = """
Comment =
  when cost_price < 20.00 EUR  then "Letter box"
  when cost_price > 30.00 EUR  then "Signed for"
"""


def test_the_gap_is_shown_next_to_its_limit(check: Check) -> None:
    (found,) = check(GAP)
    assert found.says == "these cases do not cover cost_price 20.00 EUR"


def test_what_other_rules_keep_out_is_no_gap(codes: Codes) -> None:
    kept_out = [
        'require cost_price > 30.00 EUR else reject "Too cheap"',
        'exclude when cost_price in (20.00 EUR, 25.00 EUR) or cost_price <= 30.00 EUR because "x"',
        "always cost_price > 30.00 EUR",
    ]
    for rule in kept_out:
        # Of the first case nothing is left then, but that is no gap.
        assert "C601" not in codes(GAP + rule), rule


def test_a_warning_keeps_nothing_out(codes: Codes) -> None:
    assert codes(GAP + 'require cost_price > 30.00 EUR else warn "Cheap"') == ["C601"]


def test_a_rule_that_keeps_out_a_part_leaves_the_rest(check: Check) -> None:
    (found,) = check(GAP + 'require cost_price > 22.00 EUR else reject "Too cheap"')
    assert found.says == "these cases do not cover cost_price 22.01 EUR"


def test_a_case_that_rejects_elsewhere_keeps_out(codes: Codes) -> None:
    stock = """
Stock =
  when cost_price >= 20.00 EUR and cost_price <= 30.00 EUR  then reject "Not sold"
  otherwise                                                 3
"""
    assert codes(GAP + stock, without=("Stock",)) == []


def test_the_conditions_around_count(codes: Codes) -> None:
    inside = f"only when cost_price < 20.00 EUR or cost_price > 30.00 EUR\n{GAP}\nend"
    assert codes(inside) == []
    inside = f'only when category is "Lamps"\n{GAP}\nend'
    assert codes(inside) == ["C601"]


def test_cases_look_through_names(check: Check) -> None:
    body = """
let cheap = cost_price < 20.00 EUR
let dear  = cost_price > 30.00 EUR
Comment =
  when cheap  then "Letter box"
  when dear   then "Signed for"
"""
    (found,) = check(body)
    assert found.says == "these cases do not cover cost_price 20.00 EUR"


def test_what_is_computed_is_left_undecided(codes: Codes) -> None:
    """Whether a margin of exactly 5.00 EUR occurs, nobody can tell from the schema."""
    body = """
let margin = price_excl_vat - cost_price
Comment =
  when margin < 5.00 EUR  then "Low"
  when margin > 5.00 EUR  then "High"
"""
    assert codes(body) == []


def test_all_values_of_a_list_are_complete(codes: Codes) -> None:
    body = """
decide Comment by first row that fits
  | category || Comment |
  | "Lamps", "Furniture", "Kitchen", "Garden" || "A" |
  | "Textiles", "Drinks", "Outlet", "Refurbished" || "B" |
end
"""
    assert codes(body) == []


def test_two_columns_cover_together(check: Check) -> None:
    body = """
decide Comment by exactly one row
  | category    | cost_price    || Comment |
  | "Lamps"     | < 20.00 EUR   || "A"     |
  | "Lamps"     | > 20.00 EUR   || "B"     |
  | not "Lamps" | any           || "C"     |
end
"""
    (found,) = check(body)
    assert found.says == 'these cases do not cover category "Lamps", cost_price 20.00 EUR'


def test_a_missing_value_is_a_gap_of_its_own(check: Check) -> None:
    body = """
decide Comment by first row that fits
  | weight   | category || Comment |
  | <= 2 kg  | any      || "A"     |
  | > 2 kg   | any      || "B"     |
  | missing  | "Lamps"  || "C"     |
end
"""
    (found,) = check(body)
    assert found.says == 'these cases do not cover no weight, category "Furniture"'


def test_a_list_of_modes_may_be_empty_unless_an_offer_needs_one(codes: Codes) -> None:
    """Delivery modes are required: a product that no row fits would have none."""
    body = """
decide ShippingInformationDeliveryMode, ShippingCharges, AdditionalShippingCharges by every row that fits
  | cost_price    || ShippingInformationDeliveryMode | ShippingCharges | AdditionalShippingCharges |
  | < 20.00 EUR   || "Tracked"                       | 4.99 EUR        | 0.50 EUR                  |
  | > 20.00 EUR   || "Registered"                    | 6.99 EUR        | 1.00 EUR                  |
end
"""
    names = ("ShippingInformationDeliveryMode", "ShippingCharges", "AdditionalShippingCharges")
    assert codes(body, without=names) == ["C601"]
    assert codes(body.replace("> 20.00", ">= 20.00"), without=names) == []


def test_each_missing_value_of_a_list_is_named(check: Check) -> None:
    body = """
decide Comment by first row that fits
  | category || Comment |
  | "Lamps", "Furniture", "Kitchen", "Garden", "Outlet", "Refurbished" || "A" |
end
"""
    (found,) = check(body)
    assert (found.code.number, found.says) == ("C609", 'no row is for "Textiles" and "Drinks"')


def test_a_value_that_never_comes_needs_no_row(codes: Codes) -> None:
    body = """
exclude when category in ("Textiles", "Drinks") because "Not sold here"
decide Comment by first row that fits
  | category || Comment |
  | "Lamps", "Furniture", "Kitchen", "Garden", "Outlet", "Refurbished" || "A" |
end
"""
    assert codes(body) == []

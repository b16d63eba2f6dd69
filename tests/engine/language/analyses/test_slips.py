"""Slips with money, repairs, names and style: what is told, and the look-alikes that are not."""

from collections.abc import Callable

import pytest

from engine.diagnostics.diagnostic import Diagnostic

Codes = Callable[..., list[str]]
Check = Callable[..., list[Diagnostic]]
USED = '\nrequire x > 0.01 EUR else warn "Little"'


@pytest.mark.parametrize(
    "let",
    [
        "let x = price_excl_vat * 20 rounded up to 0.01 EUR",
        "let x = 5.5 * price_excl_vat rounded up to 0.01 EUR",
        "let x = price_excl_vat + price_excl_vat * 15 rounded up to 0.01 EUR",
        "let x = price_excl_vat - 7 * price_excl_vat rounded up to 0.01 EUR",
    ],
)
def test_a_number_that_is_likely_a_rate(codes: Codes, let: str) -> None:
    # A price less its sevenfold is below 0: that the requirement cannot be met is told as well.
    assert codes(let + USED, quiet=("K952", "V706"))[:1] == ["M305"]


@pytest.mark.parametrize(
    "let",
    [
        "let x = price_excl_vat * 6",
        "let x = price_excl_vat * 20%",
        "let x = price_excl_vat * 100",
        "let x = cost_price + price_excl_vat * 15",
        "let x = price_excl_vat * 20 / 100 rounded up to 0.01 EUR",
    ],
)
def test_a_number_that_is_none(codes: Codes, let: str) -> None:
    assert [c for c in codes(let + USED) if c == "M305"] == (
        ["M305"] if let.endswith("20 / 100 rounded up to 0.01 EUR") else []
    )


def test_a_name_makes_a_number_a_rate(codes: Codes) -> None:
    body = 'let {0} = price_excl_vat * 15\nrequire {0} > 0.01 EUR else warn "Little"'
    assert codes(body.format("remise")) == ["M305"]
    assert codes(body.format("crate_price")) == []


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("half up to 0.01 EUR", "half up to 0.10 EUR", True),
        ("up to 0.01 EUR", "half up to 0.10 EUR", True),
        ("up to 0.01 EUR", "up to 0.10 EUR", False),
        ("down to 0.05 EUR", "down to 0.10 EUR", False),
        ("up to 0.03 EUR", "up to 0.10 EUR", True),
        ("half up to 0.01 EUR", "half up to 0.01 EUR", False),
    ],
)
def test_rounding_a_rounded_let(codes: Codes, *, first: str, second: str, told: bool) -> None:
    """Twice up is as good as once, if the second step holds the first a whole number of times."""
    body = f"let net = cost_price * 7% rounded {first}\nEcoPart = net rounded {second}"
    assert codes(body, without=("EcoPart",)) == (["M306"] if told else [])


def test_what_is_computed_from_a_rounded_price_is_rounded_once(codes: Codes) -> None:
    body = """
let net = cost_price * 7% rounded half up to 0.01 EUR
EcoPart = net * 90% rounded down to 0.01 EUR
"""
    assert codes(body, without=("EcoPart",)) == []


def test_another_share_of_a_price_with_vat_is_no_vat(codes: Codes) -> None:
    body = "StrikedPrice = list_price * (100% + {}) rounded half up to 0.01 EUR default omit"
    assert codes(body.format("vat_rate")) == ["M308"]
    assert codes(body.format("(sale_percent default 0%)")) == []


WITHOUT_VAT = [
    ("StrikedPrice = price_excl_vat rounded half up to 0.01 EUR", ["M310"]),
    ("let net = price_excl_vat\nStrikedPrice = net rounded half up to 0.01 EUR", ["M310"]),
    (
        (
            "StrikedPrice =\n"
            '  when category is "Outlet" then list_price default omit\n'
            "  otherwise price_excl_vat rounded half up to 0.01 EUR"
        ),
        ["M310"],
    ),
    ("StrikedPrice = (price_excl_vat * 120%) rounded half up to 0.01 EUR", []),
    ("StrikedPrice = list_price default omit", []),
    ("ShippingCharges = price_excl_vat rounded half up to 0.01 EUR", []),
]


@pytest.mark.parametrize(("body", "told"), WITHOUT_VAT)
def test_what_buyers_pay_has_vat_in_it(codes: Codes, body: str, told: list[str]) -> None:
    name = "ShippingCharges" if body.startswith("Ship") else "StrikedPrice"
    assert codes(body, without=(name,)) == told


def test_the_edit_keeps_brackets(check: Check) -> None:
    (found,) = check("EcoPart = (eco_fee default 0.00 EUR) default 1.00 EUR", without=("EcoPart",))
    (edit,) = found.helps[0].replacements
    assert found.code.number == "X502"
    assert (edit.span.end - edit.span.start, edit.text) == (len(" default 1.00 EUR"), "")


def test_a_default_for_what_a_requirement_may_drop_is_needed(codes: Codes) -> None:
    body = """
StrikedPrice = price_excl_vat * 2 rounded half up to 0.01 EUR
require StrikedPrice > 5.00 EUR else drop StrikedPrice with "Too small"
require (StrikedPrice default 9.00 EUR) > Price else warn "Not above {Price}"
"""
    assert codes(body) == []


def test_a_required_value_narrowed_by_a_rule_needs_no_default(codes: Codes) -> None:
    body = """
require title present else reject "No title"
Comment = title default "None"
"""
    assert codes(body) == ["X502"]


def test_a_name_in_a_sentence_is_used(codes: Codes) -> None:
    body = """
let floor = cost_price * 108% rounded up to 0.01 EUR
require cost_price > 1.00 EUR else warn "The floor is {floor}"
"""
    assert codes(body) == []


def test_an_unused_table_is_told_once(codes: Codes) -> None:
    table = """
table fees key category
  | category || fee      | shelf |
  | "Lamps"  || 0.20 EUR | "A1"  |
end
"""
    assert codes("", top=table) == ["N106"]


@pytest.mark.parametrize(
    ("condition", "plain"),
    [
        (
            'not not (category is "Lamps" or cost_price < 2.00 EUR)',
            '(category is "Lamps" or cost_price < 2.00 EUR)',
        ),
        ('not category not in ("Lamps", "Drinks")', 'category in ("Lamps", "Drinks")'),
        ("not weight missing", "weight present"),
        ('not category is not "Lamps"', 'category is "Lamps"'),
    ],
)
def test_double_negations(check: Check, condition: str, plain: str) -> None:
    (found,) = check(f'exclude when {condition} because "x"')
    (edit,) = found.helps[0].replacements
    assert (found.code.number, edit.text) == ("L982", plain)


def test_one_negation_is_none_too_many(codes: Codes) -> None:
    assert codes('exclude when not category is "Lamps" because "x"') == []
    assert codes('exclude when not weight present because "x"') == []


def test_a_turned_comparison_keeps_its_brackets(check: Check) -> None:
    (found,) = check('exclude when 5.00 EUR >= (eco_fee default 0.00 EUR) because "x"')
    (edit,) = found.helps[0].replacements
    assert edit.text == "(eco_fee default 0.00 EUR) <= 5.00 EUR"


def test_round_numbers_and_steps_need_no_name(codes: Codes) -> None:
    body = """
let a = cost_price * 100% rounded up to 0.05 EUR
let b = cost_price * 100% rounded up to 0.05 EUR
let c = cost_price * 100% rounded up to 0.05 EUR
require a + b + c > 5.00 EUR else warn "Little"
"""
    assert codes(body) == []


def test_a_todo_is_a_word(codes: Codes) -> None:
    assert codes("# TODO: weights\nlet x = cost_price" + USED) == ["L987"]
    assert codes("# mastodon and todos\nlet x = cost_price" + USED) == []


def test_a_let_that_a_table_looks_at_is_used(codes: Codes) -> None:
    table = """let heavy = weight > 30 kg
decide PreparationTime by first row that fits
  | heavy || PreparationTime |
  | yes   || 3 days          |
  | any   || 2 days          |
end
require weight present else reject "No weight"
"""
    found = codes(table, without=("PreparationTime",))
    assert "N106" not in found
    assert "N106" in codes(
        table.replace("| heavy |", "| weight |").replace("| yes  ", "| > 30 kg"),
        without=("PreparationTime",),
    )

"""Coverage counts each case, table row and requirement, the latter with both outcomes."""

from collections.abc import Callable
from typing import Any

RunTests = Callable[..., Any]

HEAD = 'test "t" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris\n'
CHAIR = '  given product "fixtures/chair.json"'
DELIVERY = (
    '  ShippingInformationDeliveryMode = "Tracked"\n'
    "  ShippingCharges                 = 4.99 EUR\n"
    "  AdditionalShippingCharges       = 0.50 EUR\n"
)
BY_WEIGHT = """
  decide ShippingInformationDeliveryMode, ShippingCharges, AdditionalShippingCharges by first row that fits
    | weight  || ShippingInformationDeliveryMode | ShippingCharges | AdditionalShippingCharges |
    | > 30 kg || "BigParcelEco"                  | 39.00 EUR       | 0.00 EUR                  |
    | any     || "Tracked"                       | 4.99 EUR        | 0.50 EUR                  |
  end
"""


def _missed(added: str, run: RunTests, **options: object) -> list[str]:
    ran = run(added, coverage=True, **options)
    assert ran.failures == []
    return [what for _, what in ran.coverage.missed()]


def test_one_chair_reaches_one_case(run: RunTests) -> None:
    missed = _missed(f"{HEAD}{CHAIR}\n  expect offer\nend\n", run)
    assert missed == ["case", "requirement met", "requirement not met"]


def test_both_outcomes_of_a_requirement_count(run: RunTests) -> None:
    low = f"{HEAD}{CHAIR} but list_price = 75.00 EUR\n  expect warned\nend\n"
    high = f"{HEAD}{CHAIR} but list_price = 99.00 EUR\n  expect offer\nend\n"
    dear = f"{HEAD}{CHAIR} but price = 101.00 EUR\n  expect offer\nend\n"
    assert _missed(low, run) == ["case", "requirement met"]
    assert _missed(high, run) == ["case", "requirement not met"]
    assert _missed(low + high, run) == ["case"]
    assert _missed(low + high + dear, run) == []


def test_rows_of_a_decision_count(run: RunTests) -> None:
    light = f"{HEAD}{CHAIR} but weight = 5 kg\n  expect offer\nend\n"
    heavy = f"{HEAD}{CHAIR} but weight = 50 kg\n  expect ShippingCharges = 39.00 EUR\nend\n"
    by_weight = (DELIVERY, BY_WEIGHT)
    ran = run(light, coverage=True, replace=by_weight)
    missed = [(span.line, what) for span, what in ran.coverage.missed() if what == "row"]
    assert len(missed) == 1
    both = run(light + heavy, coverage=True, replace=by_weight)
    assert [what for _, what in both.coverage.missed() if what == "row"] == []


def test_a_channel_and_a_period_without_a_test_count(run: RunTests) -> None:
    override = (
        "milestone later = 2026-01-01 00:00 Europe/Paris\n\n"
        "override offer for cdiscount_octopia from later\n"
        "  Stock =\n    when stock present  then 1\n    otherwise           0\nend\n\n"
    )
    test = f"{HEAD}{CHAIR}\n  expect offer\nend\n"
    assert _missed(override + test, run).count("otherwise") == 1
    alone = run(override + test, coverage=False)
    assert alone.coverage.total < run(override + test, coverage=True).coverage.total

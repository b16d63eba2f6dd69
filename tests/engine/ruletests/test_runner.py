"""What a case of a rule test is given, and what a failure says."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from engine.errors import EngineError
from engine.offers.results import RowResult
from engine.offers.rows import row_results
from engine.ruletests import runner

RunTests = Callable[..., Any]

HEAD = 'test "t" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris\n'
CHAIR = '  given product "fixtures/chair.json"'


def _test(given: str, *expected: str) -> str:
    lines = [f"{CHAIR}{given}", *(f"  expect {e}" for e in expected)]
    return HEAD + "\n".join(lines) + "\nend\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "Price = 80.00 EUR"),
        (" but price = 200.00 EUR", "Price = 190.00 EUR"),
        (" but stock = missing", "Stock = 0"),
        (" but weight = 7.5 kg", "Price = 80.00 EUR"),
        (" but since = 2025-01-31", "Price = 80.00 EUR"),
        (" but online = no", "Price = 80.00 EUR"),
        (" but list_price = 95.00 EUR", "StrikedPrice = 95.00 EUR"),
        (" but list_price = 75.00 EUR", "StrikedPrice omitted"),
        (" but list_price = 75.00 EUR", 'warned "Crossed-out"'),
        (' but category = "Outlet"', "excluded"),
        (' but category = "Outlet"', 'excluded "sold elsewhere"'),
        (' but ean = "123"', 'rejected "is not a valid 13-digit code"'),
        ("", "offer"),
        ("", "PreparationTime = 2 days"),
        ("", "Vat = 20%"),
    ],
)
def test_what_holds_passes(given: str, expected: str, run: RunTests) -> None:
    assert run(_test(given, expected)).failures == []


@pytest.mark.parametrize(
    ("given", "expected", "says"),
    [
        ("", "Price = 80.01 EUR", "expected Price = 80.01, got 80.00"),
        ("", "Price omitted", "expected Price omitted, got 80.00"),
        ("", "StrikedPrice = 95.00 EUR", "expected StrikedPrice = 95.00, got nothing"),
        ("", "rejected", "expected rejected, got offer"),
        ("", "warned", "expected warned, got offer"),
        (' but ean = "123"', "offer", "expected offer, got rejected"),
        (' but ean = "123"', 'rejected "no price"', "expected a reason with “no price”"),
        (' but category = "Outlet"', "Price = 80.00 EUR", "the row is excluded: R210"),
        ("", 'snapshot "none"', "there is no snapshot `none` yet"),
        ("", 'snapshot "../../out"', "snapshot names have letters"),
    ],
)
def test_what_does_not_hold_is_told(given: str, expected: str, says: str, run: RunTests) -> None:
    ran = run(_test(given, expected))
    assert [says in failure for failure in ran.failures] == [True], ran.failures


def test_every_expectation_that_fails_is_told(run: RunTests) -> None:
    ran = run(_test("", "Price = 1.00 EUR", "Stock = 3", "ShippingCharges = 1.00 EUR"))
    assert len(ran.failures) == 2


def test_a_period_without_a_mapping_fails_its_test(run: RunTests) -> None:
    ran = run(
        HEAD.replace("cdiscount_octopia", "cdiscount_octopia") + CHAIR + "\n  expect offer\nend\n"
    )
    assert ran.failures == []


def test_the_same_reference_in_two_tests_is_no_duplicate(run: RunTests) -> None:
    table = (
        'test table "t" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris using "fixtures/chair.json"\n'
        "  | stock || Stock |\n  | 1     || 1     |\n  | 2     || 2     |\n  | 3     || 4     |\nend\n"
    )
    ran = run(table)
    assert [r.passed for r in ran.results] == [True, True, False]
    assert [r.case.name for r in ran.results] == ["t, row 1", "t, row 2", "t, row 3"]
    assert ran.failures == ["expected Stock = 4, got 3"]


def test_a_fixture_that_is_not_there_stops_the_run(run: RunTests) -> None:
    with pytest.raises(EngineError):
        run(_test("", "offer").replace("chair.json", "none.json"))


def test_only_the_named_tests_run(run: RunTests) -> None:
    both = _test("", "offer") + _test("", "rejected").replace('"t"', '"other"')
    assert [r.case.name for r in run(both, only="oth").results] == ["other"]


def test_what_breaks_its_schema_fails_its_test(
    run: RunTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules cannot bring it about, so the offer is broken here on its way."""

    def broken(*given: Any) -> Iterator[RowResult]:
        for result in row_results(*given):
            payload = {**(result.payload or {}), "quantity": -1}
            yield replace(result, payload=payload, package="json")

    monkeypatch.setattr(runner, "row_results", broken)
    (failure,) = run(_test("", "Price = 80.00 EUR")).failures
    assert "what would be sent does not fit its schema: $.quantity: -1 is less than" in failure

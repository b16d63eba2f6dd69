import string
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.diagnostics.codes import rows as codes
from engine.offers.business_rules import business_checks
from engine.offers.check import Check
from engine.offers.package import choose_package

NOW = datetime(2025, 6, 1, 9, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def mode(name: str | None, charge: Any = "4.99", **more: Any) -> dict[str, Any]:
    return {"ShippingInformationDeliveryMode": name, "ShippingCharges": charge} | more


HOME = (mode("Tracked"), mode("Registered"))


def checks_of(desk: Any, *rows: Any, **options: Any) -> tuple[Any, tuple[Check, ...]]:
    channel = options.pop("channel", desk.octopia)
    package = options.pop("package", "auto")
    now = options.pop("now", NOW)
    offers = desk.lay(*rows)
    choice = choose_package(package, offers.columns, channel)
    return offers, business_checks(offers.columns, channel, choice, now=now, **options)


def found(desk: Any, *rows: Any, **options: Any) -> list[set[str]]:
    """The codes of each row."""
    offers, checks = checks_of(desk, *rows, **options)
    fails = [(check.code.number, offers.of(check.fails)) for check in checks]
    return [{code for code, where in fails if where[n]} for n in range(len(rows))]


def parts(desk: Any, code: str, row: Any, **options: Any) -> dict[str, Any]:
    offers, checks = checks_of(desk, row, **options)
    (check,) = [c for c in checks if c.code.number == code]
    assert offers.of(check.fails) == [True]
    own = {name: expr for name, expr in check.parts.items() if name not in check.attributes}
    return {name: offers.of(expr)[0] for name, expr in own.items()}


def says(desk: Any, code: str, row: Any, **options: Any) -> str:
    offers, checks = checks_of(desk, row, **options)
    (sentence,) = [c.sentence() for c in checks if c.code.number == code]
    return str(offers.of(sentence)[0])


def test_a_good_offer_breaks_no_rule(desk: Any, lamp: Any, sale: Any) -> None:
    full = sale | {
        "StrikedPrice": "24.90",
        "PriceMustBeAligned": True,
        "MinimumPriceForPriceAlignment": "19.90",
        "ProductPackagingUnit": "Piece",
        "ProductPackagingValue": "1",
        "Comment": "é\n",
    }
    activated = ("Tracked", "REG", "BigParcelEco")
    assert found(desk, lamp, lamp | full, activated=activated) == [set(), set()]
    assert found(desk, lamp, lamp | full, channel=desk.legacy) == [set(), set()]


# changes to the good offer -> the codes it then gives
CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({"StrikedPrice": "19.90"}, {"R301"}),
    ({"StrikedPrice": "19.91"}, set()),
    ({"PriceMustBeAligned": True, "MinimumPriceForPriceAlignment": "19.91"}, {"R302"}),
    ({"PriceMustBeAligned": False, "MinimumPriceForPriceAlignment": "19.91"}, {"R302"}),
    ({"PriceMustBeAligned": True}, {"R303"}),
    ({"PriceMustBeAligned": True, "MinimumPriceForPriceAlignment": None}, {"R303"}),
    ({"PriceMustBeAligned": False}, set()),
    ({"EcoPart": "10", "DeaTax": "9.90"}, set()),
    ({"EcoPart": "10", "DeaTax": "9.91"}, {"R304"}),
    ({"Vat": "0.2"}, {"R326"}),
    ({"Vat": "0.89"}, {"R326"}),
    ({"Vat": "0.9"}, set()),
    ({"Vat": "0"}, set()),
    ({"Vat": "27"}, set()),
    ({"Vat": "27.01"}, {"R327"}),
    ({"ProductPackagingUnit": "Liter"}, {"R320"}),
    ({"ProductPackagingValue": "1"}, {"R320"}),
    ({"ProductPackagingValue": "1", "cleared": ("ProductPackagingUnit",)}, {"R320"}),
    ({"cleared": ("ProductPackagingUnit",)}, set()),
    ({"PreparationTime": 5}, set()),
    ({"PreparationTime": 6}, {"R321"}),
    ({"ProductEan": "3760000000018"}, {"R322"}),
    ({"ProductEan": "3760130000000"}, {"R328"}),
    ({"ProductEan": "3760140000000"}, {"R322"}),
    ({"delivery": (mode("Standard"),)}, {"R312", "R313", "R319"}),
    ({"delivery": (mode("Tracked"),)}, {"R313"}),
    ({"delivery": (mode("Registered"),)}, {"R312"}),
    ({"delivery": (mode("BigParcelEco", "39"),)}, set()),
    ({"delivery": (mode("BigParcelComfort", "39"),)}, {"R313"}),
    ({"delivery": (*HOME, mode("BigParcelEco"))}, {"R314"}),
    ({"delivery": (mode("RelaisColis"),)}, {"R315"}),
    ({"delivery": (*HOME, mode("RelaisColis"))}, set()),
    ({"delivery": (mode("Rim", "0"),)}, set()),
    ({"delivery": (*HOME, mode("Tracked", "1"))}, {"R311"}),
    ({"delivery": (*HOME, mode(None))}, {"R310"}),
    ({"delivery": (*HOME, mode(None, None, AdditionalShippingCharges="1"))}, {"R310"}),
    ({"delivery": (*HOME, mode(None, None))}, set()),
    ({"delivery": (mode("Tracked", None), mode("Registered"))}, {"R310"}),
    ({"delivery": (mode("Tracked", "30"), mode("Registered", "30.01"))}, {"R318"}),
    ({"Price": "5", "delivery": (*HOME, mode("Standard", "4.99"))}, set()),
    ({"Price": "5", "delivery": (*HOME, mode("Standard", "5.00"))}, {"R319"}),
]


@pytest.mark.parametrize(("changes", "wanted"), CASES)
def test_what_each_change_gives(
    desk: Any, lamp: Any, changes: dict[str, Any], wanted: set[str]
) -> None:
    assert found(desk, lamp | changes) == [wanted]


def test_rows_are_told_apart(desk: Any, lamp: Any) -> None:
    rows = [lamp | changes for changes, _ in CASES]
    assert found(desk, *rows) == [wanted for _, wanted in CASES]


@pytest.mark.parametrize("scale", [3, 4])
def test_scales_may_differ(desk: Any, lamp: Any, scale: int) -> None:
    fine = replace(desk, scale=scale)
    rows = [lamp | changes for changes, _ in CASES]
    assert found(fine, *rows) == [wanted for _, wanted in CASES]
    assert found(replace(fine, wide=True), *rows) == [wanted for _, wanted in CASES]


SALES: list[tuple[dict[str, Any], set[str]]] = [
    ({"DiscountComponentEndDate": at("2025-06-25T08:00+02:00")}, {"R305"}),
    ({"DiscountComponentEndDate": at("2025-06-25T08:00:01+02:00")}, set()),
    ({"DiscountComponentDiscountValue": 5}, set()),
    ({"DiscountComponentDiscountValue": 4}, {"R307"}),
    ({"DiscountComponentDiscountValue": None}, {"R308"}),
    ({"DiscountComponentStartDate": None}, {"R309"}),
    ({"DiscountComponentEndDate": at("2025-10-26T02:30+02:00")}, {"R323"}),
    ({"DiscountComponentEndDate": at("2025-10-26T02:30+01:00")}, {"R323"}),
    ({"DiscountComponentEndDate": at("2025-10-26T03:00+01:00")}, set()),
]


@pytest.mark.parametrize(("changes", "wanted"), SALES)
def test_sales(desk: Any, lamp: Any, sale: Any, changes: dict[str, Any], wanted: set[str]) -> None:
    assert found(desk, lamp | sale | changes) == [wanted]


@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2025-06-22T08:00+02:00", False),
        ("2025-06-22T08:00:01+02:00", True),
        ("2025-06-25T07:59+02:00", True),
        ("2025-06-25T08:00+02:00", False),
        ("2025-07-01T08:00+02:00", False),
    ],
)
def test_a_sale_is_sent_three_days_ahead(
    desk: Any, lamp: Any, sale: Any, now: str, *, late: bool
) -> None:
    assert found(desk, lamp | sale, now=at(now)) == [{"R306"} if late else set()]


def test_a_sale_that_lacks_most(desk: Any, lamp: Any) -> None:
    row = lamp | {"DiscountComponentDiscountValue": 20}
    assert parts(desk, "R309", row) == {
        "missing": "DiscountComponentStartDate, DiscountComponentEndDate, "
        "DiscountComponentSalesReferencePrice"
    }
    only_start = lamp | {"DiscountComponentStartDate": at("2025-06-25T08:00+02:00")}
    assert found(desk, only_start) == [{"R308"}]


def test_modes_of_the_seller_s_account(desk: Any, lamp: Any) -> None:
    rows = [
        lamp,
        lamp | {"delivery": (*HOME, mode("Express"))},
        lamp | {"delivery": HOME[:1]},
        lamp | {"delivery": (mode("BigParcelEco"),)},
    ]
    activated = ("TRK", "REG", "MondialRelay", "BigParcelEco", "BigParcelStandard")
    assert found(desk, *rows, activated=activated) == [
        {"R317"},
        {"R316", "R317"},
        {"R313", "R317"},
        {"R317"},
    ]
    assert parts(desk, "R316", rows[1], activated=activated) == {"modes": "Express"}
    assert parts(desk, "R317", rows[2], activated=activated) == {
        "missing": "Registered, MondialRelay"
    }
    assert parts(desk, "R317", rows[3], activated=activated) == {"missing": "BigParcelStandard"}


def test_the_legacy_channel_has_its_own_limits(desk: Any, lamp: Any) -> None:
    rows = [
        lamp | {"delivery": (*HOME, mode("Standard"))},
        lamp | {"Price": "40", "delivery": (*HOME, mode("Standard"))},
        lamp | {"delivery": (mode("Registered"),)},
    ]
    assert found(desk, *rows, channel=desk.legacy) == [set(), {"R319"}, {"R313"}]


def test_what_the_package_cannot_carry(desk: Any, lamp: Any) -> None:
    row = lamp | {"Comment": "a\x0bb"}
    assert found(desk, row) == [{"R325"}]
    assert found(desk, row, package="json") == [{"R324"}]
    assert parts(desk, "R324", row, package="json") == {"lost": "Comment", "package": "json"}
    assert parts(desk, "R325", row) == {"names": "Comment"}


def test_sentences_name_what_they_are_about(desk: Any, lamp: Any) -> None:
    small = lamp | {"delivery": (mode("Express"), mode(None))}
    assert parts(desk, "R312", small) == {"missing": "Tracked"}
    assert parts(desk, "R313", small) == {"missing": "Registered"}
    assert parts(desk, "R310", small) == {
        "problems": "a shipping charge stands without a delivery mode"
    }
    dear = lamp | {"delivery": (mode("Tracked", "31"), mode("Registered", "32"))}
    assert parts(desk, "R318", dear) == {"modes": "Tracked, Registered", "ceiling": "30.00"}
    uncharged = lamp | {"delivery": (mode("Tracked", None), mode("Registered"))}
    assert parts(desk, "R310", uncharged) == {"problems": "Tracked stands without ShippingCharges"}


def test_every_name_in_a_sentence_is_given(desk: Any, lamp: Any, sale: Any) -> None:
    row = lamp | sale | {"StrikedPrice": "30", "PriceMustBeAligned": True, "Comment": "c"}
    row |= {"MinimumPriceForPriceAlignment": "9", "ProductPackagingUnit": "Liter"}
    _, checks = checks_of(desk, row, activated=("Tracked",))
    assert [c.code.number for c in checks] == [f"R{n}" for n in range(301, 329) if n != 324]
    _, forced = checks_of(desk, row, package="json")
    for check in (*checks, *forced):
        named = {name for _, name, _, _ in string.Formatter().parse(check.code.says) if name}
        assert named <= set(check.parts), check.code
        assert set(check.attributes) <= set(desk.attributes), check.code


def test_sentences(desk: Any, lamp: Any, sale: Any) -> None:
    assert says(desk, "R301", lamp | {"StrikedPrice": "19"}) == (
        "StrikedPrice 19.00 EUR is not above Price 19.90 EUR"
    )
    assert says(desk, "R304", lamp | {"EcoPart": "20", "DeaTax": None}) == (
        "Price 19.90 EUR is below the eco taxes in it: EcoPart 20.00 EUR, DeaTax nothing"
    )
    assert says(desk, "R326", lamp | {"Vat": "0.2"}) == (
        "Vat is 0.2%, and no rate above 0 is below 0.9%; is a part of 1 meant, 0.2 for 20%?"
    )
    assert says(desk, "R327", lamp | {"Vat": "55"}) == "Vat is 55%, and no rate is above 27%"
    assert says(desk, "R306", lamp | sale, now=at("2025-06-24T08:00+02:00")) == (
        "the sale starts at 2025-06-25 08:00 Europe/Paris, in less than 72 hours"
    )
    assert says(desk, "R307", lamp | sale | {"DiscountComponentDiscountValue": 4}) == (
        "the sale reduces by 4%, and 5% is the least"
    )
    assert says(desk, "R313", lamp | {"delivery": (mode("Tracked"), mode("Express"))}) == (
        "the offer has Tracked, Express, and Registered is said to be compulsory too"
    )
    assert says(desk, "R321", lamp | {"PreparationTime": 7}) == (
        "PreparationTime is 7 days, and more than 5 days may be refused"
    )
    assert says(desk, "R324", lamp | {"Comment": "Hi"}, package="json") == (
        "a json package cannot carry Comment"
    )


def test_only_what_is_written_is_checked(desk: Any) -> None:
    _, checks = checks_of(desk, {"SellerProductId": "A", "Stock": 3})
    assert [c.code for c in checks] == [codes.TEXT_NOT_WRITABLE]


def test_a_tax_that_no_rule_writes_is_none(desk: Any) -> None:
    row = {"Price": "1", "EcoPart": "2"}
    assert found(desk, row) == [{"R304"}]
    assert parts(desk, "R304", row) == {"DeaTax": "0"}

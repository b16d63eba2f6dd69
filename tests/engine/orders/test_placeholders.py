import pytest

from engine.orders.carriers import carrier_table
from engine.orders.placeholders import placeholders


@pytest.mark.parametrize(
    "written",
    [
        "carrier not available",
        "tracking_number not available",
        "Tracking_URL  Not Available.",
        "not available",
        "n/a",
        "N.A.",
        "",
        "  ",
        "-",
        "???",
        "null",
        "Inconnu",
        "numéro indisponible",
    ],
)
def test_a_text_that_stands_for_nothing(written: str) -> None:
    assert placeholders().hold(written)


@pytest.mark.parametrize(
    "written", ["XY123456789FR", "0", "6A00000000000", "https://t.example.org"]
)
def test_a_text_that_says_something(written: str) -> None:
    assert not placeholders().hold(written)


def test_no_carrier_is_taken_for_a_placeholder() -> None:
    for channel in ("cdiscount", "cdiscount_octopia"):
        table = carrier_table(channel)
        assert table is not None
        assert [label for label in table.labels if placeholders().hold(label)] == []

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.marketplace.channel import load_channels

FOLDER = Path(__file__).parents[3] / "schemas/octopia/channels"


def test_both_channels_of_cdiscount() -> None:
    channels = load_channels(FOLDER)
    assert list(channels) == ["cdiscount", "cdiscount_octopia"]
    octopia = channels["cdiscount_octopia"]
    assert (octopia.sales_channel_id, octopia.currency, octopia.zone) == (
        "CDISFR",
        "EUR",
        "Europe/Paris",
    )
    assert octopia.packages == ("json", "xml")
    assert channels["cdiscount"].packages == ("xml",)
    assert octopia.limit("offers in a JSON upload") == 100
    assert octopia.limit("offers in an XML package") == 40_000
    assert octopia.limit("offers in a lorry") is None


def test_the_portal_s_spelling_of_taxes_is_the_default() -> None:
    octopia = load_channels(FOLDER)["cdiscount_octopia"]
    assert [t.code for t in octopia.taxes.codes.values()] == ["VAT", "Ecotax", "Deatax"]
    assert not octopia.taxes.fraction
    other = octopia.spellings["live-client"]
    assert other.fraction
    assert [(t.code, t.type, t.absent) for t in other.codes.values()] == [
        ("vat", "Rate", None),
        ("ecoTax", "Amount", "0"),
        ("deaTax", "Amount", "0"),
    ]


def test_delivery_rules() -> None:
    delivery = load_channels(FOLDER)["cdiscount"].delivery
    assert [c.mode for c in delivery.compulsory_small] == ["Tracked", "Registered"]
    assert delivery.ceiling is not None
    assert delivery.ceiling.amount == Decimal("30.00")
    assert delivery.standard is not None
    assert (delivery.standard.below, delivery.standard.with_shipping) == (Decimal("40.00"), False)


def write(folder: Path, name: str, **changes: Any) -> None:
    channel = json.loads((FOLDER / "cdiscount.json").read_text()) | changes
    (folder / name).write_text(json.dumps(channel))


def test_a_new_channel_is_a_new_file(tmp_path: Path) -> None:
    write(tmp_path, "a.json")
    write(tmp_path, "b.json", id="elsewhere", currency="PLN")
    assert {c.id: c.currency for c in load_channels(tmp_path).values()} == {
        "cdiscount": "EUR",
        "elsewhere": "PLN",
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": ""}, "`id` is missing"),
        ({"currency": 3}, "`currency` must be a text"),
        ({"packages": [{"name": "csv"}]}, "neither json nor xml"),
        ({"limits": [{"name": "n", "value": 1.5}]}, "whole number"),
        ({"taxes": {"spelling": "portal", "spellings": {}}}, "not among its spellings"),
        ({"delivery": {"ceiling": {"amount": "a lot"}}}, "number in quotes"),
        ({"delivery": {"standard": {"below": "1", "of": "it"}}}, "price or price and shipping"),
        ({"required": {"attributes": "Price"}}, "list of texts"),
        ({"gtin": {"digits": "13"}}, "list of whole numbers"),
        ({"zone": []}, "`zone` must be an object"),
    ],
)
def test_a_broken_channel_stops_with_its_file_and_reason(
    tmp_path: Path,
    changes: dict[str, Any],
    says: str,
) -> None:
    write(tmp_path, "broken.json", **changes)
    with pytest.raises(ProjectError, match=says) as caught:
        load_channels(tmp_path)
    assert str(caught.value).startswith("broken.json: ")


def test_two_of_one_name_and_none_at_all(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no channel files"):
        load_channels(tmp_path)
    write(tmp_path, "a.json")
    write(tmp_path, "b.json")
    with pytest.raises(ProjectError, match="a second channel called `cdiscount`"):
        load_channels(tmp_path)

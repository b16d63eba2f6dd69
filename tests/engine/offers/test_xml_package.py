from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from engine.offers.xml_package import NAMESPACE, offer_xml, write_package

XSD = Path(__file__).parents[3] / "schemas/octopia/offer.xsd"
SCHEMA = etree.XMLSchema(etree.parse(XSD))

LAMP_TEXT = (
    '<Offer SellerProductId="LAMP-1" ProductEan="3760000000017" ProductCondition="6" Price="19.90"'
    ' Vat="20" EcoPart="0.50" DeaTax="0.00" Stock="42" PreparationTime="2">'
    '<Offer.ShippingInformationList><ShippingInformationList Capacity="2">'
    '<ShippingInformation DeliveryMode="Tracked" ShippingCharges="4.99"'
    ' AdditionalShippingCharges="0.50"/>'
    '<ShippingInformation DeliveryMode="Registered" ShippingCharges="6.99"'
    ' AdditionalShippingCharges="1.00"/>'
    "</ShippingInformationList></Offer.ShippingInformationList></Offer>"
)


def written(desk: Any, *rows: Any) -> list[str]:
    offers = desk.lay(*rows)
    texts: list[str] = offers.of(offer_xml(offers.columns, desk.octopia))
    return texts


def package(*offers: str, **options: Any) -> Any:
    content = b"".join(write_package("test", offers, len(offers), **options))
    tree = etree.fromstring(content)
    SCHEMA.assertValid(tree)
    return tree


def test_an_offer_by_hand(desk: Any, lamp: Any) -> None:
    assert written(desk, lamp) == [LAMP_TEXT]
    package(LAMP_TEXT)


def test_all_attributes_of_the_notice(desk: Any, lamp: Any, sale: Any) -> None:
    more = {
        "StrikedPrice": "24.9",
        "PriceMustBeAligned": True,
        "MinimumPriceForPriceAlignment": "17",
        "ProductPackagingUnit": "Liter",
        "ProductPackagingValue": "0.75",
        "Comment": 'A "good" lamp & <more>',
    }
    text = written(desk, lamp | more | sale)[0]
    assert (
        ' StrikedPrice="24.90" Vat="20" EcoPart="0.50" DeaTax="0.00" Stock="42"'
        ' PreparationTime="2" PriceMustBeAligned="Align" MinimumPriceForPriceAlignment="17.00"'
        ' ProductPackagingUnit="Liter" ProductPackagingValue="0.75"'
        ' Comment="A &quot;good&quot; lamp &amp; &lt;more&gt;">'
    ) in text
    assert (
        '<Offer.PriceAndDiscountList><DiscountComponentList Capacity="1">'
        '<DiscountComponent DiscountUnit="1" Type="1" StartDate="2025-06-25T08:00:00"'
        ' EndDate="2025-07-23T00:00:00" SalesReferencePrice="19.90" DiscountValue="20"/>'
        "</DiscountComponentList></Offer.PriceAndDiscountList></Offer>"
    ) in text
    offer = package(text).find(f".//{{{NAMESPACE}}}Offer")
    assert offer.get("Comment") == 'A "good" lamp & <more>'


def test_only_rows_on_sale_have_a_discount(desk: Any, lamp: Any, sale: Any) -> None:
    plain, on_sale = written(desk, lamp, lamp | sale)
    assert plain == LAMP_TEXT
    assert on_sale.count("<DiscountComponent ") == 1


def test_the_list_tells_how_many_entries_it_has(desk: Any, lamp: Any) -> None:
    one = lamp | {"delivery": lamp["delivery"][:1]}
    first, second = written(desk, one, lamp)
    assert 'ShippingInformationList Capacity="1"' in first
    assert first.count("<ShippingInformation ") == 1
    assert second == LAMP_TEXT
    package(first, second)


def test_a_partial_offer_has_no_lists(desk: Any) -> None:
    row = {"SellerProductId": "A", "ProductEan": "3760000000017", "Stock": 3}
    assert written(desk, row) == [
        '<Offer SellerProductId="A" ProductEan="3760000000017" Stock="3"/>'
    ]


def test_lists_that_only_some_rows_have(desk: Any, sale: Any) -> None:
    row = {"SellerProductId": "A", "ProductEan": "3760000000017"}
    plain, on_sale = written(desk, row, row | sale)
    assert plain == '<Offer SellerProductId="A" ProductEan="3760000000017"/>'
    assert on_sale.startswith('<Offer SellerProductId="A" ProductEan="3760000000017"><Offer.Price')
    package(plain, on_sale, package_type="StockAndPrice")


def test_an_explicit_empty_value(desk: Any, lamp: Any) -> None:
    cleared, given_, plain = written(
        desk,
        lamp | {"cleared": ("ProductPackagingUnit",)},
        lamp | {"ProductPackagingUnit": "Kilogram"},
        lamp,
    )
    assert ' ProductPackagingUnit="None"' in cleared
    assert ' ProductPackagingUnit="Kilogram"' in given_
    assert plain == LAMP_TEXT


def test_each_condition_has_its_number(desk: Any, lamp: Any) -> None:
    rows = [lamp | {"ProductCondition": v.rule} for v in desk.attributes["ProductCondition"].values]
    numbers = [etree.fromstring(text).get("ProductCondition") for text in written(desk, *rows)]
    assert numbers == ["6", "1", "2", "3", "4", "5", "7", "8", "9"]


def test_constants_of_a_sale_come_from_the_channel(desk: Any, lamp: Any, sale: Any) -> None:
    unit, kind = desk.octopia.discount
    channel = replace(desk.octopia, discount=(unit, replace(kind, value="3")))
    offers = desk.lay(lamp | sale)
    assert ' Type="3" ' in offers.of(offer_xml(offers.columns, channel))[0]


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
        lambda c: c >= " " or c in "\t\n\r"
    )
)
ROW = st.fixed_dictionaries(
    {"SellerProductId": TEXT.filter(bool), "Price": st.integers(1, 10**12)},
    optional={
        "Comment": TEXT,
        "Stock": st.integers(0, 10**10),
        "PriceMustBeAligned": st.booleans(),
        "ProductPackagingValue": st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-3)),
        "DiscountComponentStartDate": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
            lambda t: t.replace(tzinfo=UTC)
        ),
    },
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROW, min_size=1, max_size=5))
def test_every_attribute_reads_back(desk: Any, lamp: Any, rows: list[dict[str, Any]]) -> None:
    for row, text in zip(rows, written(desk, *(lamp | row for row in rows)), strict=True):
        offer = etree.fromstring(text)
        assert offer.get("SellerProductId") == row["SellerProductId"]
        assert offer.get("Comment") == row.get("Comment")
        assert Decimal(offer.get("Price")) == row["Price"]
        assert offer.get("Stock") == str(row.get("Stock", 42))
        aligned = {True: "Align", False: "DontAlign", None: None}[row.get("PriceMustBeAligned")]
        assert offer.get("PriceMustBeAligned") == aligned
        value = offer.get("ProductPackagingValue")
        assert (None if value is None else Decimal(value)) == row.get("ProductPackagingValue")
        assert len(offer.findall(".//DiscountComponent")) == ("DiscountComponentStartDate" in row)


def test_a_whole_package(desk: Any, lamp: Any) -> None:
    texts = written(desk, lamp, lamp | {"SellerProductId": "LAMP-2"})
    tree = package(*texts, sales_channel_id="OTHER")
    assert tree.get("PurgeAndReplace") == "false"
    assert tree.get("PackageType") == "Full"
    collection = tree.find(f".//{{{NAMESPACE}}}OfferCollection")
    assert collection.get("Capacity") == "2"
    assert [o.get("SellerProductId") for o in collection] == ["LAMP-1", "LAMP-2"]
    assert tree.find(f".//{{{NAMESPACE}}}PublicationPool").get("SalesChannelId") == "OTHER"


def test_a_package_is_written_piece_by_piece() -> None:
    pieces = write_package('a "b" & c', (f'<Offer Stock="{n}"/>' for n in range(2)), 2)
    assert b'Name="a &quot;b&quot; &amp; c"' in next(pieces)
    assert next(pieces) == b'      <Offer Stock="0"/>\n'


def test_a_package_says_how_many_offers_it_holds() -> None:
    with pytest.raises(ValueError, match="1 offers in a package announced with 2"):
        list(write_package("n", ["<Offer/>"], 2))
    with pytest.raises(ValueError, match="package type Everything is none of"):
        list(write_package("n", [], 0, package_type="Everything"))

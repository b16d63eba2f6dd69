"""Eight families of feeds that strangers wrote: what becomes of them, reviewed, and every quirk named."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from checking.kernels import needs_kernels, python_alone
from click.testing import CliRunner
from families.running import AT, CHANNEL, FAMILIES, Ran, rows_text, run_family, summary_text
from lxml import etree
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import feedwright
from engine.offers.results import Outcome
from engine.offers.validation import check_payload
from engine.pipeline import check, run_tests
from engine.project import load_project

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots/families"
OFFER_XSD = etree.XMLSchema(etree.parse(ROOT / "schemas/octopia/offer.xsd"))
FEEDS = {
    "shopify": ("apparel", "home-and-garden", "jewelery"),
    "woocommerce": ("sample", "importer"),
    "magento": ("products",),
    "magento-bags": ("bags",),
    "prestashop": ("combinations",),
    "thirtybees": ("products",),
    "google-atom": ("shopping",),
    "google-retail-jsonl": ("products", "some-invalid"),
    "heureka-zbozi": ("heureka", "zbozi"),
    "openfoodfacts": ("products",),
}
every_feed = pytest.mark.parametrize(
    ("family", "feed"),
    [(family, feed) for family, feeds in FEEDS.items() for feed in feeds],
    ids=lambda name: name,
)
every_family = pytest.mark.parametrize("family", FEEDS)


def outcomes(ran: Ran) -> tuple[int, int, int]:
    return tuple(len(ran.of(o)) for o in (Outcome.OFFER, Outcome.EXCLUDED, Outcome.REJECTED))  # type: ignore[return-value]


def messages(ran: Ran) -> Counter[str]:
    """How many rows give each reason."""
    return Counter(m.message for r in ran.results for m in r.reasons)


# --- all of them --------------------------------------------------------------------------------


@every_family
def test_the_rules_have_no_faults_and_their_tests_pass(family: str) -> None:
    project = load_project(FAMILIES / family)
    checked = check(project)
    assert list(checked.report) == []
    assert checked.ruleset is not None
    results, _, _ = run_tests(project, checked.ruleset, AT)
    assert results
    assert [r for r in results if not r.passed] == []


@every_feed
def test_what_becomes_of_it(family: str, feed: str, snapshot: Snapshot) -> None:
    ran = run_family(family, feed)
    snapshot.snapshot_dir = SNAPSHOTS / family
    snapshot.assert_match(summary_text(ran), f"{feed}.summary.json")
    snapshot.assert_match(rows_text(ran), f"{feed}.rows.jsonl")


@every_feed
def test_every_row_has_one_outcome_and_every_refusal_a_reason(family: str, feed: str) -> None:
    ran = run_family(family, feed)
    assert len(ran.results) == ran.accounting.read == sum(outcomes(ran))
    for result in ran.results:
        stops = [m for m in result.reasons if m.severity == "error"]
        assert bool(stops) is (result.outcome is not Outcome.OFFER)
        assert all(m.message for m in result.reasons)


@every_feed
def test_every_payload_fits_its_schema(family: str, feed: str) -> None:
    for result in run_family(family, feed).offers:
        # A condition without a JSON name goes by XML alone.
        assert (result.payload is not None) or result.package == "xml"
        assert result.payload is None or check_payload(result.payload) == []
        if result.package == "xml":
            assert result.xml is not None
            OFFER_XSD.assertValid(_in_its_namespace(result.xml))


def _in_its_namespace(xml: str) -> Any:
    return etree.fromstring(xml.replace("<Offer ", f'<Offer xmlns="{_namespace()}" ', 1))


def _namespace() -> str:
    return str(etree.parse(ROOT / "schemas/octopia/offer.xsd").getroot().get("targetNamespace"))


@needs_kernels
@every_feed
def test_kernels_change_no_byte(family: str, feed: str, tmp_path: Path) -> None:
    with_kernels = _rendered(family, feed, tmp_path / "with")
    with python_alone():
        assert _rendered(family, feed, tmp_path / "without") == with_kernels


def _rendered(family: str, feed: str, folder: Path) -> list[bytes]:
    """The offers and rejections of a feed."""
    folder.mkdir()
    files = [folder / "offers", folder / "rejections"]
    options = ["--project", FAMILIES / family, "--channel", CHANNEL, "--at", AT.isoformat()]
    written = ["--offers", files[0], "--rejections", files[1]]
    ran = CliRunner().invoke(feedwright, [str(x) for x in ("render", feed, *options, *written)])
    assert ran.exit_code == 0, ran.output
    return [file.read_bytes() for file in files]


@every_feed
def test_render_and_preview_agree_row_for_row(family: str, feed: str, tmp_path: Path) -> None:
    options = ["--project", FAMILIES / family, "--channel", CHANNEL, "--at", AT.isoformat()]
    files = {name: tmp_path / name for name in ("offers", "rejections", "summary")}
    written = [x for name, file in files.items() for x in (f"--{name}", file)]
    runner = CliRunner()
    rendered = runner.invoke(feedwright, [str(x) for x in ("render", feed, *options, *written)])
    assert rendered.exit_code == 0, rendered.output
    preview = [
        *("preview", feed, *options, "--format", "jsonl", "--summary", tmp_path / "previewed")
    ]
    previewed = runner.invoke(feedwright, [str(x) for x in preview])
    assert previewed.exit_code == 0, previewed.output

    summary = json.loads(files["summary"].read_text())
    assert summary == json.loads((tmp_path / "previewed").read_text())
    offers, others = (_lines(files[name].read_text()) for name in ("offers", "rejections"))
    assert (len(offers), len(others)) == (
        summary["outcomes"]["offer"],
        summary["outcomes"]["excluded"] + summary["outcomes"]["rejected"],
    )
    assert len(offers) + len(others) == summary["read"]

    shown = _lines(previewed.stdout)
    assert [_as_rendered(x) for x in shown if x["outcome"] == "offer"] == offers
    names = ("row", "sku", "outcome", "reasons")
    assert [{n: x[n] for n in names} for x in shown if x["outcome"] != "offer"] == others


def _lines(text: str) -> list[dict[str, Any]]:
    """Lines of JSON, numbers as the text they are written in."""
    return [json.loads(x, parse_float=str, parse_int=str) for x in text.splitlines()]


def _as_rendered(shown: dict[str, Any]) -> dict[str, Any]:
    """An offer of a preview as `render` writes it."""
    kept = {n: shown[n] for n in ("row", "sku", "package", "payload", "xml") if n in shown}
    return kept | ({"warnings": shown["reasons"]} if shown["reasons"] else {})


# --- Shopify ------------------------------------------------------------------------------------


def test_shopify_rows_without_numbers_are_refused_and_nothing_is_invented() -> None:
    ran = run_family("shopify", "apparel")
    assert outcomes(ran) == (0, 0, 22)
    assert ran.said(3) == [
        "Classic Varsity Top Medium: no Variant Barcode in the shop, and no EAN in articles.csv",
        "Classic Varsity Top Medium: not weighed, so no delivery mode can be chosen",
        "Classic Varsity Top Medium: no Variant SKU in the shop, and none in articles.csv",
    ]


def test_shopify_pictures_are_left_out_and_line_ends_in_cells_end_no_row() -> None:
    ran = run_family("shopify", "jewelery")
    assert ran.accounting.read == 41
    assert messages(ran)["this row only adds a picture to a product"] == 18
    assert not [m for m in messages(ran) if "Default Title" in m]


def test_shopify_articles_of_our_list_make_offers() -> None:
    ran = run_family("shopify", "home-and-garden")
    assert outcomes(ran) == (7, 0, 14)
    pot, sofa, chair = (ran.offers[i].payload for i in (1, 3, 4))
    assert pot is not None
    assert sofa is not None
    assert chair is not None
    assert pot["sellerExternalReference"] == "POT-CLAY-L"
    assert str(sofa["price"]["originPrice"]) == "750.00"
    assert [str(m["cost"]) for m in sofa["deliveryModes"]] == ["49.00"]  # 62 kg: one mode
    assert chair["quantity"] == 0  # counted: sold out


# --- WooCommerce --------------------------------------------------------------------------------


def test_woocommerce_unknown_stock_is_neither_zero_nor_plenty() -> None:
    ran = run_family("woocommerce", "sample")
    assert [(r.sku, str(r.attributes["Stock"])) for r in ran.offers] == [
        ("cc-hoodie-with-logo", "4"),
        ("cc-beanie", "12"),
        ("cc-belt", "0"),  # counted, and there is none
    ]
    assert ran.said(6) == ["Cap: in stock, and nobody says how many"]


def test_woocommerce_types_stand_alone_or_in_lists() -> None:
    said = messages(run_family("woocommerce", "sample"))
    assert said["a variable product is sold by its variations"] == 2
    assert said["Nothing to ship"] == 2
    assert said["A group is no article"] == 1
    assert said["Sold by another shop"] == 1


def test_woocommerce_a_variation_takes_over_its_parents_name() -> None:
    assert run_family("woocommerce", "importer").said(5) == [
        "Ship Your Idea: no EAN in eans.csv",
        "Ship Your Idea: no SKU",
    ]


def test_woocommerce_dates_with_and_without_a_time() -> None:
    logo = run_family("woocommerce", "importer").offers[0]
    assert (str(logo.attributes["Price"]), str(logo.attributes["StrikedPrice"])) == (
        "18.00",
        "20.00",
    )


# --- Magento ------------------------------------------------------------------------------------


def test_magento_configurable_products_are_never_offers_without_stock() -> None:
    ran = run_family("magento", "products")
    assert outcomes(ran) == (27, 147, 1820)
    assert {str(r.attributes["Stock"]) for r in ran.offers} == {"100"}
    assert ran.said(16) == [
        "A configurable product is sold by its articles, of which it has 15",
    ]


def test_magento_packed_attributes_are_taken_apart() -> None:
    assert run_family("magento", "products").said(17) == [
        "Teton Pullover Hoodie-XS-Black (Black, XS): no EAN in eans.csv"
    ]


def test_magento_cells_of_many_lines_are_lists() -> None:
    ran = run_family("magento-bags", "bags")
    assert outcomes(ran) == (5, 0, 9)
    days = {r.sku: str(r.attributes["PreparationTime"]) for r in ran.offers}
    assert days == {"24-MB01": "2", "24-MB04": "2", "24-UB02": "4", "24-WB01": "2", "24-WB05": "2"}


def test_magento_a_special_price_that_saves_nothing_is_not_shown() -> None:
    prices = {
        r.sku: (str(r.attributes["Price"]), "StrikedPrice" in r.attributes)
        for r in run_family("magento-bags", "bags").offers
    }
    assert prices["24-MB04"] == ("32.00", False)
    assert prices["24-WB05"] == ("24.00", True)


# --- PrestaShop ---------------------------------------------------------------------------------


def test_prestashop_a_stray_cell_refuses_its_row_and_shifts_nothing() -> None:
    first = run_family("prestashop", "combinations").results[0]
    assert first.outcome is Outcome.REJECTED
    assert [(m.code, m.message) for m in first.reasons] == [
        ("R110", "the header has 23 columns, this row has 24 cells")
    ]
    assert first.sku is None


def test_prestashop_an_impact_is_added_before_tax() -> None:
    # MacBook Air: 1500, and 750 for the larger disk, and 20 %.
    offer = run_family("prestashop", "combinations").offers[0]
    assert (offer.row, str(offer.attributes["Price"])) == (21, "2700.00")
    assert str(offer.attributes["EcoPart"]) == "2.00"


def test_prestashop_repeated_references_are_told() -> None:
    assert run_family("prestashop", "combinations").said(22) == [
        (
            "ProductEan 0123457000000 ends as a code does that a spreadsheet rounded: "
            "export the feed anew with its column as text"
        ),
        "the reference RP-MacBookAir80GB-1.6MHz stands in row 21 already",
    ]


def test_prestashop_invented_eans_are_refused_in_either_shop() -> None:
    invented = "EAN13 1234567890123 has a wrong check digit"
    said = messages(run_family("thirtybees", "products"))
    assert sum(count for m, count in said.items() if invented in m) == 3
    assert run_family("thirtybees", "products").accounting.read == 3 + 27  # without, and with


def test_prestashop_discounts_of_the_past_are_over() -> None:
    # 5.5 % off until 2018: an iPod Nano of 16 GB costs 140, and 20 %.
    offer = run_family("thirtybees", "products").offers[0]
    assert str(offer.attributes["Price"]) == "168.00"
    assert "StrikedPrice" not in offer.attributes


# --- Google Shopping ----------------------------------------------------------------------------


def test_google_dollars_are_never_taken_as_euros() -> None:
    ran = run_family("google-atom", "shopping")
    assert outcomes(ran) == (0, 0, 957)
    assert ran.rows_with("R104", "g:price") == 957


def test_google_only_dollars_and_stock_stand_in_the_way(tmp_path: Path) -> None:
    feed = (FAMILIES / "../feeds/google-atom/google-shopping-feed.xml").read_bytes()
    counted = b"</g:gtin><g:quantity>5</g:quantity>"
    mended = tmp_path / "euros.xml"
    mended.write_bytes(
        feed.replace(b" USD</g:price>", b" EUR</g:price>").replace(b"</g:gtin>", counted)
    )
    ran = run_family("google-atom", "shopping", str(mended))
    # 26 codes fail their check digit, one entry has neither code nor reference, three cost nothing.
    rounded = [m for m in messages(ran) if "was it rounded by a spreadsheet?" in m]
    assert len(rounded) == 26
    assert ran.rows_with("R209") == 2
    assert ran.rows_with("R103") == 3
    assert outcomes(ran) == (925, 0, 32)
    assert ran.offers[0].payload is not None
    assert ran.offers[0].payload["product"]["gtin"] == "0013864106276"  # from a UPC of 12 digits


def test_google_titles_that_are_escaped_twice_read_well() -> None:
    assert not [m for m in messages(run_family("google-atom", "shopping")) if "&" in m and ";" in m]


# --- JSON Lines ---------------------------------------------------------------------------------


def test_retail_currency_in_another_place_is_looked_at() -> None:
    ran = run_family("google-retail-jsonl", "products")
    assert outcomes(ran) == (0, 0, 316)
    assert ran.rows_with("R104", "priceInfo.price") == 316
    assert sum("one line for" in m for m in messages(ran).elements()) == 177


def test_retail_an_unknown_availability_is_refused() -> None:
    ran = run_family("google-retail-jsonl", "some-invalid")
    assert ran.accounting.read == 3
    assert ran.rows_with("R107", "availability") == 1


def test_retail_in_euros_prices_below_cost_are_told(tmp_path: Path) -> None:
    feed = (FAMILIES / "../feeds/google-retail-jsonl/products.json").read_bytes()
    mended = tmp_path / "euros.json"
    mended.write_bytes(feed.replace(b'"USD"', b'"EUR"'))
    ran = run_family("google-retail-jsonl", "products", str(mended))
    assert ran.rows_with("R104") == 0
    below = sum("is below the cost" in m for m in messages(ran).elements())
    assert below + ran.rows_with("R103", "priceInfo.price") == 36  # one of them costs nothing
    assert {r.sku for r in ran.offers} == {"GGCOGOAC101259", "GGPRAHPL107110"}


# --- Heureka and Zboží --------------------------------------------------------------------------


def test_heureka_numbers_are_read_as_they_are_written(tmp_path: Path) -> None:
    feed = (FAMILIES / "../feeds/heureka-zbozi/heureka.xml").read_bytes()
    mended = tmp_path / "without-tax.xml"
    mended.write_bytes(feed.replace(b"<PRICE_VAT>6000</PRICE_VAT>", b""))
    prices = [
        r.attributes["Price"]
        for r in run_family("heureka-zbozi", "heureka", str(mended)).results[:3]
    ]
    assert [str(p) for p in prices] == ["6000.00", "6000.60", "6000.60"]  # 5000 and 5 000,50


def test_heureka_a_rate_is_the_same_however_it_is_written() -> None:
    rows = run_family("heureka-zbozi", "zbozi").results
    assert [str(r.attributes["Price"]) for r in rows[:2]] == ["744.00", "744.00"]  # `20`, `0.2`


def test_heureka_a_parameter_is_found_by_its_name() -> None:
    ran = run_family("heureka-zbozi", "heureka")
    assert ran.said(6) == ["A tester is not for sale"]
    assert messages(ran)["A tester is not for sale"] == 1


def test_heureka_stock_is_joined_and_a_key_that_stands_twice_is_refused() -> None:
    ran = run_family("heureka-zbozi", "heureka")
    stock = {r.sku: str(r.attributes["Stock"]) for r in ran.offers}
    assert stock == {
        "6417182041488": "3",
        "9788072579525": "1",
        "4024063261297": "16",
        "3286347876912": "0",
    }
    assert ran.said(12) == ["2 rows of stock.csv have the EAN of this row"]


def test_heureka_a_used_book_is_used() -> None:
    offer = run_family("heureka-zbozi", "heureka").offers[1]
    assert (offer.sku, offer.attributes["ProductCondition"]) == ("9788072579525", "GoodState")


def test_zbozi_items_in_comments_are_none() -> None:
    assert run_family("heureka-zbozi", "zbozi").accounting.read == 5


def test_zbozi_a_date_is_no_number_of_days() -> None:
    assert "Světélkující podložka pod myš: 2011-11-11 is no delivery time" in run_family(
        "heureka-zbozi", "zbozi"
    ).said(5)


# --- Open Food Facts ----------------------------------------------------------------------------


def test_food_products_outside_our_list_make_no_offer() -> None:
    ran = run_family("openfoodfacts", "products")
    assert outcomes(ran) == (6, 636, 828)
    assert ran.said(3)[0].startswith("The glace saveur peche: not in our assortment")


def test_food_zeros_come_back_from_the_address() -> None:
    ran = run_family("openfoodfacts", "products")
    assert [r.sku for r in ran.offers if str(r.sku).startswith("00000")] == [
        "0000000148214",
        "0000020450717",
    ]
    notation = [m for m in messages(ran) if "E+11" in m]
    assert notation
    assert all("the address 0" in m for m in notation)


def test_food_columns_that_stand_twice_are_told() -> None:
    notes = run_family("openfoodfacts", "products").notes
    assert "encoding utf-8, by its byte-order mark" in notes
    assert "columns that stand twice are numbered: '#NAME?'" in notes

"""What the checker says, word for word, where the words were chosen with care."""

from pathlib import Path

import pytest
from checking.shop import CHANNELS, Shop, applied, marked

from engine.diagnostics.terminal import as_text

ROOT = Path(__file__).parents[3]
SAMPLE = (ROOT / "rules/offers.rules").read_text(encoding="utf-8")
MILESTONE = "milestone octopia_switch = 2025-07-29 10:00 Europe/Paris"


@pytest.fixture
def sample(tmp_path: Path) -> Shop:
    """The sample's tables, beside rules that differ from the sample's."""
    tables = ROOT / "rules/tables"
    (tmp_path / "tables").mkdir()
    for table in tables.iterdir():
        (tmp_path / "tables" / table.name).write_bytes(table.read_bytes())
    return Shop(tmp_path)


def words(shop: Shop, text: str, code: str) -> str:
    """The diagnostics with `code`, as the terminal shows them, without the closing line."""
    report = shop.report(text)
    report.diagnostics = [d for d in report.diagnostics if d.code.number == code]
    return as_text(report).rsplit("\n\n", 1)[0]


def test_an_unknown_field(sample: Shop) -> None:
    text = SAMPLE.replace("full_price  = price_excl_vat *", "full_price  = prix_ht *")
    assert (
        words(sample, text, "N101")
        == """\
error[N101]: the product has no field `prix_ht`
  a.rules:30:21
   30 |   let full_price  = prix_ht * (100% + vat_rate) rounded half up to 0.01 EUR
      |                     ^^^^^^^ not in schemas/product.schema.json
  help: did you mean `price_excl_vat`? (its title in the schema is "Prix HT")   [choice]"""
    )


def test_a_table_without_a_row_for_what_is_missing(sample: Shop) -> None:
    require = next(line for line in SAMPLE.split("\n") if "require weight present" in line)
    shown = words(sample, SAMPLE.replace(require, ""), "X501")
    assert "`weight` may be missing, and this table has no row for that\n  a.rules:63:7" in shown
    assert "^^^^^^ optional in schemas/product.schema.json, line 77\n" in shown
    assert "note: ShippingInformationDeliveryMode is required on cdiscount and cdiscount_" in shown
    assert (
        'help: add a row `| missing || ... |`, or `require weight present else reject "..."`'
        in (shown)
    )


def test_an_abbreviation_of_winter_in_summer(sample: Shop) -> None:
    text = SAMPLE.replace(MILESTONE, MILESTONE.replace("Europe/Paris", "CET"))
    assert (
        words(sample, text, "D402")
        == """\
warning[D402]: "10:00 CET" on 29 July is 11:00 on Paris clocks
  a.rules:9:28
    9 | milestone octopia_switch = 2025-07-29 10:00 CET
      |                            ^^^^^^^^^^^^^^^^^^^^ CET is +1 h; Paris is on CEST that day
  help: write `2025-07-29 10:00 Europe/Paris` (08:00 UTC)   [choice]
  help: write `2025-07-29 11:00 Europe/Paris` (09:00 UTC)   [choice]"""
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "let x = weight * weight",
            "a weight and a weight cannot be combined by `*`",
        ),
        ("let x = weight + 3 l", "a weight and a volume do not mix"),
        ("let x = price_excl_vat + 3 USD", "an amount in EUR and an amount in USD do not mix"),
        ("let x = price_excl_vat * cost_price", "money is not multiplied by money"),
        ("let x = -brand", "a minus sign and a text cannot be combined"),
        ('let x = brand > "a"', "a text and a text cannot be ordered by `>`"),
        ("let x = brand is 3", "a text and a whole number cannot be compared"),
        ("let x = 1 month > 30 days", "months have no fixed number of days"),
        ("let x = sale_start < now", "a date is compared with an instant"),
        ("let x = sale_start + 3 hours", "a date and hours cannot be combined"),
        ("let x = take fee from fees for brand", "there is no table `fees`"),
        ("Price = 3.00 EUR", "`Price` is set twice for cdiscount and cdiscount_octopia"),
        (
            "StrikedPrice = list_price",
            "`list_price` may be missing, and nothing says what then",
        ),
        ("Comment = inherited", None),
    ],
)
def test_one_mistake_one_sentence(shop: Shop, body: str, says: str | None) -> None:
    told = [d.says for d in shop.told(body)]
    assert len(told) == 1
    assert says is None or told == [says]


def test_what_fails_is_not_missing(shop: Shop) -> None:
    """`default` after a division: one message, whose edit is all that is needed."""
    body = (
        "let ratio = price_excl_vat / cost_price default 0\n"
        'require ratio > 1 else reject "No margin"'
    )
    text = shop.text(body)
    (told,) = shop.of(text)
    assert told.code.number == "X507"
    assert applied(text, told.helps[0]) == shop.text(body.replace("default", "on error"))
    assert shop.of(applied(text, told.helps[0])) == []


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("price_excl_vat * 1.333", "price_excl_vat * 1.333 rounded half up to 0.01 EUR"),
        (
            "list_price * 1.333 default omit",
            "list_price * 1.333 rounded half up to 0.01 EUR default omit",
        ),
        (
            '\nwhen brand is "A" then price_excl_vat * 1.333\notherwise Price',
            (
                '\nwhen brand is "A" then price_excl_vat * 1.333 rounded half up to 0.01 EUR\n'
                "otherwise Price"
            ),
        ),
    ],
)
def test_rounding_is_written_where_it_is_needed(shop: Shop, value: str, rounded: str) -> None:
    text = shop.text(f"StrikedPrice = {value}")
    (told,) = shop.of(text)
    assert told.code.number == "M303"
    mended = applied(text, told.helps[0])
    assert mended == shop.text(f"StrikedPrice = {rounded}")
    assert shop.of(mended) == []


def test_a_name_in_a_sentence_is_marked_by_itself(shop: Shop) -> None:
    body = 'require weight present else reject "No weight: {title}, {titel}, {}"'
    text = shop.text(body)
    # `title` may be missing, and a sentence says so by leaving it out.
    first, second = shop.of(text)
    assert (first.code.number, marked(text, first)) == ("N101", "titel")
    assert applied(text, first.helps[0]) == shop.text(body.replace("{titel}", "{title}"))
    assert second.says == "the name of a value is missing here"


def test_a_close_name_and_no_random_neighbour(shop: Shop) -> None:
    (told,) = shop.told("StrikedPrice = lst_price default omit")
    assert [h.says.split("`")[1] for h in told.helps] == ["list_price"]
    (told,) = shop.told("PriceMustBeAligned = yess\nMinimumPriceForPriceAlignment = omit")
    assert [h.says for h in told.helps] == ["did you mean `yes`?"]
    (told,) = shop.told("Comment = quite_something_else")
    assert [h.says for h in told.helps] == ["fields stand in schemas/product.schema.json"]


def test_the_zone_alone_is_marked(shop: Shop) -> None:
    text = shop.text().replace("timezone Europe/Paris", "timezone Europe/Pari")
    (told,) = shop.of(text)
    assert marked(text, told) == "Europe/Pari"
    assert applied(text, told.helps[0]) == shop.text()


def test_what_every_offer_lacks_is_said_once_and_at_the_mapping(shop: Shop) -> None:
    override = "override offer for cdiscount from 2025-09-01 00:00 Europe/Paris\n  Stock = 4\nend"
    text = shop.text(without=("Price",), beside=override)
    (told,) = shop.of(text)
    assert told.says == "`Price` is required on cdiscount and cdiscount_octopia and never set"
    assert marked(text, told) == "mapping offer for cdiscount, cdiscount_octopia"


@pytest.mark.parametrize(
    ("name", "body", "beside"),
    [
        ("Price", "Pricee = 10.00 EUR", ""),
        ("Price", 'Pricee = 10.00 EUR\nrequire Price > 1.00 EUR else reject "{Price}"', ""),
        ("ShippingInformationDeliveryMode", 'ShippingInformationDeliverMode = "Tracked"', ""),
        (
            "Stock",
            "Stok = 3",
            "override offer for cdiscount from 2025-09-01 00:00 Europe/Paris\n  Stock = 4\nend",
        ),
    ],
)
def test_what_a_misspelt_attribute_leaves_unset_is_not_told(
    shop: Shop, name: str, body: str, beside: str
) -> None:
    text = shop.text(body, without=(name,), beside=beside)
    (told,) = shop.of(text)
    assert (told.code.number, told.helps[0].says) == ("N102", f"did you mean `{name}`?")
    assert shop.of(applied(text, told.helps[0])) == []


def test_an_attribute_that_no_name_comes_close_to_is_told(shop: Shop) -> None:
    told = shop.told("Quantity = 5", without=("Stock",))
    assert [d.code.number for d in told] == ["V701", "N102"]


def test_another_channel_without_the_attribute_is_told(shop: Shop) -> None:
    only = "mapping offer for cdiscount"
    text = shop.text("Pricee = 10.00 EUR", without=("Price",))
    first = text.replace(f"{only}, cdiscount_octopia", only)
    mapping = first[first.index(only) :].replace("Pricee", "Comment").replace("10.00 EUR", '"x"')
    told = shop.of(first + mapping.replace(only, f"{only}_octopia"))
    assert [(d.code.number, d.says) for d in told] == [
        ("N102", "offers have no attribute `Pricee`"),
        ("V701", "`Price` is required on cdiscount_octopia and never set"),
    ]


@pytest.mark.parametrize(
    ("channels", "says"),
    [
        (CHANNELS.replace("send offers manually", "send ofers manually"), "window to send `ofers`"),
        (CHANNELS.replace("every 1 hour", "every 0 hours"), "`every` takes a time above 0"),
        (CHANNELS.replace("manually", "manually every 1 hour"), "cannot be read from `every`"),
        (CHANNELS.replace("send offers manually", "edit mapping"), "window to edit `mapping`"),
        (
            CHANNELS.replace(
                "channel cdiscount\n", "channel cdiscount extends cdiscount_octopia\n"
            ).replace(
                "channel cdiscount_octopia\n", "channel cdiscount_octopia extends cdiscount\n"
            ),
            "these channels extend each other: cdiscount → cdiscount_octopia → cdiscount",
        ),
        (
            f"{CHANNELS}milestone late = to be confirmed\nmilestone late = to be confirmed",
            "`late` is declared twice as a milestone",
        ),
    ],
)
def test_channels_and_their_windows(shop: Shop, channels: str, says: str) -> None:
    (told,) = shop.told(channels=channels)
    assert says in told.says


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mapping offers for", "mapping offer for"),
        ("read prduct using", "read product using"),
        ("write offers using", "write offer using"),
    ],
)
def test_what_is_read_written_and_mapped(shop: Shop, typed: str, meant: str) -> None:
    text = shop.text().replace(meant, typed)
    (told,) = shop.of(text)
    assert told.code.number == "N103"
    assert applied(text, told.helps[0]) == shop.text()


def test_a_result_that_the_table_does_not_say_it_decides(shop: Shop) -> None:
    table = (
        'decide {} by first row that fits\n| brand || Stock | Comment |\n| any || 3 | "x" |\nend'
    )
    text = shop.text(table.format("Stock"), without=("Stock",))
    (told,) = shop.of(text)
    assert marked(text, told) == "Comment"
    mended = applied(text, told.helps[0])
    assert mended == shop.text(table.format("Stock, Comment"), without=("Stock",))
    assert shop.of(mended) == []


def test_a_table_that_is_not_there(shop: Shop) -> None:
    """How one is added: a line in the rules, and a file."""
    take = "Comment = take note from notes for brand default omit"
    (told,) = shop.told(take)
    adding = [
        'to add it, write `table notes from "tables/notes.csv" key brand` above the mappings; no setting is needed',
        "make the file tables/notes.csv: its first line names the columns, such as `brand,note`, and each further line is a row",
    ]
    assert [h.says for h in told.helps] == adding
    other = 'table fees key brand\n  | brand || fee      |\n  | "A"   || 1.00 EUR |\nend'
    (told, *_) = shop.told(take, beside=other)
    assert [h.says for h in told.helps] == ["there are: `fees`", *adding]


def test_the_file_of_a_table_that_is_not_there(shop: Shop) -> None:
    declared = 'table notes from "tables/notes.csv" key brand'
    take = "Comment = take note from notes for brand default omit"
    (told,) = shop.told(take, beside=declared)
    assert told.says == "there is no file `tables/notes.csv`"
    assert [h.says for h in told.helps] == [
        "make the file tables/notes.csv: its first line names the columns, such as `brand,value`, and each further line is a row",
        "it is looked for beside a.rules, and in the project's folder",
    ]
    file = shop.files.project.root / "tables/notes.csv"
    file.parent.mkdir()
    file.write_text("brand,note\nLumeo,Lamp\n", encoding="utf-8")
    assert shop.told(take, beside=declared) == []

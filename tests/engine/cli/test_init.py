"""`feedwright init`: what it makes checks, tests and previews at once, and it overwrites nothing."""

import json
import re
from pathlib import Path

import pytest
from conftest import Feedwright

ROOT = Path(__file__).parents[3]
EAN = "3760123450010"
AT = ("--at", "2026-01-05T09:00+01:00")
# The offers of the shop that was drafted for; feeds of strangers lack what no draft may guess.
FEEDS = {
    "samples/catalogue.csv": 320,
    "tests/feeds/google-atom/google-shopping-feed.xml": 957,
    "tests/feeds/google-retail-jsonl/products.json": 316,
    "tests/feeds/heureka-zbozi/heureka.xml": 18,
    "tests/feeds/magento/products_gear_bags.csv": 14,
    "tests/feeds/prestashop/products_import.csv": 7,
    "tests/feeds/shopify/apparel.csv": 22,
    "tests/feeds/woocommerce/importer_sample.csv": 7,
}


def summary(feedwright: Feedwright, folder: Path) -> dict[str, int]:
    """The counts of a first preview, which must pass after a check, a test and a look at the form."""
    for words in (("check", "--strict"), ("test",), ("fmt", "--check"), ("schema",)):
        ran = feedwright(*words, cwd=folder)
        assert ran.code == 0, (words, ran.out, ran.err)
    ran = feedwright("preview", "catalogue", *AT, "--summary", "counts.json", cwd=folder)
    assert ran.code == 0, ran.err
    counts = json.loads((folder / "counts.json").read_text())
    return {"read": counts["read"], **counts["outcomes"]}


def test_without_a_feed(feedwright: Feedwright, tmp_path: Path) -> None:
    ran = feedwright("init", "shop", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    shop = tmp_path / "shop"
    assert (shop / ".gitignore").read_text() == "var/\n"
    assert (shop / "tables").is_dir()
    counts = summary(feedwright, shop)
    assert (counts["read"], counts["offer"], counts["rejected"]) == (4, 3, 1)


@pytest.mark.parametrize("feed", FEEDS)
def test_from_a_feed(feed: str, feedwright: Feedwright, tmp_path: Path) -> None:
    ran = feedwright("init", "shop", "--from", str(ROOT / feed), cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    shop = tmp_path / "shop"
    assert (shop / "samples" / Path(feed).name).read_bytes() == (ROOT / feed).read_bytes()
    counts = summary(feedwright, shop)
    assert counts.pop("read") == FEEDS[feed] == sum(counts.values())
    if "Mapped to nothing" in ran.out:
        assert "  # Column `" in (shop / "rules/offers.rules").read_text()
    if "To fill in" in ran.out:
        assert counts["offer"] == 0
        assert "FILL IN" in (shop / "rules/offers.rules").read_text()


@pytest.mark.parametrize(
    "head",
    [
        "SKU;EAN;;;Prix TTC;TVA;Stock",
        "SKU;EAN;;Nom;Prix TTC;TVA;Stock;",
        "Catalogue du 01/06/2025;;;;;;",
    ],
)
def test_columns_may_have_no_name(head: str, feedwright: Feedwright, tmp_path: Path) -> None:
    end = ";" * (head.count(";") - 6)
    rows = "".join(f"A{n};3760123450010;x;y;12,50;20;3{end}\n" for n in range(4))
    (tmp_path / "feed.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    ran = feedwright("init", "shop", "--from", "feed.csv", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    schema = json.loads((tmp_path / "shop/schemas/product.schema.json").read_text())
    columns = [field["x-column"] for field in schema["properties"].values()]
    assert "column 3" in columns
    assert "column 8" not in columns  # what stands behind the last delimiter is none
    assert summary(feedwright, tmp_path / "shop")["read"] == 4


def test_the_sample_shop_sells_at_once(feedwright: Feedwright, tmp_path: Path) -> None:
    ran = feedwright("init", ".", "--from", str(ROOT / "samples/catalogue.csv"), cwd=tmp_path)
    assert "names no currency: its amounts are taken as EUR" in ran.out
    rules = (tmp_path / "rules/offers.rules").read_text()
    assert "column `Prix HT`" in rules
    assert "price_excl_vat * (100% + vat_rate) rounded half up to 0.01 EUR" in rules
    assert "expect Price = 104.70 EUR" in rules  # 87,25 and 20 % in the first row
    fields = json.loads((tmp_path / "schemas/product.schema.json").read_text())["properties"]
    assert fields["price_excl_vat"]["x-decimal-mark"] == ","
    assert fields["debut_soldes"]["x-date-pattern"] == "dd/MM/yyyy"
    assert summary(feedwright, tmp_path)["offer"] == 304


def test_what_the_feed_does_not_say_is_told(feedwright: Feedwright, tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("Référence;Marque\nA-1;Lumeo\n")
    ran = feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path)
    assert ran.code == 0
    for attribute in ("ProductEan", "Price", "Vat", "Stock"):
        assert f"  {attribute}: no column of the feed" in ran.out
    assert not (tmp_path / "samples/feed.csv").exists()  # it is in the project already
    assert summary(feedwright, tmp_path)["rejected"] == 1


def test_encoding_and_delimiter_are_written_down(feedwright: Feedwright, tmp_path: Path) -> None:
    text = "Référence\tEAN\tPrix TTC\tTVA\tStock\nÉ1\t3760123450010\t12,50 €\t20\t3\n"
    (tmp_path / "feed.csv").write_bytes(text.encode("cp1252"))
    assert feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path).code == 0
    settings = (tmp_path / "feedwright.yaml").read_text()
    assert 'encoding: "cp1252"' in settings
    assert 'delimiter: "tab"' in settings
    assert "encoding cp1252 taken" in settings
    assert summary(feedwright, tmp_path)["read"] == 1


@pytest.mark.parametrize(
    "name", ["feedwright.yaml", "rules/offers.rules", "schemas/product.schema.json"]
)
def test_nothing_is_overwritten(name: str, feedwright: Feedwright, tmp_path: Path) -> None:
    mine = tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    ran = feedwright("init", ".", cwd=tmp_path)
    assert ran.code == 2
    assert f"there is already {name}; nothing was written" in ran.err
    assert mine.read_text() == "mine"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [mine]


def test_a_gitignore_of_before_is_kept(feedwright: Feedwright, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.tmp\n")
    ran = feedwright("init", cwd=tmp_path)
    assert ran.code == 0
    assert (tmp_path / ".gitignore").read_text() == "*.tmp\n"
    assert "it should hold the line `var/`" in ran.out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.csv", None, "none.csv: No such file"),
        ("empty.csv", b"", "the feed is empty"),
        ("head.csv", b"a;b\n", "no readable record in it to draft from"),
        ("title.csv", b"Catalogue\nSKU;EAN\nA;1\n", "seems to stand in line 2: `SKU`, `EAN`. Take"),
        ("feed.pdf", b"%PDF-1.4", "its ending tells no format"),
        ("feed.xml", b"<shop></shop>", "no repeated element found"),
        ("feed.xlsx", b"PK nothing", "not a readable workbook"),
        ("feed.jsonl", b"not json\n", "no record in it to draft from"),
    ],
)
def test_an_unreadable_feed(
    name: str, content: bytes | None, said: str, feedwright: Feedwright, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ran = feedwright("init", "shop", "--from", name, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "shop").exists()
    assert feedwright("init", "shop", "--from", "-", cwd=tmp_path).code == 2


def test_rows_are_numbered_as_the_preview_numbers_them(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    """The first row is broken, and still counted."""
    rows = "A1;too;few\n" + "".join(f"A{n};{EAN};12,50;20;3\n" for n in (2, 3))
    text = f"SKU;EAN;Prix TTC;TVA;Stock\n{rows}A4;{EAN};sur devis;20;many\n"
    (tmp_path / "feed.csv").write_text(text)
    ran = feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path)
    assert "column `Prix TTC` does not read as plain numbers: “sur devis” in row 4;" in ran.out
    assert summary(feedwright, tmp_path)["rejected"] == 4


def test_remedies_for_odd_cells_work_as_they_are_told(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    """Only the row with the odd cell is rejected then."""
    rows = f"A2;{EAN};12,50;20;3\nA3;{EAN};9,90 EUR;20;0\nA4;{EAN};sur devis;20;many\n"
    (tmp_path / "feed.csv").write_text(f"SKU;EAN;Prix TTC;TVA;Stock\n{rows}")
    ran = feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path)
    told = [line for line in ran.out.splitlines() if "give the field" in line]
    assert len(told) == 2
    for line in told:
        remedy = re.search(
            r'give the field `(\w+)` in \S+ (.*) instead of ("type": "string").* write `((\w+) = .*?)`',
            line,
        )
        assert remedy, line
        field, kind, plain, written, attribute = remedy.groups()
        form = tmp_path / "schemas/product.schema.json"
        read = json.loads(form.read_text())
        assert json.loads(f"{{{plain}}}").items() <= read["properties"][field].items()
        del read["properties"][field]["type"]
        read["properties"][field] |= json.loads(f"{{{kind}}}")
        if "name it in `required`" in line:
            read["required"].append(field)
        form.write_text(json.dumps(read))
        rules = tmp_path / "rules/offers.rules"
        lines = rules.read_text()
        rules.write_text(re.sub(rf"(?m)^  {attribute} *= reject .*$", f"  {written}", lines))
    assert feedwright("check", cwd=tmp_path).code == 0
    ran = feedwright("preview", "catalogue", *AT, "--summary", "counts.json", cwd=tmp_path)
    outcomes = json.loads((tmp_path / "counts.json").read_text())["outcomes"]
    assert (outcomes["offer"], outcomes["rejected"]) == (2, 1), ran.out


def test_a_default_for_what_is_empty_somewhere_stays(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    rows = f"A1;{EAN};10,00;20;3\nA2;{EAN};10,00;;3\nA3;;10,00;20;3\n"
    (tmp_path / "feed.csv").write_text(f"SKU;EAN;Prix HT;TVA;Stock\n{rows}")
    assert feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path).code == 0
    assert summary(feedwright, tmp_path)["rejected"] == 2
    file = tmp_path / "rules/offers.rules"
    default = re.search(r"`(\(vat_rate default .*?\))`", file.read_text())
    assert default
    kept = re.sub(r"(?m)^ *require vat_rate present .*\n", "", file.read_text())
    file.write_text(re.sub(r"\bvat_rate\b(?! default)", default[1], kept))
    for words in (("lint", "--fix"), ("check",)):
        assert feedwright(*words, cwd=tmp_path).code == 0
    assert "Vat     = vat_rate default 20%" in file.read_text()
    ran = feedwright("preview", "catalogue", *AT, "--format", "jsonl", cwd=tmp_path)
    offers = [json.loads(line) for line in ran.out.splitlines()]
    assert [o["attributes"]["Price"] for o in offers[:2]] == [12.0, 12.0]


def test_examples_in_comments_can_be_taken_over(feedwright: Feedwright, tmp_path: Path) -> None:
    """All of them at once: the rules check, and offers say what the columns say."""
    head = "SKU;EAN;Prix TTC;TVA;Disponibilité;État;Actif;Prix promo"
    cells = [
        "12,50;20;en stock;neuf;oui;9,90",
        "12,50;20;épuisé;neuf;oui;",
        "12,50;20;;neuf;non;",
        "12,50;20;en stock;occasion;oui;9,90",
    ]
    rows = "".join(f"A{n};{EAN};{row}\n" for n, row in enumerate(cells, 1))
    (tmp_path / "feed.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    ran = feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path)
    assert "  Stock: column `Disponibilité` says whether there is stock" in ran.out
    assert "  ProductCondition: column `État` does not say new of all products" in ran.out
    for line in ("Prix promo: may hold the", "Actif: may say which"):
        assert f"  {line}" in ran.out
    assert summary(feedwright, tmp_path)["rejected"] == 4
    file = tmp_path / "rules/offers.rules"
    text = re.sub(r"(?m)^test (.|\n)*", "", file.read_text())
    taken = re.findall(r"(?m)^  #   ( *)(\w.*)$", text)
    for attribute in [words.split()[0] for gap, words in taken if not gap]:
        text = re.sub(rf"(?m)^  {attribute} +=.*\n", "", text)
    file.write_text(re.sub(r"(?m)^  #   (?= *\w)", "  ", text))
    assert feedwright("fmt", cwd=tmp_path).code == 0
    assert feedwright("check", cwd=tmp_path).code == 0, feedwright("check", cwd=tmp_path).out
    ran = feedwright("preview", "catalogue", *AT, "--format", "jsonl", cwd=tmp_path)
    offers = [json.loads(line) for line in ran.out.splitlines()][:4]
    assert [o["outcome"] for o in offers] == ["offer", "offer", "excluded", "rejected"]
    assert [o["attributes"]["Price"] for o in offers[:2]] == [9.9, 12.5]
    assert [o["attributes"]["Stock"] for o in offers[:2]] == [1, 0]


def test_only_what_has_an_example_is_listed(feedwright: Feedwright, tmp_path: Path) -> None:
    rows = f"A1;{EAN};12.50 USD;20;3;;9.90 USD\n"
    text = f"SKU;EAN;price;TVA;Stock;Condition;Sale price\n{rows}"
    (tmp_path / "feed.csv").write_text(text)
    ran = feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path)
    assert "Mapped to nothing" not in ran.out
    assert "Column `" not in (tmp_path / "rules/offers.rules").read_text()


def test_an_odd_cell_of_a_column_that_is_only_named_rejects_nothing(
    feedwright: Feedwright, tmp_path: Path
) -> None:
    rows = "".join(f"A{n};{EAN};12,50;20;3;9,90\n" for n in range(19))
    text = f"SKU;EAN;Prix TTC;TVA;Stock;Prix promo\n{rows}A20;{EAN};12,50;20;3;voir site\n"
    (tmp_path / "feed.csv").write_text(text)
    assert feedwright("init", ".", "--from", "feed.csv", cwd=tmp_path).code == 0
    assert summary(feedwright, tmp_path)["offer"] == 20

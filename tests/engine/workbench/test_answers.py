"""What the workbench answers: what the commands say, of texts as they are typed."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
from click.testing import CliRunner
from serving.bench import AT, Page

from engine.cli.main import feedwright
from engine.language.keywords import KEYWORDS
from engine.workbench.rows import shortened

OFFERS = "rules/offers.rules"


def commanded(page: Page, *words: str) -> str:
    result = CliRunner().invoke(feedwright, [*words, "--project", str(page.root)])
    return result.stdout


def test_the_page_is_told_what_there_is(page: Page) -> None:
    told = page.get("/api/project").json()
    assert told["rules"] == [OFFERS, "rules/orders.rules"]
    assert set(told["rules"]) < set(told["files"])
    assert "rules/tables/units.csv" in told["files"]
    assert not [name for name in told["files"] if name.startswith("schemas/")]
    assert told["feeds"] == ["catalogue"]
    assert told["words"]["keywords"] == sorted(KEYWORDS.values())
    assert "StrikedPrice" in told["words"]["attributes"]
    assert "shorten" in told["words"]["functions"]


def test_the_preview_is_what_the_command_gives(page: Page) -> None:
    told = page.preview()
    lines = commanded(
        page,
        "preview",
        "catalogue",
        "--channel",
        "cdiscount_octopia",
        "--at",
        AT,
        "--format",
        "jsonl",
    )
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines()]
    columns = told["columns"]
    assert columns["number"] == [row["row"] for row in rows]
    assert columns["sku"] == [row["sku"] for row in rows]
    assert columns["outcome"] == [row["outcome"] for row in rows]
    assert [json.loads(r) if r else [] for r in columns["reasons"]] == [
        row["reasons"] for row in rows
    ]
    shown = {
        name: column[4] for name, column in told["attributes"].items() if column[4] is not None
    }
    assert set(shown) == set(rows[4]["attributes"])
    assert (shown["Price"], shown["Vat"], shown["PreparationTime"]) == (
        "114.20 EUR",
        "20%",
        "2 days",
    )
    assert shown["ShippingInformationDeliveryMode"] == "Tracked, Registered"
    assert told["sentence"].startswith("320 rows read = ")
    assert told["whole"]


def test_what_is_typed_counts_and_nothing_is_written(page: Page) -> None:
    text = page.text(OFFERS)
    typed = text.replace("max(0, inherited - 2)", "max(0, inherited - 5)")
    assert typed != text
    saved, changed = page.preview(), page.preview({OFFERS: typed})
    pairs = list(zip(saved["attributes"]["Stock"], changed["attributes"]["Stock"], strict=True))
    known = [(int(a), int(b)) for a, b in pairs if a is not None]
    assert len(known) > 200
    assert all(b == max(0, a - 3) for a, b in known if a > 0)
    assert page.preview() == saved
    assert page.text(OFFERS) == text


def test_what_only_the_whole_feed_shows_is_told_of_the_whole_feed(page: Page) -> None:
    typed = page.text(OFFERS).replace(
        "  require weight",
        '  exclude when brand is "LUMEO" because "sold out"\n  require weight',
        1,
    )
    remark = 'no row has `brand` "LUMEO" (rules/offers.rules:'
    assert any(note.startswith(remark) for note in page.preview({OFFERS: typed})["notes"])
    assert not any(remark in note for note in page.preview({OFFERS: typed}, rows=100)["notes"])
    question = {"feed": "catalogue", "channel": "cdiscount_octopia", "at": AT}
    counted = page.ask("count", texts={OFFERS: typed}, **question)
    assert [one.startswith(remark) for one in counted["remarks"]] == [True]


def test_tables_count_as_they_are_typed(page: Page) -> None:
    name = "rules/tables/brand_policy.csv"
    table = page.text(name)
    found = page.ask("check", name=name, texts={name: table + "too,many,cells,in,this,row\n"})
    assert [
        (one["file"], one["code"]) for one in found["diagnostics"] if one["severity"] == "error"
    ] == [(name, "S973")]
    assert not found["well"]
    assert page.ask("check", name=name, texts={name: table + "\n"})["well"]


def test_only_so_many_rows_are_read(page: Page) -> None:
    told = page.preview(rows=100)
    assert told["columns"]["number"] == list(range(1, 101))
    assert not told["whole"]
    assert told["sentence"].startswith("100 rows read = ")


def test_mistakes_come_with_edits_at_places_as_browsers_count(page: Page) -> None:
    text = "# 🪑 two units of UTF-16\n" + page.text(OFFERS)
    typed = text.replace("  always Min", "  allways Min")
    found = page.ask("check", name=OFFERS, texts={OFFERS: typed})
    (mistake,) = [one for one in found["diagnostics"] if one["severity"] == "error"]
    assert mistake["code"] == "P002"
    (edit,) = mistake["helps"][0]["edits"]
    units = typed.encode("utf-16-le")
    assert units[2 * edit["from"] : 2 * edit["to"]].decode("utf-16-le") == "allways"
    mended = (
        units[: 2 * edit["from"]].decode("utf-16-le")
        + edit["text"]
        + units[2 * edit["to"] :].decode("utf-16-le")
    )
    assert mended == text


def test_completion_and_hover_are_those_of_the_editor(page: Page) -> None:
    text = "# 🪑\n" + page.text(OFFERS)
    at = text.index("price_excl_vat") + 3
    question = {"name": OFFERS, "texts": {OFFERS: text}, "offset": at + 1}  # 🪑 is two there
    assert "**price_excl_vat**" in page.ask("hover", **question)["text"]
    labels = [one["label"] for one in page.ask("complete", **question)]
    assert {"price_excl_vat", "shorten", "octopia_switch"} <= set(labels)


def test_the_canonical_form(page: Page) -> None:
    text = page.text(OFFERS)
    spread = text.replace("currency EUR", "currency     EUR")
    assert page.ask("format", name=OFFERS, texts={OFFERS: spread})["text"] == text
    assert page.ask("format", name=OFFERS, texts={OFFERS: text + "\nlet let let"})["text"] is None


def test_a_row_opens_to_what_explain_says(page: Page) -> None:
    data = page.ask("row", texts={}, feed="catalogue", channel="cdiscount_octopia", at=AT, row=5)
    assert data["rows"]["number"] == [5]
    assert "payload" in data["rows"]
    steps = {step["text"] for step in data["steps"]}
    assert {"full_price", "Price"} <= steps


def test_a_row_that_is_not_there(page: Page) -> None:
    told = page.refused("row", texts={}, feed="catalogue", channel="cdiscount", at=AT, row=5000)
    assert told == "the feed has no row 5000 any more"


def test_rules_with_errors_have_no_rows(page: Page) -> None:
    told = page.refused(
        "preview", texts={OFFERS: "rules 1\n"}, feed="catalogue", channel="cdiscount", at=AT
    )
    assert "errors" in told


def test_the_timeline_marks_milestones(page: Page) -> None:
    told = page.ask("timeline", texts={})
    marks = {name: one["shown"] for one in told["moments"] for name in one["milestones"]}
    assert marks["octopia_switch"] == "2025-07-29 10:00 Europe/Paris"
    assert marks["soap_end"] is None
    assert told["zone"] == "Europe/Paris"
    assert told["channel"] == "cdiscount_octopia"


def test_changes_are_told_with_the_rule_behind_them(page: Page) -> None:
    question = {"feed": "catalogue", "channel": "cdiscount_octopia", "at": AT}
    assert page.ask("changes", texts={}, **question)["impact"] is None
    typed = page.text(OFFERS).replace("max(0, inherited - 2)", "max(0, inherited - 5)")
    told = page.ask("changes", texts={OFFERS: typed}, **question)
    assert "-  Stock = max(0, inherited - 2)" in told["lines"]
    assert "+  Stock = max(0, inherited - 5)" in told["lines"]
    (change,) = [one for one in told["impact"]["changes"] if one["attribute"] == "Stock"]
    assert change["cause"]["name"] == "Stock"
    assert told["impact"]["rows"] == 320
    same = page.ask(
        "changes", texts={OFFERS: "# no other meaning\n" + page.text(OFFERS)}, **question
    )
    assert same["impact"]["same"]


def test_tests_run_on_what_is_typed(page: Page) -> None:
    question = {"feed": "catalogue", "at": AT}
    told = page.ask("tests", texts={}, **question)
    assert told["failed"] == 0
    assert told["passed"] == json.loads(commanded(page, "test", "--format", "json"))["passed"] > 10
    typed = page.text(OFFERS).replace("expect Price = 90.00 EUR", "expect Price = 91.00 EUR")
    told = page.ask("tests", texts={OFFERS: typed}, **question)
    assert told["failed"] == 1
    (failed,) = [case for case in told["cases"] if not case["passed"]]
    assert "91.00" in failed["failures"][0]


def test_an_instant_needs_its_zone(page: Page) -> None:
    told = page.refused(
        "preview", texts={}, feed="catalogue", channel="cdiscount", at="2025-08-01 09:00"
    )
    assert "2025-08-01 09:00" in told


def test_only_the_newest_question_of_a_page_is_answered(page: Page) -> None:
    assert "columns" in page.preview(page="one", number=7)
    assert page.preview(page="one", number=6) == {"stale": True}
    assert "columns" in page.preview(page="another", number=1)


def test_a_changed_file_is_seen(page: Page) -> None:
    before = page.preview()
    text = page.text(OFFERS)
    (page.root / OFFERS).write_text(
        text.replace("inherited - 2", "inherited - 3"), encoding="utf-8"
    )
    assert page.preview()["attributes"]["Stock"] != before["attributes"]["Stock"]
    feed = page.root / "samples/catalogue.csv"
    lines = feed.read_text(encoding="utf-8").splitlines()
    feed.write_text("\n".join(lines[:11]) + "\n", encoding="utf-8")
    assert len(page.preview()["columns"]["number"]) == 10


def test_the_whole_feed_is_counted_without_holding_it(page: Page) -> None:
    question = {"texts": {}, "feed": "catalogue", "channel": "cdiscount_octopia", "at": AT}
    told = page.ask("count", **question, rows=10)
    assert told["sentence"] == page.preview()["sentence"]
    assert sum(one["rows"] for one in told["reasons"] if one["severity"] == "error") >= 25


def test_a_file_that_the_project_does_not_list_is_checked_too(page: Page) -> None:
    name = "rules/draft.rules"
    (page.root / name).write_text("rules 1\nmilestone x = 2025-07-29 10:00 CET\n", encoding="utf-8")
    found = page.ask("check", name=name, texts={})
    assert "D402" in {one["code"] for one in found["diagnostics"] if one["file"] == name}
    assert found["well"]


def test_a_feed_that_lacks_a_column_is_told_once(page: Page) -> None:
    feed = page.root / "samples/catalogue.csv"
    text = feed.read_text(encoding="utf-8")
    feed.write_text(text.replace("Prix HT", "Prix", 1), encoding="utf-8")
    told = page.refused("preview", texts={}, feed="catalogue", channel="cdiscount", at=AT)
    assert "`Prix HT`" in told


def test_a_huge_cell_is_cut_in_the_table_and_whole_in_its_row(page: Page) -> None:
    feed = page.root / "samples/catalogue.csv"
    lines = feed.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(";")
    huge = "x" * 1_000_000
    cells = lines[2].split(";")
    cells[header.index("Prix HT")] = huge
    lines[2] = ";".join(cells)
    feed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = page.preview()
    assert len(json.dumps(told)) < 500_000
    assert told["columns"]["outcome"][1] == "rejected"
    assert told["columns"]["reasons"][1].count("x") < 1000
    row = page.ask("row", texts={}, feed="catalogue", channel="cdiscount_octopia", at=AT, row=2)
    assert huge in json.dumps(row)
    texts = pl.DataFrame({"a": ["x" * 401, "é" * 400, "🪑", None]})
    cut = texts.select(shortened(pl.col("a")))["a"].to_list()
    assert cut == ["x" * 400 + "…", "é" * 400, "🪑", None]


def test_a_project_that_lost_its_rules_is_told(page: Page) -> None:
    for name in (OFFERS, "rules/orders.rules"):
        (page.root / name).unlink()
    settings = page.root / ".feedwright.yaml"
    settings.write_text(settings.read_text().replace("rules/offers.rules", "rules/gone.rules"))
    for path in ("timeline", "tests", "preview"):
        question = {"texts": {}, "feed": "catalogue", "at": AT}
        asked = {"texts": {}} if path == "timeline" else question
        assert "rules/gone.rules" in page.refused(path, **asked)

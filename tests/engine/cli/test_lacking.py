"""What a feed lacks is told before anything is made of it."""

from pathlib import Path

import pytest
from conftest import Feedwright

ROOT = Path(__file__).parents[3]
AT = ("--at", "2025-08-01T09:00+02:00", "--channel", "cdiscount_octopia")


def with_header(folder: Path, old: str, new: str) -> str:
    text = (ROOT / "samples/catalogue.csv").read_text(encoding="utf-8")
    (folder / "feed.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    return str(folder / "feed.csv")


@pytest.mark.parametrize("command", ["preview", "render"])
def test_a_column_that_may_be_empty_and_is_not_there_is_told(
    tmp_path: Path, feedwright: Feedwright, command: str
) -> None:
    feed = with_header(tmp_path, "Prix barré", "Prix barre")
    more = ("--offers", str(tmp_path / "o.jsonl")) if command == "render" else ()
    ran = feedwright(command, feed, *AT, *more, cwd=ROOT)
    assert ran.code == 0
    told = " ".join((ran.out + ran.err).split())
    wanted = (
        "no column `Prix barré` (field list_price; is it `Prix barre`?): read as empty in every row"
    )
    assert wanted in told
    whole = feedwright(command, "samples/catalogue.csv", *AT, *more, cwd=ROOT)
    assert "no column" not in whole.out + whole.err


def test_a_column_that_each_product_needs_is_told_with_the_one_that_may_be_meant(
    tmp_path: Path, feedwright: Feedwright
) -> None:
    ran = feedwright("preview", with_header(tmp_path, "Prix HT", "Prix Ht"), *AT, cwd=ROOT)
    assert ran.code == 2
    assert "lacks `Prix HT` (field price_excl_vat; is it `Prix Ht`?); its columns are" in ran.err


def test_check_tells_of_a_feed_whose_settings_are_wrong(shop: Path, feedwright: Feedwright) -> None:
    settings = shop / "feedwright.yaml"
    text = settings.read_text(encoding="utf-8")
    assert feedwright("check", cwd=shop).code == 0
    settings.write_text(
        text.replace("  chairs:", "  chairs:\n    delimeter: ','"), encoding="utf-8"
    )
    ran = feedwright("check", cwd=shop)
    assert ran.code == 2
    assert "delimeter" in ran.err


def test_a_feed_that_is_not_there_is_told_with_those_that_are(
    shop: Path, feedwright: Feedwright
) -> None:
    ran = feedwright("preview", "chair", *AT, cwd=shop)
    assert ran.code == 2
    assert "chair: there is no such file; the settings name these feeds: `chairs`" in ran.err

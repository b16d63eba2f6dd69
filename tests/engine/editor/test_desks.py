"""Desks are kept while nothing changes, and made anew as soon as something does, typed or on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.editor.desk import Desk
from engine.editor.desks import Desks
from engine.project import load_project

ROOT = Path(__file__).parents[3]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for part in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.utime(file, ns=(1, file.stat().st_mtime_ns + 1))  # a clock that did not move yet


def test_a_desk_is_kept_while_nothing_changes(shop: Path) -> None:
    desks, path = Desks(), shop / "rules/offers.rules"
    texts = {path: path.read_text(encoding="utf-8")}
    first = desks.of(path, texts)
    assert first.diagnostics
    assert desks.of(path, dict(texts)) is first


def found(desk: Desk) -> set[tuple[str, str]]:
    return {(one.code.number, one.says) for one in desk.report}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules/tables/brand_policy.csv", "condition", "state"),
        ("rules/tables/units.csv", "packaging", "package"),
        ("schemas/product.schema.json", '"cost_price"', '"cost_amount"'),
        ("schemas/offer.schema.json", '"StrikedPrice"', '"StruckPrice"'),
        ("schemas/octopia/channels/cdiscount.json", '"currency": "EUR"', '"currency": "GBP"'),
        ("rules/fixtures/lamp.json", "{", "["),
        (".feedwright.yaml", "rules/orders.rules", "rules/offers.rules"),
        ("rules/orders.rules", "octopia_switch", "octopia_start"),
    ],
)
def test_a_change_on_disk_is_seen(shop: Path, file: str, old: str, new: str) -> None:
    desks, path = Desks(), shop / "rules/offers.rules"
    text = path.read_text(encoding="utf-8")
    if file == ".feedwright.yaml":  # the fault is in a file that is then no more of the project
        edit(shop / "rules/orders.rules", "octopia_switch", "octopia_start")
    known = found(desks.of(path, {path: text}))
    edit(shop / file, old, new)
    seen = found(desks.of(path, {path: text}))
    anew = Desk(load_project(shop), Source("rules/offers.rules", text), {})
    assert seen == found(anew) != known
    edit(shop / file, new, old)
    assert found(desks.of(path, {path: text})) == known


def test_a_file_that_comes_or_goes_is_seen(shop: Path) -> None:
    desks, path = Desks(), shop / "rules/offers.rules"
    texts = {path: path.read_text(encoding="utf-8")}
    assert not desks.of(path, texts).report.errors
    table = shop / "rules/tables/units.csv"
    table.rename(table.with_suffix(".kept"))
    assert desks.of(path, texts).report.errors
    table.with_suffix(".kept").rename(table)
    assert not desks.of(path, texts).report.errors


@pytest.mark.parametrize("change", [str.upper, lambda text: text[:-5], lambda _: ""])
def test_what_is_typed_in_another_document_is_seen(
    shop: Path, change: Callable[[str], str]
) -> None:
    desks = Desks()
    offers, orders = shop / "rules/offers.rules", shop / "rules/orders.rules"
    texts = {one: one.read_text(encoding="utf-8") for one in (offers, orders)}
    assert not desks.of(orders, texts).report.errors
    assert desks.of(orders, {**texts, offers: change(texts[offers])}).report.errors
    assert not desks.of(orders, texts).report.errors


def test_settings_that_cannot_be_read_leave_the_rules_alone(shop: Path) -> None:
    desks, path = Desks(), shop / "rules/offers.rules"
    (shop / ".feedwright.yaml").write_text("rules: [", encoding="utf-8")
    desk = desks.of(path, {path: path.read_text(encoding="utf-8")})
    assert "full_price" in desk.lets

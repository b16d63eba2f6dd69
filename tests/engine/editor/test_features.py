"""Hover, completion, definitions, renaming, outline, fixes: on the sample's rules, whole and half-typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.editor import outline
from engine.editor.completion import complete
from engine.editor.desk import Desk
from engine.editor.hover import hover
from engine.editor.names import CannotRename, definition, references, rename
from engine.editor.outline import formatted, quick_fixes, symbols
from engine.project import load_project

NAME = "rules/offers.rules"
Open = Callable[[str], Desk]


def after(text: str, words: str) -> int:
    """The offset behind `words` in `text`, which must hold them."""
    return text.index(words) + len(words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("  StrikedPric", ["**StrikedPrice**: an amount in EUR"]),
        (
            "let full_price  = price_excl_v",
            ["from column `Prix HT`", "in the sample feed: `87,25`"],
        ),
        ("otherwise    full_pric", ["**full_price**: defined here", "price_excl_vat * (100%"]),
        ("ProductEan       = gtin1", ["**gtin13**(", ": may fail"]),
        ("take condition from brand_polic", ["**brand_policy**: table of `brand`"]),
        ("until octopia_swit", ["milestone, 2025-07-29 08:00 UTC"]),
        ("max(0, inherit", ["without this override"]),
        ("take condit", ["column of the table `brand_policy`", "in it: `New`"]),
        ("\n  StrikedPric", ["made of", "- `list_price`: "]),
        ("Price =\n    when outlet  then full_pric", ["made of", "- `price_excl_vat`: `87,25`"]),
        ("  require weight present else rej", ["The row makes no offer"]),
        ("\n  Stock              = max(0, (stock_tot", ["a whole number", "in the sample feed"]),
    ],
)
def test_hover(open_desk: Open, text: str, words: str, told: list[str]) -> None:
    found = hover(open_desk(text), after(text, words))
    assert found is not None
    for one in told:
        assert one in found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "allowed in WaitingAccept",
            ["a state of orders", "cdiscount_octopia: `WaitingAcceptance`"],
        ),
        ("same as refu", ["an action on cdiscount, cdiscount_octopia", "applies to whole order"]),
        ("no action canc", ["not there on cdiscount_octopia"]),
    ],
)
def test_hover_over_orders(project: Path, words: str, told: list[str]) -> None:
    text = (project / "rules/orders.rules").read_text(encoding="utf-8")
    desk = Desk(load_project(project), Source("rules/orders.rules", text))
    found = hover(desk, after(text, words))
    assert found is not None
    for one in told:
        assert one in found


def test_hover_says_nothing_of_texts_and_comments(open_desk: Open, text: str) -> None:
    assert hover(open_desk(text), after(text, '"No weigh')) is None
    assert hover(open_desk(f"# Price\n{text}"), 4) is None


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ("  let x = ", {"price_excl_vat", "gtin13", "Price", "full_price", "take"}, {"mapping"}),
        ("  ", {"require", "StrikedPrice", "let"}, {"milestone"}),
        ("  ProductCondition = take ", {"condition", "align"}, {"price_excl_vat"}),
        ("  ProductCondition = take condition from ", {"brand_policy", "units"}, {"Price"}),
        ('  ProductCondition = "', {"New", "LikeNew"}, {"price_excl_vat"}),
        ('  let x = category is "', {"Outlet", "Lamps"}, {"New"}),
    ],
)
def test_completion_inside_a_mapping(
    open_desk: Open, text: str, typed: str, offered: set[str], not_offered: set[str]
) -> None:
    before = text.index("  SellerProductId")
    whole = f"{text[:before]}{typed}\n{text[before:]}"
    found = {c.label for c in complete(open_desk(whole), before + len(typed))}
    assert offered <= found
    assert not found & not_offered


def test_completion_at_the_top(open_desk: Open, text: str) -> None:
    whole = f"{text}\noverride offer for "
    assert {c.label for c in complete(open_desk(whole), len(whole))} == {
        "cdiscount",
        "cdiscount_octopia",
    }
    whole = f"{text}\n"
    assert {"mapping", "milestone"} <= {c.label for c in complete(open_desk(whole), len(whole))}


def test_definition_in_rules_and_in_schemas(open_desk: Open, text: str) -> None:
    desk = open_desk(text)
    let = definition(desk, after(text, "otherwise    full_pri"))
    assert let is not None
    assert text[let.start : let.end] == "full_price"
    assert let.start < text.index("SellerProductId")
    field = definition(desk, after(text, "= price_excl_v"))
    assert field is not None
    assert field.file == "schemas/product.schema.json"
    attribute = definition(desk, after(text, "\n  EcoPa"))
    assert attribute is not None
    assert attribute.file == "schemas/offer.schema.json"


def test_references_and_rename(open_desk: Open, text: str) -> None:
    desk = open_desk(text)
    at = after(text, "let floor_pri")
    spans = references(desk, at)
    assert [text[s.start : s.end] for s in spans] == ["floor_price"] * 4
    edits = rename(desk, at, "lowest")
    assert not isinstance(edits, CannotRename)
    made = text
    for one in sorted(edits, key=lambda r: r.span.start, reverse=True):
        assert one.span.file == NAME
        made = made[: one.span.start] + one.text + made[one.span.end :]
    assert "let lowest" in made
    assert "then lowest" in made
    assert "Price >= lowest when" in made
    assert "under the floor {lowest}" in made


@pytest.mark.parametrize(
    ("words", "new", "why"),
    [
        ("let floor_pri", "Lowest", "begins with a small letter"),
        ("let floor_pri", "not", "cannot be a name"),
        ("let floor_pri", "full_price", "is a name already"),
        ("let floor_pri", "sku", "is a name already"),
        ("= price_excl_v", "net", "named by a schema"),
    ],
)
def test_names_that_cannot_be_given(
    open_desk: Open, text: str, words: str, new: str, why: str
) -> None:
    found = rename(open_desk(text), after(text, words), new)
    assert isinstance(found, CannotRename)
    assert why in found.says


def test_outline_and_tests(open_desk: Open, text: str) -> None:
    desk = open_desk(text)
    found = {one.name: one for one in symbols(desk)}
    assert {"octopia_switch", "brand_policy", "mapping for cdiscount, cdiscount_octopia"} <= set(
        found
    )
    inside = [one.name for one in found["mapping for cdiscount, cdiscount_octopia"].inside]
    assert inside[:2] == ["full_price", "floor_price"]
    assert "rounding" in [name for _, name in outline.tests(desk)]


def test_fixes_and_canonical_form(open_desk: Open, text: str) -> None:
    broken = text.replace("full_price * 90%", "full_pric * 90%", 1)
    desk = open_desk(broken)
    at = after(broken, "then full_pric")
    says = [help_.says for one, help_ in quick_fixes(desk, at, at)]
    assert says == ["did you mean `full_price`?"]
    assert formatted(open_desk(text)) == text
    assert formatted(open_desk(text.replace("mapping offer for", "mapping for", 1))) is None


def test_open_documents_count_before_files(project: Path, text: str) -> None:
    orders = (project / "rules/orders.rules").read_text(encoding="utf-8")
    changed = text.replace("octopia_switch", "the_switch")
    open_texts = {NAME: changed}
    desk = Desk(load_project(project), Source("rules/orders.rules", orders), open_texts)
    assert "the_switch" in desk.declarations.milestones
    assert "octopia_switch" in " ".join(one.says for one in desk.diagnostics)


@pytest.mark.parametrize("step", [97])
def test_no_half_typed_file_breaks_a_feature(open_desk: Open, text: str, step: int) -> None:
    for end in range(0, len(text), step):
        typed_so_far(open_desk, text[:end])


@pytest.mark.campaign
def test_no_keystroke_breaks_a_feature(open_desk: Open, text: str) -> None:
    for end in range(len(text)):
        typed_so_far(open_desk, text[:end])


def typed_so_far(open_desk: Open, typed: str) -> None:
    desk = open_desk(typed)
    assert all(one.span.file == NAME for one in desk.diagnostics)
    complete(desk, len(typed))
    hover(desk, len(typed))
    definition(desk, len(typed))
    symbols(desk)
    formatted(desk)

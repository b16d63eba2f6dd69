"""What only a whole feed shows: EANs on several offers, texts that rules name and no row holds."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from conformance.examples import Block, Example
from conformance.shop import NOW, SOURCE_SCHEMA, Shop
from stdnum import ean

from engine.cli.main import feedwright
from engine.insight import absent_texts, shared_codes
from engine.insight.remarks import Remarks
from engine.pipeline import Run, open_run, preview_run

Remarked = Callable[..., tuple[str, ...]]
OPTIONAL = '{"properties": {"title": {"type": "string", "x-column": "title"}}}'
ACTIVE = """Stock =
  when title default "" is "Actif"  then 5
  otherwise                         0
"""


def code(number: int) -> str:
    front = f"3{number:011}"
    return front + ean.calc_check_digit(front)


def opened(folder: Path, rules: str, *lines: str, head: str = "Référence;EAN;title") -> Run:
    blocks = (
        Block("rules", "", rules),
        Block("csv", "feed.csv", "\n".join([head, *lines]) + "\n"),
        Block("json", SOURCE_SCHEMA, OPTIONAL),
    )
    shop = Shop(folder, Example("", "", blocks))
    ruleset, report = shop.check()
    assert ruleset is not None, [d.says for d in report]
    feed = str(folder / "feed.csv")
    return open_run(shop.project, ruleset, feed, channel="cdiscount", at=NOW)


@pytest.fixture
def remarked(tmp_path: Path) -> Remarked:
    def run(rules: str, *lines: str, **more: str) -> tuple[str, ...]:
        return preview_run(opened(tmp_path, rules, *lines, **more), 1).remarks

    return run


def titles(*texts: str) -> list[str]:
    return [f"A-{n};{code(n)};{text}" for n, text in enumerate(texts)]


def without_place(said: Sequence[str]) -> list[str]:
    return [one.partition(" (offers.rules:")[0] for one in said]


# --- texts that no row holds --------------------------------------------------------------------


def test_a_text_that_no_row_holds(remarked: Remarked) -> None:
    (said,) = remarked(ACTIVE, *titles("active", "active", "draft", ""))
    place = said[said.index("(offers.rules:") : said.index(")") + 1]
    assert said == (
        f'no row has `title` "Actif" {place}; it holds "active" (2), "draft" (1), nothing (1); '
        'is "active" meant?'
    )


def test_a_text_that_one_row_holds(remarked: Remarked) -> None:
    assert remarked(ACTIVE, *titles("active", "Actif")) == ()


def test_the_text_of_a_default_is_none_that_the_feed_holds(remarked: Remarked) -> None:
    """To compare with it is to ask whether there is a text, and no slip where all rows have one."""
    none = 'exclude when title default "none" is "none" because "no"\n'
    assert remarked(none, *titles("active", "draft")) == ()
    other = 'exclude when title default "none" is "Draft" because "no"\n'
    (said,) = remarked(other, *titles("active", "draft", ""))
    assert said.endswith('; it holds "active" (1), "draft" (1), nothing (1); is "draft" meant?')


def test_a_text_that_rules_name_as_well_is_not_what_was_meant(remarked: Remarked) -> None:
    (said,) = remarked(
        'exclude when (title default "") in ("A1", "A9") because "no"\n', *titles("A1", "C77")
    )
    assert said.endswith('it holds "A1" (1), "C77" (1)')


def test_a_column_that_is_empty(remarked: Remarked) -> None:
    (said,) = remarked(ACTIVE, *titles("", ""))
    assert said.endswith("; it is empty in every row")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('exclude when brand is "lumeo" because "no"\n', ['no row has `brand` "lumeo"']),
        ('exclude when brand is not "lumeo" because "no"\n', ['no row has `brand` "lumeo"']),
        ('exclude when "lumeo" is brand because "no"\n', ['no row has `brand` "lumeo"']),
        (
            'exclude when brand in ("lumeo", "Lumeo", "Revivo") because "no"\n',
            ['no row has `brand` "lumeo" or "Revivo"'],
        ),
        (
            'exclude when lower(brand) is "Lumeo" because "no"\n',
            ['no row has `lower(brand)` "Lumeo"'],
        ),
        ('exclude when lower(brand) is "lumeo" because "no"\n', []),
        (
            'let b = lower(brand)\nexclude when b is "Lumeo" because "no"\n',
            ['no row has `b` "Lumeo"'],
        ),
        ('require brand is "lumeo" else warn "other"\n', ['no row has `brand` "lumeo"']),
        # What has a list is held to it as the rules are checked.
        ('exclude when category is "Outlet" because "no"\n', []),
        # An empty cell is held to be the default.
        ('exclude when title default "none" is "none" because "no"\n', []),
        (
            (
                'exclude when title default "none" is "none" because "no"\n'
                'exclude when title default "" is "none" because "no"\n'
            ),
            ['no row has `title` "none"'],
        ),
        (
            (
                "decide ShippingInformationDeliveryMode, ShippingCharges, AdditionalShippingCharges"
                " by first row that fits\n"
                "  | brand   || ShippingInformationDeliveryMode | ShippingCharges | AdditionalShippingCharges |\n"
                '  | "LUMEO" || "Tracked"                       | 4.99 EUR        | 0.50 EUR                  |\n'
                '  | any     || "Registered"                    | 4.99 EUR        | 0.50 EUR                  |\n'
                "end\n"
            ),
            ['no row has `brand` "LUMEO"'],
        ),
    ],
)
def test_wherever_rules_compare(remarked: Remarked, rules: str, said: list[str]) -> None:
    assert without_place(remarked(rules, *titles("", ""))) == said


def test_of_many_texts_the_most_frequent_are_told(
    remarked: Remarked, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = titles(*(f"t{n}" for n in range(1, 9)), *["t0"] * 3, "last")
    (said,) = remarked(ACTIVE, *lines)
    assert said.endswith('"last" (1), "t1" (1), "t2" (1), "t3" (1), 5 other texts')
    monkeypatch.setattr(absent_texts, "MOST_HELD", 7)
    (said,) = remarked(ACTIVE, *lines)
    assert said.endswith('"t4" (1), "t5" (1), more than 2 other texts')
    assert remarked(ACTIVE.replace("Actif", "last"), *lines) == ()


def test_a_long_text_is_cut(remarked: Remarked) -> None:
    (said,) = remarked(ACTIVE, *titles("x" * 100))
    assert f'"{"x" * 39}…" (1)' in said


# --- EANs on several offers ---------------------------------------------------------------------


def shared(*codes: str) -> list[str]:
    return [f"A-{n};{code_};" for n, code_ in enumerate(codes, 1)]


def test_an_ean_on_several_offers(remarked: Remarked) -> None:
    copied = "1234567890128"
    assert remarked("", *shared(copied, code(1), copied)) == (
        (
            "EAN 1234567890128 stands on 2 offers: rows 1, 3 (A-3); "
            "the marketplace shows the offers of one EAN as one product"
        ),
    )
    (said,) = remarked("", *shared(copied, code(1), copied, copied, copied))
    assert said.startswith("EAN 1234567890128 stands on 4 offers: rows 1, 3 (A-3) and 2 more;")


def test_other_conditions_are_other_offers_of_one_product(remarked: Remarked) -> None:
    rules = """ProductCondition =
  when title default "" is "used"  then "GoodState"
  otherwise                        "New"
"""
    new, used = f"A-1;{code(1)};new", f"A-2;{code(1)};used"
    assert remarked(rules, new, used) == ()
    (said,) = remarked(rules, new, used, f"A-3;{code(1)};used")
    assert said.startswith(f"EAN {code(1)} stands on 2 offers: rows 2, 3 (A-3);")


def test_rows_without_an_offer_count_for_nothing(remarked: Remarked) -> None:
    rules = 'exclude when title default "" is "old" because "no longer sold"\n'
    twice = f"A-1;{code(1)};"  # the same reference: refused, and not the EAN's fault
    assert remarked(rules, f"A-0;{code(1)};old", twice, twice) == ()


def test_of_many_eans_those_on_most_offers_are_told(
    remarked: Remarked, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shared(*(code(n % 6) for n in range(12)), code(5))
    said = remarked("", *lines)
    assert said[0].startswith(f"EAN {code(5)} stands on 3 offers: rows 6, 12 (A-12) and 1 more")
    assert [one.partition(" stands")[0] for one in said[1:3]] == [f"EAN {code(n)}" for n in (0, 1)]
    assert said[3].startswith("3 other EANs stand on several offers;")
    monkeypatch.setattr(shared_codes, "MOST_KEPT", 4)
    assert remarked("", *lines)[3].startswith("more than 1 other EAN stands on several offers;")


# --- both -----------------------------------------------------------------------------------------


def test_batches_of_any_size_say_the_same(tmp_path: Path) -> None:
    lines = [f"A-{n};{code(n % 4)};t{n % 3}" for n in range(9)]
    run = opened(tmp_path, ACTIVE, *lines)
    whole = preview_run(run, 0).remarks
    assert len(whole) == 5
    again = opened(tmp_path, ACTIVE, *lines)
    remarks = Remarks(again.part, again.mapper)
    for batch in again.feed.batches(again.program.source_columns):
        for row in batch.iter_slices(2):
            remarks.add(again.mapper.map(row))
    assert remarks.sentences() == whole


@pytest.mark.parametrize("way", ["text", "jsonl", "html"])
def test_each_preview_tells_them(tmp_path: Path, way: str) -> None:
    opened(tmp_path, ACTIVE, *titles("<b>act\x1bif</b>"))
    page = tmp_path / "page.html"
    options = ["--html", page] if way == "html" else ["--format", way]
    where = ["--project", tmp_path, "--channel", "cdiscount", "--at", NOW.isoformat()]
    (tmp_path / "feedwright.yaml").write_text("rules: offers.rules\n", encoding="utf-8")
    ran = CliRunner().invoke(
        feedwright, [str(x) for x in ("preview", tmp_path / "feed.csv", *where, *options)]
    )
    assert ran.exit_code == 0, ran.output
    told = page.read_text("utf-8") if way == "html" else ran.stdout if way == "text" else ran.stderr
    plain = " ".join(told.split())
    assert "no row has `title`" in plain
    assert ("<b>act" if way == "html" else "\x1b") not in told

"""Two versions over one feed: what is made once for both is what each would have made alone."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.insight import impact, pairing
from engine.insight.impact import Comparison
from engine.insight.side import Side
from engine.pipeline import checked_ruleset, compile_side, feed_of
from engine.preview.impacts import impact_json
from engine.project import Project, load_project

ROOT = Path(__file__).parents[3]
AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
OFFERS, SCHEMA, BRANDS = (
    "rules/offers.rules",
    "schemas/product.schema.json",
    "rules/tables/brand_policy.csv",
)
EDITS = {
    "a value": (OFFERS, "cost_price * 108%", "cost_price * 110%"),
    "a rounding": (OFFERS, "rounded half up to 0.01 EUR", "rounded up to 0.01 EUR"),
    "a condition": (OFFERS, "full_price * 90%", "full_price * 80%"),
    "a reference": (OFFERS, "SellerProductId  ", 'SellerProductId = "X"  # '),
    "a row more that is refused": (
        OFFERS,
        "always Disc",
        'require Price >= 12.00 EUR else reject "Too cheap: {Price}"\n  always Disc',
    ),
    "rows that are excluded": (
        OFFERS,
        "always Disc",
        'exclude when Price < 20.00 EUR because "Too cheap"\n  always Disc',
    ),
    "a row of a table": (BRANDS, "New,yes", "New,no"),
    "how a cell is read": (SCHEMA, '"x-unit": "g"', '"x-unit": "kg"'),
    "what a text may be": (SCHEMA, '"maxLength": 50', '"maxLength": 6'),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    return tmp_path


def side(project: Project) -> Side:
    return compile_side(project, checked_ruleset(project), "cdiscount_octopia", AT)


def compared(project: Project) -> dict[str, Any]:
    comparison = Comparison(side(load_project(ROOT)), side(project))
    for batch in feed_of(project, "catalogue").batches(comparison.columns):
        comparison.add(batch)
    return impact_json(comparison.finish())


@pytest.fixture
def made_apart(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def apart() -> None:
        monkeypatch.setattr(pairing, "made_alike", lambda *_: frozenset())

    return apart


@pytest.mark.parametrize("name", EDITS)
def test_what_is_made_once_is_what_each_makes_alone(
    name: str, project: Path, made_apart: Callable[[], None]
) -> None:
    file, old, new = EDITS[name]
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    if name == "a reference":
        changed = re.sub(r"SellerProductId += .*", "SellerProductId = brand", text, count=1)
    path.write_text(changed, encoding="utf-8")
    together = compared(load_project(project))
    made_apart()
    assert together == compared(load_project(project))
    assert together["rows"] == 320
    assert together["changes"] or together["reasons"]


def test_most_is_made_once() -> None:
    one = side(load_project(ROOT))
    pair = pairing.pair(one.mapper, one.mapper, ((), ()), lambda _: True)
    own, shared = (sum(map(len, stages)) for stages in (pair.own[0], pair.shared))
    assert shared > 10 * own


def test_what_means_another_thing_is_not_made_once() -> None:
    one, other = side(load_project(ROOT)), side(load_project(ROOT))
    apart = pairing.pair(one.mapper, other.mapper, ((), ()), lambda _: False)
    own = {e.meta.output_name() for stage in apart.own[0] for e in stage}
    assert "field.sku" in own  # a function of ours: nothing but its meaning tells what it does


SUMS = st.lists(
    st.dictionaries(
        st.sampled_from("abc"),
        st.tuples(st.sampled_from("abcx"), st.integers(1, 3)),
        max_size=3,
    ),
    max_size=5,
)


def as_stages(sums: list[dict[str, tuple[str, int]]]) -> pairing.Stages:
    """Each name as the sum of another and a number, in stages."""
    return tuple(
        tuple((pl.col(of) * 2 + add).alias(name) for name, (of, add) in stage.items())
        for stage in sums
    )


@given(first=SUMS, second=SUMS, mostly=st.booleans())
def test_stages_in_part_made_once_give_what_they_give_alone(
    first: list[dict[str, tuple[str, int]]],
    second: list[dict[str, tuple[str, int]]],
    *,
    mostly: bool,
) -> None:
    # `mostly` the same: what comes before and after differs in one stage alone.
    both = as_stages(first), as_stages([*first[:2], *second[:1], *first[2:]] if mostly else second)
    made = [pairing.made_by(stages) for stages in both]
    alike = pairing.made_alike(made[0], made[1], lambda _: False)
    rows = pl.DataFrame({name: [1, 2] for name in "abcx"})
    shared = rows
    for stage in pairing.stages_of(made[0], alike.__contains__):
        shared = shared.with_columns(stage)
    for stages, own in zip(both, made, strict=True):
        alone, together = rows, shared
        for stage in stages:
            alone = alone.with_columns(stage)
        for stage in pairing.stages_of(own, lambda key: key not in alike):
            together = together.with_columns(stage)
        assert together.to_dict(as_series=False) == alone.to_dict(as_series=False)


def test_how_many_rows_are_compared_at_once_changes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, old, new = EDITS["a value"]
    text = (project / file).read_text(encoding="utf-8")
    (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr("engine.feeds.csv_feed.LINES_AT_ONCE", 50, raising=False)
    whole = compared(load_project(project))
    monkeypatch.setattr(impact, "AT_ONCE", 1)
    assert compared(load_project(project)) == whole

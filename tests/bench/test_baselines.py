import json
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from bench import canonical, workload
from bench.baselines import (
    duckdb_mapping,
    jq_mapping,
    jsonata_mapping,
    polars_mapping,
    python_decimal,
    python_tuned,
)

ROWS = 3000
Render = Callable[[Path, str, Path, Path], None]


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("feeds")
    made = {kind: folder / f"feed.{kind}" for kind in ("csv", "jsonl", "parquet", "xml")}
    for kind, path in made.items():
        workload.WRITERS[kind](path, ROWS)
    return made


@pytest.fixture(scope="module")
def wanted(feeds: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("wanted")
    offers, rejections = folder / "offers.jsonl", folder / "rejections.jsonl"
    python_decimal.render(python_decimal.read_rows(feeds["csv"], "csv"), offers, rejections)
    return offers, rejections


def by_python(feed: Path, kind: str, offers: Path, rejections: Path) -> None:
    python_decimal.render(python_decimal.read_rows(feed, kind), offers, rejections)


def by_tuned_python(feed: Path, kind: str, offers: Path, rejections: Path) -> None:
    python_tuned.render(python_tuned.needed_cells(feed, kind), offers, rejections)


def by_small_blocks(feed: Path, kind: str, offers: Path, rejections: Path) -> None:
    polars_mapping.run_blocks(feed, kind, offers, rejections, 100_000)


TABULAR = ("csv", "jsonl", "parquet")
WAYS: list[tuple[Render, tuple[str, ...]]] = [
    (by_python, (*TABULAR, "xml")),
    (by_tuned_python, ("csv", "jsonl")),
    (by_small_blocks, TABULAR),
    (polars_mapping.run_query, TABULAR),
    (duckdb_mapping.render, TABULAR),
]


@pytest.mark.parametrize(
    ("render", "kind"), [(render, kind) for render, kinds in WAYS for kind in kinds]
)
def test_all_baselines_write_the_same(
    render: Render, kind: str, feeds: dict[str, Path], wanted: tuple[Path, Path], tmp_path: Path
) -> None:
    offers, rejections = tmp_path / "offers.jsonl", tmp_path / "rejections.jsonl"
    render(feeds[kind], kind, offers, rejections)

    assert canonical.offers_digest(offers) == canonical.offers_digest(wanted[0])
    assert canonical.rejections_digest(rejections) == canonical.rejections_digest(wanted[1])


@pytest.mark.skipif(not which("jq"), reason="jq is not installed")
def test_jq_writes_the_same(feeds: dict[str, Path], tmp_path: Path) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text("".join(list(canonical.lines_of(feeds["jsonl"]))[:600]), encoding="utf-8")
    outputs = [tmp_path / name for name in ("o.jsonl", "r.jsonl", "jq-o.jsonl", "jq-r.jsonl")]
    by_python(few, "jsonl", *outputs[:2])

    assert jq_mapping.render(few, *outputs[2:]) == 0
    assert canonical.offers_digest(outputs[2]) == canonical.offers_digest(outputs[0])
    assert canonical.rejections_digest(outputs[3]) == canonical.rejections_digest(outputs[1])


@pytest.mark.campaign  # node's packages are not CI's to fetch
def test_jsonata_writes_the_same(feeds: dict[str, Path], tmp_path: Path) -> None:
    if jsonata_mapping.lacking():
        pytest.skip(str(jsonata_mapping.lacking()))
    few = tmp_path / "few.jsonl"
    few.write_text("".join(list(canonical.lines_of(feeds["jsonl"]))[:600]), encoding="utf-8")
    outputs = [tmp_path / name for name in ("o.jsonl", "r.jsonl", "ja-o.jsonl", "ja-r.jsonl")]
    by_python(few, "jsonl", *outputs[:2])

    assert jsonata_mapping.render(few, *outputs[2:]) == 0
    assert canonical.offers_digest(outputs[2]) == canonical.offers_digest(outputs[0])
    assert canonical.rejections_digest(outputs[3]) == canonical.rejections_digest(outputs[1])


def test_what_jsonata_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert jsonata_mapping.lacking() == "the program node is not installed"


def test_every_row_ends_as_offer_or_rejection(wanted: tuple[Path, Path]) -> None:
    offers, rejections = (canonical.count_lines(path) for path in wanted)

    assert offers + rejections == ROWS
    assert 0.045 < rejections / ROWS < 0.065


# --- the mapping, reasoned by hand --------------------------------------------------------------

PLAIN = dict.fromkeys(workload.COLUMNS, "") | {
    "sku": "A-1",
    "ean": "4006381333931",
    "category": "Luminaires",
    "cost": "10.01",
    "vat_rate": "20",
    "stock_qty": "5",
    "delivery_mode": "col",
    "shipping_cost": "4.95",
    "prep_days": "2",
}


def offer_of(**cells: str) -> dict:
    text, reasons = python_decimal.OfferMapping().offer(PLAIN | cells)
    assert not reasons
    return json.loads(text or "")


def causes_of(**cells: str) -> list[tuple[str, str | None]]:
    _, reasons = python_decimal.OfferMapping().offer(PLAIN | cells)
    return [(r["code"], r.get("column")) for r in reasons]


def test_half_a_cent_is_rounded_up() -> None:
    # 10.01 x 1.25 x 1.20 = 15.015; half of 4.95 is 2.475
    offer = offer_of()

    assert offer["price"]["price"] == 15.02
    assert offer["deliveryModes"] == [{"code": "THD", "cost": 4.95, "additionalCost": 2.48}]


def test_stock_keeps_a_reserve_and_never_falls_below_zero() -> None:
    assert [offer_of(stock_qty=stock)["quantity"] for stock in ("5", "2", "1", "0")] == [3, 0, 0, 0]


def test_a_margin_is_found_whatever_the_case_and_else_is_30_percent() -> None:
    # 10.01 x 1.18 x 1.2 = 14.17416; 10.01 x 1.3 x 1.2 = 15.6156
    assert offer_of(category=" ÉPICERIE ")["price"]["price"] == 14.17
    assert offer_of(category="Divers")["price"]["price"] == 15.62


def test_a_crossed_out_price_must_be_above_the_price() -> None:
    assert "originPrice" not in offer_of(compare_at_price="15.02")["price"]
    assert offer_of(compare_at_price="15.03")["price"]["originPrice"] == 15.03


def test_alignment_needs_a_floor_and_takes_none_above_the_price() -> None:
    assert offer_of(align_flag="OUI")["priceAlignment"] == {"mode": "DontAlign"}
    floors = [
        offer_of(align_flag="OUI", min_price=p)["priceAlignment"]["minimumPrice"]
        for p in ("9", "99")
    ]
    assert floors == [9, 15.02]


def test_content_is_counted_in_the_units_of_the_marketplace() -> None:
    # 7.5 cl = 0.075 l; 0.4 ml would round to nothing
    assert offer_of(unit="CL", unit_value="7.5")["packaging"] == {"unit": "Liter", "value": 0.075}
    assert "packaging" not in offer_of(unit="ml", unit_value="0.4")
    assert "packaging" not in offer_of(unit="boîte", unit_value="3")


def test_a_sale_is_written_in_utc_and_takes_the_earlier_of_two_hours() -> None:
    sale = {"sale_start": "2025-10-26 02:30", "sale_end": "2025-11-01 08:00", "sale_price": "9.00"}

    # 9.00 is 59.9 % of 15.02, so the reduction is 40 %; Paris is at +02:00, then at +01:00
    assert offer_of(**sale)["discount"] == {
        "start": "2025-10-26T00:30:00Z",
        "end": "2025-11-01T07:00:00Z",
        "referencePrice": 15.02,
        "percent": 40,
    }
    assert "discount" not in offer_of(**sale | {"sale_end": "2025-10-26 02:30"})
    assert "discount" not in offer_of(**sale | {"sale_price": "14.50"})


@pytest.mark.parametrize(
    ("cells", "causes"),
    [
        ({"cost": "10,01"}, [("R101", "cost")]),
        ({"cost": "1e3"}, [("R101", "cost")]),
        ({"cost": "10.00001"}, [("R101", "cost")]),
        ({"cost": "-3.50"}, [("R103", "cost")]),
        ({"stock_qty": ""}, [("R102", "stock_qty")]),
        ({"sale_start": "2026-03-29 02:30"}, [("R105", "sale_start")]),
        ({"sale_end": "2025-02-30 10:00"}, [("R105", "sale_end")]),
        ({"align_flag": "?"}, [("R106", "align_flag")]),
        ({"sku": "A|1"}, [("R108", "sku")]),
        ({"ean": "4006381333932"}, [("R208", None)]),
        ({"delivery_mode": "XYZ"}, [("R208", None)]),
        ({"cost": "abc", "stock_qty": ""}, [("R101", "cost"), ("R102", "stock_qty")]),
    ],
)
def test_what_cannot_be_read_or_is_unknown_rejects_the_row(cells: dict, causes: list) -> None:
    assert causes_of(**cells) == causes


def test_zeros_at_the_end_are_no_further_decimals() -> None:
    assert offer_of(cost="10.0100000")["price"]["price"] == 15.02


# --- what the comparison sees -------------------------------------------------------------------


def test_a_tampered_offer_is_noticed(wanted: tuple[Path, Path], tmp_path: Path) -> None:
    lines = wanted[0].read_text(encoding="utf-8").splitlines(keepends=True)
    tampered = tmp_path / "tampered.jsonl"
    tampered.write_text(
        "".join([*lines[:7], lines[7].replace('"quantity":', '"quantity":1'), *lines[8:]]),
        encoding="utf-8",
    )

    assert canonical.offers_digest(tampered) != canonical.offers_digest(wanted[0])
    said = canonical.first_difference(tampered, wanted[0], canonical.canonical_offer)
    assert json.loads(lines[7])["sku"] in said


def test_a_lost_and_a_doubled_rejection_are_noticed(
    wanted: tuple[Path, Path], tmp_path: Path
) -> None:
    lines = wanted[1].read_text(encoding="utf-8").splitlines(keepends=True)
    whole = canonical.rejections_digest(wanted[1])
    for other in (lines[1:], [*lines, lines[0]], [lines[0], *lines[:-1]]):
        changed = tmp_path / "changed.jsonl"
        changed.write_text("".join(other), encoding="utf-8")
        assert canonical.rejections_digest(changed) != whole


def test_order_of_lines_keys_and_zeros_do_not_matter() -> None:
    one = ['{"price":12.50,"sku":"a"}', '{"price":0.00,"sku":"b"}']
    other = ['{"sku":"b","price":0}', '{"sku":"a","price":12.5,"warnings":[]}']

    assert canonical.digest_of(map(canonical.canonical_offer, one)) == canonical.digest_of(
        map(canonical.canonical_offer, other)
    )


def test_a_number_and_its_text_differ() -> None:
    number, text = (canonical.canonical_offer(f'{{"price":{p}}}') for p in ("12.5", '"12.5"'))

    assert number != text


def test_consequences_of_an_unreadable_cell_are_no_causes() -> None:
    cause = {"code": "R101", "column": "cost"}
    consequence = {"code": "R201", "message": "Price has no value"}

    def form(*reasons: dict) -> str:
        return canonical.canonical_rejection(json.dumps({"row": 3, "reasons": reasons}))

    assert form(cause, consequence) == form(cause)
    assert form(consequence) != form(cause)


# --- cutting the feed ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [300, 5000, 1_000_000])
def test_blocks_end_with_a_row_and_lose_nothing(size: int, feeds: dict[str, Path]) -> None:
    blocks = list(polars_mapping.blocks(feeds["csv"], "csv", size))

    header, rest = feeds["csv"].read_bytes().split(b"\n", 1)
    assert header.startswith(b"sku,")
    assert b"".join(blocks) == rest
    assert all(block.count(b'"') % 2 == 0 and block.endswith(b"\n") for block in blocks)

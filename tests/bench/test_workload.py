import csv
import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from bench import workload
from bench.baselines.python_decimal import OfferMapping
from stdnum import ean

COUNT = 20_000
Fits = Callable[[dict[str, str]], object]


@cache
def sample() -> tuple[dict[str, str], ...]:
    return tuple(dict(zip(workload.COLUMNS, row, strict=True)) for row in workload.rows(COUNT))


def share(fits: Fits) -> float:
    return sum(map(bool, map(fits, sample()))) / COUNT


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        workload.write_csv(tmp_path / name, 500)
    workload.write_csv(tmp_path / "c.csv", 500, seed=1)

    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() != (tmp_path / "c.csv").read_bytes()


def test_every_machine_and_version_gives_these_bytes(tmp_path: Path) -> None:
    # Measurements of another feed cannot be compared: whoever changes the feed changes this line.
    workload.write_csv(tmp_path / "a.csv", 300)

    found = hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest()

    assert found[:16] == "4c4748b377537bcf"


def test_the_first_rows_do_not_depend_on_how_many_follow() -> None:
    assert list(workload.rows(50)) == list(workload.rows(70))[:50]


def test_all_formats_hold_the_same_cells(tmp_path: Path) -> None:
    wanted = list(workload.rows(400))
    for kind, write in workload.WRITERS.items():
        write(tmp_path / f"feed.{kind}", 400)

    with (tmp_path / "feed.csv").open(encoding="utf-8", newline="") as file:
        header, *from_csv = map(tuple, csv.reader(file))
    lines = (tmp_path / "feed.jsonl").read_text(encoding="utf-8").splitlines()
    from_parquet = pl.read_parquet(tmp_path / "feed.parquet").fill_null("").rows()

    assert header == workload.COLUMNS
    assert from_csv == wanted
    assert [tuple(json.loads(line).values()) for line in lines] == wanted
    assert from_parquet == wanted


def test_a_row_takes_about_371_bytes(tmp_path: Path) -> None:
    workload.write_csv(tmp_path / "a.csv", 2000)

    assert 360 < (tmp_path / "a.csv").stat().st_size / 2000 < 382


# The shares that measurements are stated for. The feed is the same each time, so the tolerance only
# says how far a sample of 20,000 rows may stand from them.
@pytest.mark.parametrize(
    ("expected", "fits"),
    [
        pytest.param(0.02, lambda row: not sound(row["ean"].strip()), id="bad check digits"),
        pytest.param(
            0.01, lambda row: any("," in row[name] for name in PRICES), id="comma decimals"
        ),
        pytest.param(0.005, lambda row: {row["cost"], row["sale_price"]} & GARBAGE, id="garbage"),
        pytest.param(0.01, lambda row: not row["stock_qty"], id="empty stock"),
        pytest.param(0.005, lambda row: {row["sale_start"], row["sale_end"]} & INVALID, id="dates"),
        pytest.param(0.006, lambda row: row["delivery_mode"].strip() not in MODES, id="bad codes"),
        pytest.param(0.03, lambda row: "\n" in row["description"], id="quoted newlines"),
    ],
)
def test_so_much_is_dirty(expected: float, fits: Fits) -> None:
    assert 0.75 * expected < share(fits) < 1.25 * expected


PRICES = ("cost", "compare_at_price", "sale_price", "min_price", "shipping_cost")
GARBAGE = set(workload.GARBAGE)
INVALID = set(workload.INVALID_DATES)
MODES = {"COL", "col", "CHR", "DPD", "GLS", "UPS", "TNT", "PAL", "pal", "MES"}


def sound(code: str) -> bool:
    return len(code) in {8, 12, 13} and ean.is_valid(code.zfill(13)) and code != "0" * 13


def test_sales_start_in_hours_that_paris_skips_and_repeats() -> None:
    starts = [row["sale_start"] for row in sample()]

    assert sum(start.startswith("2026-03-29 02:") for start in starts) >= 3
    assert sum(start.startswith("2025-10-26 02:") for start in starts) >= 6


def test_prices_end_on_half_a_cent() -> None:
    margins = OfferMapping().margins

    def tie(row: dict[str, str]) -> bool:
        try:
            cost = Decimal(row["cost"].strip())
        except ArithmeticError:
            return False
        margin = margins.get(row["category"].strip().casefold(), Decimal("1.3"))
        thousandths = cost * margin * (100 + Decimal(row["vat_rate"].strip())) * 10
        return cost.is_finite() and thousandths % 10 == 5

    # Rounding half to even would misround half of them.
    assert share(tie) > 0.02

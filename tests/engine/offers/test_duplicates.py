"""References that stand twice, in one batch and across many."""

import random

import polars as pl
import pytest

from engine.offers import duplicates
from engine.offers.duplicates import SeenReferences


def batch(
    skus: list[str | None],
    rows: list[int],
    excluded: list[bool] | None = None,
    stopped: list[bool] | None = None,
) -> pl.DataFrame:
    no = [False] * len(skus)
    return pl.DataFrame(
        {
            "sku": pl.Series(skus, dtype=pl.String),
            "__row": rows,
            "__excludes": excluded or no,
            "__stops": stopped or no,
        }
    )


@pytest.mark.parametrize("seed", range(4))
def test_batches_find_what_a_dictionary_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "LONGEST_RUN", 1 << 10)  # several runs that merge no more
    chance = random.Random(seed)  # noqa: S311 - data of a test
    seen, row = SeenReferences(), 0
    known: dict[str | None, int] = {}
    for _ in range(40):
        skus = [chance.choice([None, *[f"s{chance.randint(0, 4000)}"] * 20]) for _ in range(200)]
        excluded = [chance.random() < 0.05 for _ in skus]
        stopped = [chance.random() < 0.05 for _ in skus]
        rows = list(range(row + 1, row + 201))
        row += 200
        wanted: list[int | None] = []
        for sku, left, bad, number in zip(skus, excluded, stopped, rows, strict=True):
            counts = sku is not None and not left and not bad
            wanted.append(known.get(sku) if counts else None)
            if counts:
                known.setdefault(sku, number)
        assert seen.mark(batch(skus, rows, excluded, stopped))["__first"].to_list() == wanted
    assert len(seen.runs) > 1


def test_one_row_of_a_feed_may_make_two_of_the_same_reference() -> None:
    marked = SeenReferences().mark(batch(["a", "a", "b"], [3, 3, 3]))
    assert marked["__first"].to_list() == [None, 3, None]

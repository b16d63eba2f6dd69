"""Two thousand damaged files at each change; CI runs ten thousand by `tests/campaigns/mutate.py`."""

from pathlib import Path

import pytest
from campaigns.cases import campaign
from campaigns.damage import damaged

CASES = 2_000
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_no_damage_crashes_and_every_row_counts(part: int, tmp_path: Path) -> None:
    size = CASES // PARTS
    counts, holes = campaign(20250729, range(part * size, (part + 1) * size), tmp_path)
    assert holes == []
    # The campaign is one only where cases of all sorts are run, and rows are read.
    assert sum(n for name, n in counts.items() if name != "rows") == size
    assert {name.split()[0] for name in counts} >= {"feed", "rules", "schema", "settings", "table"}
    assert counts["rows"] > size


def test_a_case_is_its_seed_and_number() -> None:
    import random

    data = b"sku,price\nA,1\n" * 20
    first, again = (damaged(random.Random("1:7"), data) for _ in range(2))  # noqa: S311
    assert first == again
    assert len({damaged(random.Random(f"1:{n}"), data) for n in range(50)}) > 40  # noqa: S311

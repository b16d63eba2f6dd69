from pathlib import Path

import pytest
from bench import rules_cost, staging, workload


def _expressions(cost: rules_cost.Cost) -> tuple[int, int]:
    """How many columns the program makes, and in how many stages."""
    stages = cost.run.program.stages
    cost.run.feed.opened.source.close()
    return sum(map(len, stages)), len(stages)


def test_a_rule_makes_as_many_columns_among_many_as_among_few(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    workload.write_csv(feed, 3)
    folder = staging.stage_project(tmp_path / "project")
    counts = (0, 20, 500)
    (none, depth), few, many = (
        _expressions(rules_cost.compiled(folder, feed, count)) for count in counts
    )

    assert few[0] > none
    assert (many[0] - none) / 500 == (few[0] - none) / 20
    assert many[1] == few[1] <= depth + 2


def test_each_size_is_measured_and_the_ratio_is_said() -> None:
    found = rules_cost.measure([20, 500], rows=200, rounds=1)

    assert [one["rules"] for one in found] == [0, 20, 500]
    assert all(one["us_per_row"] > 0 for one in found)
    assert found[2]["us_per_row"] > found[0]["us_per_row"]


@pytest.mark.parametrize(
    ("many", "says"), [(8.0, "2.0 times one among 20; at most 2: as"), (8.4, "2.1 times")]
)
def test_too_dear_a_rule_is_told(many: float, says: str) -> None:
    about = {"check_s": 0.1, "compile_s": 0.1, "us_per_row": 5.0}
    found = [
        {"rules": n, "ns_per_row_and_rule": each, **about}
        for n, each in ((0, None), (20, 4.0), (500, many))
    ]
    last = rules_cost.report(found).splitlines()[-1]

    assert says in last
    assert last.endswith("MORE THAN IT SHOULD BE") == (many > 8)

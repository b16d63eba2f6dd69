"""Tests of rules about orders: what passes, what fails and says why, what is covered."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.pipeline import check
from engine.project import Project, load_project
from engine.ruletests.order_cases import OrderCaseResult, PermissionCoverage, run_order_tests

ROOT = Path(__file__).parents[3]
NOW = datetime(2025, 8, 1, 7, tzinfo=UTC)
RULES = (ROOT / "rules/orders.rules").read_text(encoding="utf-8")
WITHOUT_TESTS = RULES[: RULES.index('\ntest "')]


def run(tmp_path: Path, tests: str) -> tuple[list[OrderCaseResult], PermissionCoverage]:
    (tmp_path / "rules").mkdir()
    for name in ("offers.rules", "tables", "fixtures", "snapshots"):
        (tmp_path / "rules" / name).symlink_to(ROOT / "rules" / name)
    rules = tmp_path / "rules/orders.rules"
    rules.write_text(f"{WITHOUT_TESTS}\n{tests}\n", encoding="utf-8")
    order = {"marketplace": "cdiscount", "marketplace_order_id": "1", "account_id": 1}
    states = {"marketplace_status": "Shipped", "lengow_status": "shipped", "packages": []}
    (tmp_path / "rules/order.json").write_text(json.dumps(order | states), encoding="utf-8")
    (tmp_path / "rules/broken.json").write_text(json.dumps({"id": 1}), encoding="utf-8")
    project = Project(tmp_path, rules=("rules/orders.rules",))
    ruleset = check(project).ruleset
    assert ruleset is not None
    results, coverage = run_order_tests(project, ruleset, NOW)
    assert coverage is not None
    return results, coverage


def one(tmp_path: Path, lines: str, on: str = "on cdiscount_octopia") -> OrderCaseResult:
    at = "at 2025-08-01 09:00 Europe/Paris"
    results, _ = run(tmp_path, f'test "it" {on} {at}\n{lines}\nend')
    return results[0]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            "given state = Shipped\ntry cancel\nexpect allowed",
            "expected allowed, got denied: Cancel",
        ),
        (
            'given state = Shipped\ntry cancel\nexpect denied "ship"',
            "expected a reason with “ship”",
        ),
        (
            "given state = Shipped\ntry cancel\nexpect suggestion refuse",
            "expected suggestion refuse, got refund",
        ),
        (
            "given state = Shipped\ntry cancel\nexpect sent as refuse",
            "expected sent as refuse, got nothing",
        ),
        (
            "given state = Shipped\ntry cancel\nexpect channel cdiscount",
            "expected channel cdiscount, got cdiscount_octopia",
        ),
        ("try cancel\nexpect manual", "expected manual, got denied: nothing says in which state"),
    ],
)
def test_what_fails_says_what_came_out(tmp_path: Path, lines: str, says: str) -> None:
    result = one(tmp_path, lines)
    assert not result.passed
    assert result.failures[0].startswith(says)


def test_an_order_in_a_file(tmp_path: Path) -> None:
    lines = 'given order "order.json"\ntry cancel\nexpect denied "Refuse works only"'
    assert one(tmp_path, lines, "").failures == ()


def test_a_file_that_holds_no_order(tmp_path: Path) -> None:
    failures = one(tmp_path, 'given order "broken.json"\ntry cancel\nexpect denied', "").failures
    assert "broken.json" in failures[0]
    assert "neither an Octopia order nor a Lengow order" in failures[0]


def test_a_row_with_parameters_asks_for_them(tmp_path: Path) -> None:
    head = 'test table "it" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris\n'
    rows = '| state | action | refund_reason || result |\n| Shipped | refund | "x" || allowed |\n'
    results, _ = run(tmp_path, f"{head}{rows}end")
    assert "not in the table refund_reasons" in results[0].failures[0]


def test_only_what_is_decided_is_covered(tmp_path: Path) -> None:
    head = 'test table "it" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris\n'
    rows = "| state | action || result |\n| Shipped | refund || allowed |\n| Shipped | ship || denied |"
    _, coverage = run(tmp_path, f"{head}{rows}\nend")
    counted = {(s.channel, s.start is None): hit for s, hit, _ in coverage.slices()}
    assert counted == {
        ("cdiscount", True): 0,
        ("cdiscount_octopia", True): 0,
        ("cdiscount_octopia", False): 2,
    }


def test_every_permission_of_our_rules_is_decided_by_a_test() -> None:
    project = load_project(ROOT)
    ruleset = check(project).ruleset
    assert ruleset is not None
    results, coverage = run_order_tests(project, ruleset, NOW)
    assert coverage is not None
    assert [r.failures for r in results if not r.passed] == []
    assert [missed for _, _, missed in coverage.slices() if missed] == []

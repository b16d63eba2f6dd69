"""Fault scripts: read with care, the same for the same seed."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.sandbox.faults import KINDS, STORMS, Rule, Script, read_script, script_called


def write(tmp_path: Path, *faults: Any) -> Path:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({"faults": list(faults)}))
    return path


def test_a_rule_strikes_where_and_as_often_as_it_says(tmp_path: Path) -> None:
    rule = {"do": "reset-after", "on": "POST /orders/*/shipments", "skip": 1, "times": 2}
    script = read_script(write(tmp_path, rule), 1)
    assert script.pick("POST", "/orders/1/approval-status") is None
    assert script.pick("GET", "/orders/1/shipments") is None
    struck = [script.pick("POST", f"/orders/{n}/shipments") is not None for n in range(5)]
    assert struck == [False, True, True, False, False]
    assert script.struck[0] == ("reset-after", "POST /orders/1/shipments")


def test_a_script_is_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[str]:
        script = script_called("storm", seed)
        for number in range(300):
            script.pick("POST" if number % 2 else "GET", "/orders")
        return [do for do, _ in script.struck]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert len(set(drawn(1))) > 10


@pytest.mark.parametrize("name", [*KINDS, *STORMS])
def test_every_name_makes_a_script(name: str) -> None:
    script = script_called(name, 3)
    assert {rule.do for rule in script.rules} <= set(KINDS)


def test_lies_are_about_reads_and_losses_about_writes() -> None:
    assert Rule("lag").fits("GET", "/orders")
    assert not Rule("lag").fits("POST", "/orders/1/shipments")
    assert Rule("reset-after").fits("POST", "/orders/1/shipments")
    assert not Rule("reset-after").fits("GET", "/orders")
    assert Rule("reset-after", on="GET *").fits("GET", "/orders")
    assert Rule("500-before").fits("GET", "/orders")
    assert not Rule("500-before").fits("POST", "/token")
    assert Rule("500-before", on="POST /token").fits("POST", "/token")


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"do": "explode"},
        {"do": "late", "when": "never"},
        {"do": "late", "seconds": -1},
        {"do": "late", "one_in": 0},
        {"do": "late", "skip": "1"},
        {"do": "late", "times": True},
        {"do": "late", "on": 3},
        "late",
    ],
)
def test_what_is_not_known_is_refused(tmp_path: Path, fault: Any) -> None:
    with pytest.raises(ProjectError, match=r"faults\.json"):
        read_script(write(tmp_path, fault), 1)


@pytest.mark.parametrize("text", ["", "[]", '{"faults": {}}', "\xff"])
def test_what_is_no_script_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ProjectError, match=r"faults\.json"):
        read_script(path, 1)


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(ProjectError, match="reset-after"):
        script_called("reset", 1)


def test_one_rule_more_does_not_change_what_another_does() -> None:
    def drawn(*rules: Rule) -> list[int]:
        script = Script(list(rules), seed=5)
        return [n for n in range(200) if script.pick("POST", "/orders")]

    assert drawn(Rule("late", times=None, one_in=3)) == drawn(
        Rule("late", times=None, one_in=3), Rule("lag", on="GET /x")
    )

"""The measurement of the editor measures what it says, and nothing has become slow beyond doubt."""

from __future__ import annotations

from pathlib import Path

from bench.editor import LIMITS_MS, LINES, NAME, keystrokes, long_rules, shop, through_functions

from engine.diagnostics.place import Source
from engine.editor.desk import Desk
from engine.project import load_project

# Processor time of a busy machine may be twice that of a quiet one; `editor.py` measures closely.
SLACK = 2


def test_the_long_rules_are_whole_and_as_long_as_said(tmp_path: Path) -> None:
    text = long_rules()
    assert abs(text.count("\n") - LINES) <= 5
    desk = Desk(load_project(shop(tmp_path)), Source(NAME, text))
    assert desk.ruleset is not None, [one.says for one in desk.diagnostics]
    typed = [one for one, _ in keystrokes(text, 3)]
    assert len({text, *typed}) == 4
    assert all(desk.ruleset for desk in (Desk(desk.project, Source(NAME, t)) for t in typed))


def test_answers_come_in_time(tmp_path: Path) -> None:
    times = through_functions(shop(tmp_path), long_rules(), 4)
    for name, limit in LIMITS_MS.items():
        assert min(times[name]) < SLACK * limit, (name, times[name])

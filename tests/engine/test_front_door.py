"""The front door: what it gives, and that it loads nothing before it is asked."""

import io
import json
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import engine

ROOT = Path(__file__).parents[2]
AT = datetime(2025, 8, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
FEED = str(ROOT / "samples/catalogue.csv")


def _shop(folder: Path, rules: str) -> engine.Project:
    (folder / "rules").mkdir()
    (folder / "rules/offers.rules").write_text(rules, encoding="utf-8")
    return engine.load_project(folder)


def test_a_check_gives_a_ruleset_and_a_report() -> None:
    checked = engine.check(engine.load_project(ROOT))
    assert checked.ruleset is not None
    assert {s.channel for s in checked.ruleset.slices} == {"cdiscount", "cdiscount_octopia"}
    assert "E814" in {d.code.number for d in checked.report}
    assert engine.render_report(checked.report).count("warning[E814]") == 1


def test_a_check_of_faulty_rules_gives_the_report_alone(tmp_path: Path) -> None:
    checked = engine.check(_shop(tmp_path, "rules 1\nmapping offer for\n"))
    assert checked.ruleset is None
    assert checked.report.errors >= 1


def test_a_preview_holds_the_first_rows_and_counts_all() -> None:
    project = engine.load_project(ROOT)
    shown = engine.preview(project, FEED, channel="cdiscount_octopia", at=AT, rows=5)
    assert [row.row for row in shown.rows] == [1, 2, 3, 4, 5]
    first = shown.rows[0]
    assert first.outcome is engine.Outcome.OFFER
    assert isinstance(first.attributes["Price"], Decimal)
    lines = Path(FEED).read_text(encoding="utf-8").count("\n")
    assert 300 < shown.accounting.read < lines
    assert shown.accounting.read == sum(shown.accounting.outcomes.values())


def test_a_preview_holds_every_row_where_it_is_asked_to() -> None:
    project = engine.load_project(ROOT)
    shown = engine.preview(project, FEED, channel="cdiscount", at=AT, rows=None)
    assert [row.row for row in shown.rows] == list(range(1, shown.accounting.read + 1))
    refused = [row for row in shown.rows if row.outcome is engine.Outcome.REJECTED]
    assert refused
    assert all(row.reasons for row in refused)


def test_a_render_writes_what_a_preview_shows() -> None:
    project = engine.load_project(ROOT)
    offers, rejections = io.BytesIO(), io.BytesIO()
    counted = engine.render(project, FEED, offers, rejections, channel="cdiscount_octopia", at=AT)
    shown = engine.preview(project, FEED, channel="cdiscount_octopia", at=AT, rows=None)
    made = [json.loads(x, parse_float=Decimal) for x in offers.getvalue().splitlines()]
    refused = [json.loads(x) for x in rejections.getvalue().splitlines()]
    assert counted.sentence() == shown.accounting.sentence()
    assert [m["payload"] for m in made] == [r.payload for r in shown.rows if r.payload is not None]
    assert [m["row"] for m in refused] == [r.row for r in shown.rows if r.payload is None]


def test_a_feed_of_the_settings_is_found_by_its_name() -> None:
    project = engine.load_project(ROOT)
    named = engine.preview(project, "catalogue", channel="cdiscount", at=AT, rows=1)
    assert named.accounting.sentence() == (
        engine.preview(project, FEED, channel="cdiscount", at=AT, rows=1).accounting.sentence()
    )


def test_rules_with_errors_stop_a_run_and_bring_their_report(tmp_path: Path) -> None:
    project = _shop(tmp_path, "rules 1\nmapping offer for\n")
    with pytest.raises(engine.RulesError) as stopped:
        engine.preview(project, FEED, at=AT)
    assert len(list(stopped.value.report)) >= 1


def test_what_cannot_run_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(engine.ProjectError, match="name a project's folder"):
        engine.load_project(tmp_path / "none")
    project = engine.load_project(ROOT)
    with pytest.raises(engine.ProjectError, match="say for which channel"):
        engine.preview(project, FEED, at=AT)
    with pytest.raises(engine.ProjectError, match="needs its zone"):
        engine.preview(project, FEED, channel="cdiscount", at=AT.replace(tzinfo=None))
    with pytest.raises(engine.FeedError, match=r"none\.csv"):
        engine.preview(project, "none.csv", channel="cdiscount", at=AT)


@pytest.mark.parametrize("name", engine.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(engine, name).__doc__


def test_the_verb_stays_the_verb_when_its_folder_is_imported() -> None:
    program = (
        "import engine.preview.lines, engine; from engine.preview.lines import row_line;"
        "from engine import preview; assert callable(preview) and callable(engine.preview)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `nothing`"):
        _ = engine.nothing  # type: ignore[attr-defined]


def test_importing_the_front_door_loads_nothing_else() -> None:
    program = "import sys, engine; print([m for m in sys.modules if m.startswith('engine.')])"
    ran = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert ran.stdout == "[]\n"

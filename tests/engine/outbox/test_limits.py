"""What is said of a halt: the setting of its limit, the command that lifts it, whether it stands."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from checking.plans import offer, write_offers
from click.testing import CliRunner
from simulator.clock import ManualClock

from engine.cli.main import feedwright
from engine.outbox.guards import Rails
from engine.outbox.limits import LIMITS, limit_of, ways_on, ways_on_lines
from engine.outbox.obstacles import halted, remedy_of
from engine.outbox.opening import open_journal, standing_halts
from engine.outbox.plan import GuardFinding, Plan, halting_guards, read_plan
from engine.preview.plans import guard_lines
from engine.transport.outcome import Answer

SELLER = "10001"
WHY = "3 prices moved by a factor of 10"
SETTINGS = f"""\
sellers:
  "{SELLER}":
    client_id: env:OCTOPIA_ID
    client_secret: env:OCTOPIA_SECRET
    channels: [cdiscount_octopia]
"""


def test_each_guard_rail_has_its_setting() -> None:
    """But for `few`, which says of the others what percents count for."""
    assert {limit for limits in LIMITS.values() for limit in limits} == {
        *Rails.__struct_fields__
    } - {"few"}


def test_a_halt_names_its_setting_its_file_and_how_it_is_lifted() -> None:
    assert limit_of("price-changes") == (
        "`sending.guards.price_changes` and `sending.guards.price_change` in feedwright.yaml"
    )
    lift = "`feedwright journal lift forbidden --by NAME --why WORDS`"
    assert ways_on("forbidden") == lift
    assert list(ways_on_lines("forbidden", stands=True)) == [f"       lift   {lift}"]
    assert list(ways_on_lines("slips", stands=False)) == [
        "       limit  `sending.guards.slips` in feedwright.yaml",
        "       lift   once a push was halted: `feedwright journal lift slips --by NAME --why WORDS`",
    ]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "feedwright.yaml").write_text(SETTINGS)
    return tmp_path


def journal_of(project: Path) -> Path:
    return project / "var/journal" / f"{SELLER}.sqlite"


def plan_in(project: Path, lineage: str, *guards: GuardFinding) -> Path:
    file = write_offers(project / "offers.jsonl", [offer("CH-1")], guards=list(guards))
    head, _, lines = file.read_bytes().partition(b"\n")
    made = replace(read_plan(head, ""), lineage=lineage)
    file.write_bytes(made.text() + lines)
    return file


def shown(plan: Path, *words: str) -> str:
    ran = CliRunner().invoke(feedwright, ["show", str(plan), *words])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_a_plan_that_is_shown_tells_the_halts_that_stand(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    with open_journal(journal_of(project), ManualClock(), seller=SELLER) as journal:
        journal.halt("slips", WHY)
        journal.halt("forbidden", "answered 403 on ship")
        journal.lift("forbidden", "Ada", "given")
        lineage = journal.lineage
    plan = plan_in(project, lineage)
    assert standing_halts(journal_of(project), lineage) == {"slips": WHY}
    told = f"HALTED  slips: {WHY}; nothing is sent until it is lifted"
    assert told in shown(plan)
    assert "forbidden" not in shown(plan)
    assert json.loads(shown(plan, "--format", "json"))["halted"] == [{"name": "slips", "why": WHY}]
    assert "Sending is halted:" in shown(plan, "--html", "-")
    with open_journal(journal_of(project), ManualClock(), seller=SELLER) as journal:
        journal.lift("slips", "Ada", "the prices are right")
    assert "HALTED" not in shown(plan)
    assert "Sending is halted:" not in shown(plan, "--html", "-")


def test_a_plan_is_shown_where_no_journal_is_its_own(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, or beside another journal, or one that is none: as it was made."""
    with open_journal(journal_of(project), ManualClock(), seller=SELLER) as journal:
        journal.halt("slips", WHY)
    plan = plan_in(project, "another")
    monkeypatch.chdir(project)
    assert "HALTED" not in shown(plan)
    journal_of(project).write_bytes(b"no journal")
    assert "HALTED" not in shown(plan)
    journal_of(project).unlink()
    assert "HALTED" not in shown(plan)
    monkeypatch.chdir("/")
    assert "HALTED" not in shown(plan)
    monkeypatch.chdir(project)
    head, _, lines = plan.read_bytes().partition(b"\n")
    plan.write_bytes(replace(read_plan(head, ""), seller="../10001").text() + lines)
    assert "HALTED" not in shown(plan)


def test_a_push_that_is_refused_says_how_it_goes_on() -> None:
    limit = "`sending.guards.slips` in feedwright.yaml"
    lift = "`feedwright journal lift slips --by NAME --why WORDS`"
    obstacle = halted({"slips": WHY})
    assert obstacle.remedy == f"look at it, then {lift}; its limit is {limit}"
    assert remedy_of(Answer(403, {}, None)).endswith(
        "then `feedwright journal lift forbidden --by NAME --why WORDS`"
    )


def test_only_what_halts_says_how_it_is_lifted(project: Path) -> None:
    halts = GuardFinding("slips", WHY, halts=True)
    note = GuardFinding("withdrawn", "1 of 8 offers are withdrawn", halts=False)
    plan: Plan = read_plan(
        plan_in(project, "one", halts, note).read_bytes().partition(b"\n")[0], ""
    )
    assert halting_guards(plan, {}) == [halts]
    assert [line.split()[0] for line in guard_lines(plan)] == ["HALTS", "limit", "lift", "note"]

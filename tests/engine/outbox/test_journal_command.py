"""`feedwright journal` and decisions about what is held."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from simulator.clock import ManualClock
from simulator.market import SELLER
from simulator.wishes import approved, order_for, wish

from engine.cli.main import feedwright
from engine.errors import ProjectError
from engine.outbox.book import OfferValue, PackageStep
from engine.outbox.decisions import decide, find_message
from engine.outbox.events import Event, State, Step
from engine.outbox.guards import rails_of
from engine.outbox.journal import Journal
from engine.outbox.message import Kind
from engine.outbox.moments import MINUTE
from engine.outbox.opening import open_journal
from engine.outbox.schedule import times_of
from engine.outbox.settings import sending_settings
from engine.project import load_project

SETTINGS = f"""\
sellers:
  "{SELLER}":
    client_id: env:OCTOPIA_ID
    client_secret: file:secrets/octopia
    channels: [cdiscount_octopia]
sending:
  refund_rights: [Ada]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feedwright.yaml").write_text(SETTINGS)
    with journal_in(tmp_path) as journal:
        for kind in (Kind.SHIP, Kind.REFUND):
            message = wish(kind, order_for(kind, f"O-{kind}"))
            journal.approve(approved(message, journal.clock.now().wall))
            for step in (Step.CLAIM, Step.DOUBT, Step.HOLD):
                journal.append(Event(step, message.id, {"why": "nobody knows"}))
        journal.halt("forbidden", "answered 403 on ship")
    return tmp_path


def journal_in(folder: Path) -> Journal:
    path = folder / "var" / "journal" / f"{SELLER}.sqlite"
    return open_journal(path, ManualClock(), seller=SELLER)


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(feedwright, ["journal", *words, "--project", str(folder)])


def test_packages_are_listed_as_well(folder: Path) -> None:
    value = OfferValue("A", "h" * 32, "10.00", 3).as_json()
    with journal_in(folder) as journal:
        for number in range(14):
            begin = {"channel": "cdiscount_octopia", "carrier": "json", "type": "Upsert"}
            steps = [(PackageStep.BEGIN, {**begin, "plan": "p", "part": 0})]
            if number == 2:
                steps.append((PackageStep.COMMIT, {"offers": [value]}))
            elif number != 1:
                steps.append((PackageStep.ABANDON, {"why": "an upload is not certain"}))
            for step, data in steps:
                journal.append(Event(step, None, {"package": f"P-{number}", **data}))
    listed = run(folder, "list").output.splitlines()
    assert listed[1] == "2 earlier packages are at their end"  # not the two that are open
    told = "Upsert package by json to cdiscount_octopia"
    assert listed[2] == f"P-1  begun  {told}"
    assert listed[3] == f"P-2  committing  {told}  1 offers  committed 2026-01-01 00:00 UTC"
    assert [line.split("  ")[0] for line in listed[4:-2]] == [f"P-{n}" for n in range(4, 14)]
    assert not any("P-" in line for line in run(folder, "list", "--state", "held").output.split())


def test_list_and_show(folder: Path) -> None:
    listed = run(folder, "list").output.splitlines()
    lifting = "`feedwright journal lift forbidden --by NAME --why WORDS`"
    assert listed[0] == f"HALTED forbidden: answered 403 on ship; {lifting}"
    assert sorted(line.split("  ")[1:5] for line in listed[1:]) == [
        ["held", "refund", "O-refund", "sent 1x"],
        ["held", "ship", "O-ship", "sent 1x"],
    ]
    assert run(folder, "list", "--state", "confirmed").output.splitlines() == listed[:1]
    shown = run(folder, "show", listed[1].split("  ")[0]).output.splitlines()
    assert [line.split("  ")[-2].strip() for line in shown[1:]] == [
        "approve",
        "claim",
        "doubt",
        "hold",
    ]
    assert run(folder, "show", "zzz").exception is not None


def test_verify_and_export(folder: Path) -> None:
    assert run(folder, "verify").output == "10 entries, 2 messages: whole\n"
    lines = [json.loads(line) for line in run(folder, "export").output.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 11))
    connection = sqlite3.connect(folder / "var" / "journal" / f"{SELLER}.sqlite")
    connection.execute("UPDATE event SET wall = wall + 1 WHERE seq = 4")
    connection.commit()
    connection.close()
    broken = run(folder, "verify")
    assert broken.exit_code == 1
    assert "broken at entry 4" in broken.output


def test_a_halt_is_lifted_by_name(folder: Path) -> None:
    assert isinstance(
        run(folder, "lift", "other", "--by", "Ada", "--why", "x").exception, Exception
    )
    assert (
        run(folder, "lift", "forbidden", "--by", "Ada", "--why", "given").output
        == "lifted forbidden\n"
    )
    assert not run(folder, "list").output.startswith("HALTED")


def test_decisions_are_made_by_who_may(folder: Path) -> None:
    with journal_in(folder) as journal:
        refund = next(r for r in journal.records() if r.kind == "refund")
        ship = next(r for r in journal.records() if r.kind == "ship")
        with pytest.raises(ProjectError, match="Bob may not release money"):
            decide(journal, refund.id, "release", by="Bob", why="late", rights=("Ada",))
        with pytest.raises(ProjectError, match="say who decides"):
            decide(journal, refund.id, "release", by=" ", why="late", rights=())
        released = decide(journal, refund.id[:12], "release", by="Ada", why="late", rights=("Ada",))
        assert (released.state, released.allowed) == (State.APPROVED, 2)
        with pytest.raises(ProjectError, match="approved, not held"):
            decide(journal, refund.id, "confirm", by="Ada", why="done", rights=())
        done = decide(
            journal, ship.id, "confirm", by="Bob", why="the carrier says so", rights=("Ada",)
        )
        assert done.state is State.CONFIRMED
        with pytest.raises(ProjectError, match="no message"):
            find_message(journal, "")
        last = list(journal.entries(ship.id))[-1].event
        assert last.data == {"by": "Bob", "why": "the carrier says so"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("sellers: {a/b: {}}", "letters, digits"),
        ("sellers: {a: {client_id: s3cret}}", "says where the secret stands"),
        ("sellers: {a: {client_ids: x}}", "no setting `sellers.a.client_ids`"),
        ("sending: {quarantine_minutes: 4}", "must be 5 or more"),
        ("sending: {quarantine_minutes: x}", "whole number"),
        ("sending: {quarantin: 4}", "no setting `sending.quarantin`"),
        ("sending: {journal: [a]}", "must be a text"),
        ("sending: {guards: 3}", "must hold"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, settings: str, told: str) -> None:
    (tmp_path / "feedwright.yaml").write_text(settings)
    with pytest.raises(ProjectError, match=told):
        sending_settings(load_project(tmp_path))


SELLS = "sellers:\n  a:\n    client_id: env:A\n    client_secret: env:B\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sending:\n  guards:\n    slip: 3\n", "3:5: no guard rail is called `slip`"),
        ("sending:\n  xml:\n    folder: a\n    url: b\n", "4:5: sending.xml.url"),
        ("sellers:\n  a:\n    client_id: s3cret\n", "3:5: sellers.a.client_id says where"),
        ("sellers:\n  a:\n    client_id: env:A\n", "3:5: sellers.a.client_secret says where"),
        (f"{SELLS}    api: http://[::1/v2\n", "5:5: sellers.a.api: no address that can be read"),
        (f"{SELLS}    api: http://127.0.0.1:99999/x\n", "5:5: sellers.a.api: no address that"),
        (f"{SELLS}    token_url: https://a:s3cret\n", "5:5: sellers.a.token_url: no address"),
        (f"{SELLS}    api: http://example.org/\n", "5:5: sellers.a.api: http://example.org/: only"),
        ('sellers:\n  a:\n    client_id: "file:a\\0b"\n', "3:5: sellers.a.client_id says where"),
        ("sellers:\n  a b:\n    client_id: env:A\n", "2:3: sellers.a b: letters, digits"),
        ("schedule:\n  zone: Paris\n", "2:3: no time zone is called Paris"),
        ("schedule:\n  orders: often\n", "2:3: schedule.orders: `often` is no cron"),
    ],
)
def test_faults_of_settings_are_told_with_their_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "feedwright.yaml").write_text(text)
    project = load_project(tmp_path)

    def read() -> None:
        rails_of(sending_settings(project).guards)
        times_of(project.schedule)

    with pytest.raises(ProjectError) as fault:
        read()
    assert str(fault.value).startswith(f"feedwright.yaml:{told}")
    assert "s3cret" not in str(fault.value)


def test_settings(folder: Path) -> None:
    sending = sending_settings(load_project(folder))
    assert sending.seller(None).channels == ("cdiscount_octopia",)
    assert sending.journal_path(SELLER) == folder / "var/journal/98979.sqlite"
    assert sending.waits.quarantine == 15 * MINUTE
    with pytest.raises(ProjectError, match="no seller `7`"):
        sending.seller("7")

"""The schedule: each time once, whatever daylight saving, restarts and naps do."""

import io
import json
import os
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from simulator.clock import START, ManualClock
from simulator.market import SELLER, Fate, Market
from simulator.offer_market import OfferMarket
from simulator.wishes import approved, order_for, wish

from engine.cli.main import feedwright
from engine.errors import HaltedError, ProjectError
from engine.outbox.book import PackageStep
from engine.outbox.drift import find_drift
from engine.outbox.events import Event, State
from engine.outbox.message import Kind
from engine.outbox.moments import HOUR, MINUTE, instant_of, wall_of
from engine.outbox.opening import open_journal
from engine.outbox.schedule import Schedule, Times, next_time, times_of
from engine.outbox.settings import sending_settings
from engine.outbox.signs import Numbers, logger
from engine.project import load_project
from engine.sending.runner import Runner
from engine.transport.secrets import Mask, Secret

PARIS = ZoneInfo("Europe/Paris")
CHANNEL = "cdiscount_octopia"


def changes() -> list[datetime]:
    """Every change of the clocks in Paris from 2020 to 2040, as the day of it."""
    days = (datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(21 * 366))
    found = []
    for day in days:
        before, after = (d.astimezone(PARIS).utcoffset() for d in (day, day + timedelta(days=1)))
        if before != after and day.year <= 2040:
            found.append(day)
    return found


def test_there_are_two_changes_a_year() -> None:
    assert len(changes()) == 42


@pytest.mark.parametrize("when", ["30 2 * * *", "0 2 * * *", "15 3 * * *", "0 0 * * *"])
def test_a_daily_job_runs_once_on_each_day_of_a_change(when: str) -> None:
    for change in changes():
        at = change - timedelta(days=2)
        times = []
        for _ in range(5):
            at = next_time(when, at, PARIS)
            times.append(at)
        days = [t.astimezone(PARIS).date() for t in times]
        assert days == [days[0] + timedelta(days=n) for n in range(5)], change
        assert len({t.astimezone(UTC) for t in times}) == 5


def test_quarters_stay_quarters_when_the_clocks_change() -> None:
    for change in changes():
        at = change.astimezone(PARIS)
        for _ in range(96 + 8):
            after = next_time("*/15 * * * *", at, PARIS)
            passed = after.astimezone(UTC) - at.astimezone(UTC)
            assert timedelta(0) < passed <= timedelta(minutes=15), (change, at, after)
            at = after


def schedule(path: Path, now: int, **jobs: str) -> Schedule:
    return Schedule(path, Times(jobs or {"orders": "*/15 * * * *"}, PARIS, None, None), now)


def test_missed_times_are_run_once(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    made = schedule(path, START)
    made.save(START)
    later = START + 5 * HOUR + MINUTE
    again = schedule(path, later)
    assert [j.name for j in again.due(later)] == ["orders"]
    again.ran("orders", later)
    assert again.due(later) == []
    assert again.jobs["orders"].due == START + 5 * HOUR + 15 * MINUTE
    assert again.nap(later) == 30_000


def test_a_restart_neither_forgets_nor_repeats(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    made = schedule(path, START)
    made.ran("orders", START + 16 * MINUTE, {SELLER: ["no connection"]})
    made.save(START + 16 * MINUTE)
    again = schedule(path, START + 17 * MINUTE)
    assert again.due(START + 29 * MINUTE) == []
    assert [j.well for j in again.due(START + 31 * MINUTE)] == [False]


def test_a_clock_that_was_set_back_leaves_nothing_waiting_for_years(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    made = schedule(path, START + 1000 * 24 * HOUR)
    made.save(START)
    assert schedule(path, START).jobs["orders"].due == START + 15 * MINUTE


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"jobs": 3}', '{"jobs": {"orders": 3}}', "\0"]
)
def test_a_broken_file_is_begun_anew(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s.json"
    path.write_text(content)
    assert schedule(path, START).jobs["orders"].due == START + 15 * MINUTE


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ({"orders": "often"}, "no cron expression"),
        ({"orders": "0 0 31 2 *"}, "no cron expression"),
        ({"order": "* * * * *"}, "no setting `schedule.order`"),
        ({"zone": "Paris"}, "no time zone"),
        ({"metrics_port": "x"}, "a port's number"),
        ({"feed": ["a"]}, "must be a text"),
    ],
)
def test_settings_that_cannot_be_used(read: dict[str, object], told: str) -> None:
    with pytest.raises(ProjectError, match=told):
        times_of(read)


def test_the_usual_times() -> None:
    assert times_of({}).jobs == {
        "orders": "*/15 * * * *",
        "offers": "0 * * * *",
        "drift": "30 3 * * *",
    }
    assert "drift" not in times_of({"drift": "never"}).jobs
    assert next_time("0 * * * *", instant_of(START), PARIS) == instant_of(START + HOUR)
    assert wall_of(next_time("0 0 * * *", instant_of(START), PARIS)) == START + 23 * HOUR


SETTINGS = f'sellers:\n  "{SELLER}": {{client_id: env:ID, client_secret: env:SECRET, channels: [{CHANNEL}]}}\n'


class Shop:
    """A project whose one order is to be shipped."""

    def __init__(self, folder: Path) -> None:
        (folder / "feedwright.yaml").write_text(SETTINGS)
        self.clock = ManualClock()
        self.market = Market(self.clock, Fate())
        order = order_for(Kind.SHIP, "O-1")
        self.market.add(order)
        self.message = wish(Kind.SHIP, order)
        self.log = io.StringIO()
        project = load_project(folder)
        self.sending = sending_settings(project)
        self.numbers = Numbers()
        times = times_of({})
        self.runner = Runner(
            project,
            self.sending,
            Schedule(folder / "var/schedule.json", times, self.clock.wall),
            self.clock,
            lambda *_: self.market,
            logger(Mask([Secret("hunter2")]), self.log),
            numbers=self.numbers,
        )

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def test_an_action_that_is_withdrawn_is_in_the_file_and_not_well(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    order = order_for(Kind.SHIP, "O-1")
    made = wish(Kind.SHIP, order)
    with open_journal(shop.sending.journal_path(SELLER), shop.clock, seller=SELLER) as journal:
        journal.approve(approved(made, shop.clock.wall, expires=shop.clock.wall + MINUTE))
    shop.clock.sleep(16 * MINUTE)
    assert not shop.runner.once()
    whys = [str(line["why"]) for line in shop.lines() if line["event"] == "in the way"]
    assert len(whys) == 1
    assert "ship of order O-1 is withdrawn: its plan expired before it was sent; look at" in whys[0]


def test_what_is_due_runs_and_is_told(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert shop.runner.once()
    assert shop.lines() == []
    shop.clock.sleep(15 * MINUTE)
    assert shop.runner.once()
    assert [(line["event"], line["job"]) for line in shop.lines()] == [("ran", "orders")]
    shop.clock.sleep(46 * MINUTE)
    shop.runner.once()
    told = [(line["event"], line.get("job"), line.get("why")) for line in shop.lines()[1:]]
    assert ("nothing is planned", None, "no feed is set") in told
    assert [job for _, job, _ in told if job] == ["orders", "offers"] or [
        job for _, job, _ in told if job
    ] == ["offers", "orders"]
    alive = json.loads((tmp_path / "var/schedule.json").read_text())
    assert alive["alive"] == instant_of(shop.clock.wall).isoformat()
    assert alive["jobs"]["orders"]["well"] is True


def test_a_job_that_fails_stops_no_other(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    path = shop.sending.journal_path(SELLER)
    with open_journal(path, shop.clock, seller=SELLER) as journal:
        journal.approve(approved(shop.message, shop.clock.wall))
        shop.clock.sleep(HOUR)
        assert not shop.runner.once()  # the journal is held: every job fails, and says so
    assert [line["event"] for line in shop.lines()] == ["failed", "failed"]
    shop.clock.sleep(HOUR)
    shop.runner.once()
    assert [line["event"] for line in shop.lines()][2:].count("ran") == 2


def test_the_health_file_says_what_is_in_the_way(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    sending, folder = shop.sending, tmp_path / "var/plans"
    with open_journal(sending.journal_path(SELLER), shop.clock, seller=SELLER) as journal:
        journal.approve(approved(shop.message, shop.clock.wall, expires=shop.clock.wall + HOUR))
        for step in ("claim", "doubt"):
            journal.append(Event(step, shop.message.id, {"why": "the answer was lost"}))
    assert not folder.exists()
    shop.market.fate = Unread()
    shop.clock.sleep(15 * MINUTE)
    assert not shop.runner.once()
    orders = json.loads((tmp_path / "var/schedule.json").read_text())["jobs"]["orders"]
    assert orders["well"] is False
    (words,) = orders["trouble"][SELLER]
    assert words.startswith("GET /orders/O-1: ")
    assert "`feedwright sync orders` after " in words
    assert orders["last_at"] == instant_of(shop.clock.wall).isoformat()
    assert [line["why"] for line in shop.lines() if line["event"] == "in the way"] == [words]
    shop.market.fate = Fate()
    shop.market.by_hand(shop.message.call)
    shop.clock.sleep(15 * MINUTE)
    shop.runner.once()
    orders = json.loads((tmp_path / "var/schedule.json").read_text())["jobs"]["orders"]
    assert (orders["well"], orders["trouble"]) == (True, {})


def test_a_fault_in_a_job_or_a_full_disk_stops_no_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path)

    def broken(_: object) -> list[str]:
        raise KeyError("price")

    shop.runner.jobs = {**shop.runner.jobs, "orders": broken}
    shop.clock.sleep(HOUR)
    monkeypatch.setattr(os, "replace", full)
    assert not shop.runner.once()
    told = [(line["event"], line["job"], line.get("why")) for line in shop.lines() if "job" in line]
    assert ("failed", "orders", "KeyError: 'price'") in told
    assert [job for event, job, _ in told if event == "ran"] == ["offers"]
    assert next(w for _, job, w in told if job == "schedule").endswith("No space left on device")
    monkeypatch.undo()
    assert shop.runner.once()
    jobs = json.loads((tmp_path / "var/schedule.json").read_text())["jobs"]
    assert jobs["orders"]["trouble"] == {SELLER: ["KeyError: 'price'"]}


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_halt_shows_in_the_numbers_though_its_job_failed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    with open_journal(shop.sending.journal_path(SELLER), shop.clock, seller=SELLER) as journal:
        journal.halt("slips", "3 prices moved")

    def halted(_: object) -> list[str]:
        raise HaltedError("guard rail `slips`")

    shop.runner.jobs = {**shop.runner.jobs, "orders": halted}
    shop.clock.sleep(15 * MINUTE)
    assert not shop.runner.once()
    assert shop.numbers.registry.get_sample_value("feedwright_halts", {"seller": SELLER}) == 1


def test_the_plan_of_the_schedule_is_nobody_elses(tmp_path: Path) -> None:
    from engine.outbox.local_disk import private_file

    path = tmp_path / "plan"
    path.write_text("of before, for everybody")
    with private_file(path) as file:
        file.write(b"x")
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600


class Unread(Fate):
    """No read is answered."""

    def read(self) -> str:
        return "lost"


def test_what_is_held_is_an_alarm_and_a_number(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    with open_journal(shop.sending.journal_path(SELLER), shop.clock, seller=SELLER) as journal:
        journal.approve(approved(shop.message, shop.clock.wall))
        for step in ("claim", "doubt", "hold"):
            journal.append(Event(step, shop.message.id, {"why": "nobody knows"}))
    shop.clock.sleep(15 * MINUTE)
    shop.runner.once()
    held = [line for line in shop.lines() if line["event"] == "open"]
    assert [(line["level"], line["order"]) for line in held] == [("warning", "O-1")]
    value = shop.numbers.registry.get_sample_value
    assert value("feedwright_messages", {"seller": SELLER, "state": State.HELD}) == 1
    assert value("feedwright_job_runs_total", {"job": "orders", "outcome": "well"}) == 1


def test_numbers_are_served_on_this_machine(tmp_path: Path, unused_port: int) -> None:
    shop = Shop(tmp_path)
    shop.numbers.serve(unused_port)
    with urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/metrics") as answer:
        assert b"feedwright_job_runs" in answer.read()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_no_secret_stands_in_a_log() -> None:
    to = io.StringIO()
    log = logger(Mask([Secret("hunter2"), Secret('a"b')]), to)
    log.warning(
        "token hunter2", header="Bearer hunter2", many=["hunter2", 'x a"b'], url="?s=hunter2"
    )
    try:
        int("hunter2")
    except ValueError:
        log.exception("failed")
    assert "hunter2" not in to.getvalue()
    assert 'a\\"b' not in to.getvalue()
    assert to.getvalue().count("***") >= 6


def test_drift_is_told_and_not_corrected(tmp_path: Path) -> None:
    clock = ManualClock()
    market = OfferMarket(clock, Fate(), Random(1))  # noqa: S311 - a game
    with open_journal(tmp_path / "j.sqlite", clock, seller=SELLER) as journal:
        begin = {"channel": CHANNEL, "carrier": "json", "type": "Upsert", "plan": "p", "part": 0}
        values = [
            [sku, "h", "10.00", quantity, False]
            for sku, quantity in zip("ABCDE", (1, 1, 0, 1, 1), strict=True)
        ]
        for step, data in (
            (PackageStep.BEGIN, begin),
            (PackageStep.COMMIT, {"offers": values}),
            (PackageStep.RESULTS, {"refused": {}}),
        ):
            journal.append(Event(step, None, {"package": "P", **data}))
        for sku, price, quantity in (
            ("A", "10.0", 7),
            ("B", "9.99", 1),
            ("C", "10", 3),
            ("X", "1", 1),
            ("E", "10", 0),
        ):
            market._show(
                sku,
                {"price": {"price": Decimal(price)}, "quantity": quantity},
            )
        found = find_drift(journal, market, CHANNEL, "CDISFR")
    assert not isinstance(found, str)
    assert [(d.sku, d.what, d.confirmed, d.shown) for d in found] == [
        ("B", "price", "10.00", "9.99"),
        ("C", "quantity", "0", "3"),
        ("D", "offer", "on sale", "missing"),
        ("X", "offer", "unknown here", "on sale"),
    ]
    assert market.writes == 0


def test_the_command_runs_what_is_due_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "feedwright.yaml").write_text(SETTINGS)
    monkeypatch.setenv("ID", "x")
    monkeypatch.setenv("SECRET", "y")
    ran = CliRunner().invoke(feedwright, ["run", "--once", "--project", str(tmp_path)])
    assert (ran.exit_code, ran.output) == (0, "")
    assert set(json.loads((tmp_path / "var/schedule.json").read_text())["jobs"]) == {
        "orders",
        "offers",
        "drift",
    }

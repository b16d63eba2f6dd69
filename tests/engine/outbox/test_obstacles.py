"""What a push says when it is not at its end: what was tried, what came back, what follows."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from simulator.clock import ManualClock
from simulator.market import SELLER, Fate, Market
from simulator.wishes import approved, order_for, wish

from engine.cli.main import feedwright
from engine.outbox.events import Event, State, Step
from engine.outbox.message import Kind
from engine.outbox.moments import HOUR
from engine.outbox.obstacles import NotedSender, Obstacle, came_back, remedy_of, troubles
from engine.outbox.opening import open_journal
from engine.outbox.push import Push
from engine.transport.outcome import (
    Answer,
    Call,
    Lost,
    LostKind,
    NotSent,
    NotSentReason,
    Outcome,
)

CHANNEL = "cdiscount_octopia"


class One:
    """A sender with one outcome for everything."""

    seller = SELLER

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def send(self, _: Call) -> Outcome:
        return self.outcome

    def renew(self) -> bool:
        return False

    def blocked_seconds(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("outcome", "said", "remedy"),
    [
        (NotSent(NotSentReason.NAME, "x"), "name not resolved (x)", "check the names in `api`"),
        (NotSent(NotSentReason.CONNECT), "nothing was sent: no connection", "anything answers"),
        (NotSent(NotSentReason.TLS), "no TLS", "certificates"),
        (NotSent(NotSentReason.TOKEN, "refused"), "no token (refused)", "`client_secret`"),
        (NotSent(NotSentReason.REFUSED_HERE, "rests"), "refused here (rests)", "wait"),
        (Lost(LostKind.TIMEOUT, "waiting"), "the answer was lost: timeout, waiting", "by itself"),
        (Answer(401), "401", "lift credentials"),
        (Answer(403), "403", "lift forbidden"),
        (Answer(503), "503", "by itself"),
        (Answer(200, fault="it does not fit"), "it does not fit", "newer Feedwright"),
        (Answer(200), "answered 200", "by itself"),
    ],
)
def test_every_outcome_is_told_with_what_can_be_done(
    outcome: Outcome, said: str, remedy: str
) -> None:
    assert said in came_back(outcome)
    assert remedy in remedy_of(outcome)


def test_the_last_call_is_told_without_its_query() -> None:
    line = NotedSender(One(Answer(500)))
    assert line.obstacle("later").tried == "nothing yet"
    for _ in range(3):
        line.send(Call("GET", "/orders?customer=Jane"))
    assert line.obstacle("later").lines()[0] == "  tried      GET /orders, 3 times"
    waits = Obstacle("a", "b", "c", "d", trouble=False)
    assert troubles([waits, line.obstacle("x"), line.obstacle("x")]) == [str(line.obstacle("x"))]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("no connection", ("no connection", "tries again, until")),
        ("429", ("429", "after 2026-01-01")),
        ("lost before", ("has not our parcel", "after 2026-01-01")),
        ("403", ("halted: forbidden", "lift forbidden")),
    ],
)
def test_a_message_that_is_not_at_its_end_says_why(
    tmp_path: Path, outcome: str, words: tuple[str, ...]
) -> None:
    class Always(Fate):
        def write(self) -> str:
            return outcome

    clock = ManualClock()
    market, order = Market(clock, Always()), order_for(Kind.SHIP, "O-1")
    market.add(order)
    made = wish(Kind.SHIP, order)
    with open_journal(tmp_path / "j.sqlite", clock, seller=SELLER) as journal:
        journal.approve(approved(made, clock.wall, expires=clock.wall + HOUR))
        done = Push(journal, market, {made.id: made}).run()
        if outcome == "403":  # what happens next time, with the halt in place
            record = journal.record(made.id)
            assert record is not None
            assert record.state is State.UNKNOWN
            other = wish(Kind.ACCEPT, order)
            journal.approve(approved(other, clock.wall, expires=clock.wall + HOUR))
            done = Push(journal, market, {other.id: other}).run()
            made = other
        record = journal.record(made.id)
    assert record is not None
    assert not record.final
    told = str(done.notes[record.id])
    assert all(word in told for word in words), told


def test_what_is_held_says_until_when_the_order_is_to_be_shipped(tmp_path: Path) -> None:
    clock = ManualClock()
    market, order = Market(clock, Fate()), order_for(Kind.SHIP, "O-1")
    market.add(order)
    made = wish(Kind.SHIP, order)

    class Shown(NotedSender):
        def send(self, call: Call) -> Outcome:
            found = market.send(call)
            if isinstance(found, Answer) and isinstance(found.body, dict):
                found.body["shippedAtMax"] = "2025-09-03T10:00:00Z"
            return found

    with open_journal(tmp_path / "j.sqlite", clock, seller=SELLER) as journal:
        journal.approve(approved(made, clock.wall, expires=clock.wall + HOUR))
        for step in (Step.CLAIM, Step.DOUBT, Step.HOLD):
            journal.append(Event(step, made.id, {"why": "nobody knows"}))
        done = Push(journal, Shown(market), {made.id: made}).run()
    assert "to be shipped by 2025-09-03T10:00:00Z" in done.notes[made.id].goes_on
    assert f"orders release {made.id[:12]}" in done.notes[made.id].remedy


# The commands, against a port where nobody answers


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    shop = Path(__file__).parents[2] / "campaigns/shop"
    for path in shop.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(shop)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    base = f"http://127.0.0.1:{port}"
    (tmp_path / "feedwright.yaml").write_text(
        f"rules: [rules/offers.rules]\nsellers:\n  '{SELLER}':\n    client_id: env:ID\n"
        f"    client_secret: env:HIDDEN\n    channels: [{CHANNEL}]\n"
        f"    api: {base}/seller/v2\n    token_url: {base}/token\n"
    )
    (tmp_path / "shop.csv").write_text("sku,ean,price,stock\nA-1,3760000000017,12.00,4\n")
    monkeypatch.setenv("ID", "hunter1")
    monkeypatch.setenv("HIDDEN", "hunter2")
    return tmp_path


def test_a_push_that_reaches_nobody_says_what_to_do(project: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        found = CliRunner().invoke(feedwright, [*words, "--project", str(project)])
        return found.exit_code, found.output

    feed, out = str(project / "shop.csv"), str(project / "plan.jsonl")
    code, said = run("plan", feed, "--channel", CHANNEL, "--out", out)
    assert code == 0, said
    code, said = run("push", out, "--first", "--wait", "0")
    assert code == 1
    assert said.startswith("not at its end yet\n")
    assert "  tried      POST /offer-packages, 3 times\n" in said
    assert "no connection (asking for a token: connection refused)" in said
    assert "  goes on    push the same plan again until " in said
    assert "see whether anything answers at `api`" in said
    assert "hunter" not in said
    assert run("sync", "offers") == (0, "nothing is under way\n")

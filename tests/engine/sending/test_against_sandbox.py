"""A feed and orders against the sandbox, over real sockets: what is sent is what takes effect."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from simulator.clock import ManualClock
from simulator.wishes import STATUS, approved, order_for, wish

from engine.outbox.events import State
from engine.outbox.message import Kind, Message
from engine.outbox.moments import MINUTE, instant_of, wall_of
from engine.outbox.offer_plan import read_offer_plan
from engine.outbox.opening import open_journal
from engine.outbox.push import Push
from engine.project import Project, load_project
from engine.sending.offers import plan, push
from engine.transport.connection import Connection

if TYPE_CHECKING:
    from engine.sandbox.server import Sandbox

ROOT = Path(__file__).parents[3]
SELLER, CHANNEL = "10001", "cdiscount_octopia"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class BothClocks(ManualClock):
    """The outbox's clock; when it sleeps, time passes in the sandbox as well."""

    def __init__(self, sandbox: "Sandbox") -> None:
        super().__init__(wall=wall_of(NOON))
        self.sandbox = sandbox

    def sleep(self, milliseconds: int) -> None:
        super().sleep(milliseconds)
        seconds = -(-milliseconds // 1000)
        address = f"http://127.0.0.1:{self.sandbox.port}/sandbox/clock"
        requests.post(address, json={"advance": seconds}, timeout=5).raise_for_status()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, copy_function=shutil.copyfile)
    settings = (ROOT / ".feedwright.yaml").read_text()
    settings += f'\nsellers:\n  "{SELLER}": {{client_id: env:ID, client_secret: env:SECRET}}\n'
    settings += "sending:\n  xml: {folder: var/public, url: https://feeds.example.org}\n"
    (tmp_path / ".feedwright.yaml").write_text(settings)
    (tmp_path / "var/public").mkdir(parents=True)
    return load_project(tmp_path)


def test_a_feed_ends_as_the_offers_of_the_marketplace(
    project: Project, start_sandbox: Callable[..., "Sandbox"], connect_to: Callable[..., Connection]
) -> None:
    sandbox = start_sandbox(files=project.root / "var/public")
    clock, sender = BothClocks(sandbox), connect_to(sandbox)
    feed, path = str(project.root / "samples/catalogue.csv"), project.root / "plan.jsonl"

    def planned() -> dict[str, int]:
        at = instant_of(clock.wall)
        with path.open("wb") as file:
            made = plan(project, feed, file, seller=None, channel=CHANNEL, at=at, clock=clock)
        counts: dict[str, int] = made.content["counts"]
        return counts

    def pushed() -> Any:
        at = instant_of(clock.wall)
        return push(
            project,
            path,
            sender,
            remote_channel="CDISFR",
            approver="Ada",
            at=at,
            clock=clock,
            patience=30 * MINUTE,
            first=True,
        )

    counts = planned()
    assert counts["new"] > 200
    made, offers = read_offer_plan(path)
    told = {(r["code"], r["rows"]) for r in made.content["reasons"] if r["severity"] == "error"}
    assert ("R208", 6) in told
    assert sum(rows for _, rows in told) >= counts["rejected"] > 0
    # A cell may hold megabytes; the sentence quotes what can be read of it.
    assert [r for r in made.content["reasons"] if "value" in r] == []
    done = pushed()
    assert done.done, done.notes
    from engine.octopia.reads import OctopiaReads

    shown = OctopiaReads(sender).offers("CDISFR")
    assert shown.incomplete is None
    found = {o["sellerExternalReference"]: o for o in shown.items}
    with open_journal(project.root / "var/journal/10001.sqlite", clock, seller=SELLER) as journal:
        confirmed = journal.book.offers(CHANNEL)
        refused = journal.book.failed(CHANNEL)
    assert len(confirmed) + len(refused) == len(offers)
    assert set(confirmed) == set(found)
    for offer in offers:
        if offer.sku in confirmed:
            price = found[offer.sku]["integrationPrice"]
            price = price["price"] if isinstance(price, dict) else price
            assert Decimal(str(price)) == Decimal(str(offer.price))
            assert found[offer.sku]["quantity"] == offer.quantity
    again = planned()
    assert again.get("new", 0) == 0
    assert again.get("failing", 0) == len(refused)


def test_actions_on_orders_take_effect_once(
    tmp_path: Path, start_sandbox: Callable[..., "Sandbox"], connect_to: Callable[..., Connection]
) -> None:
    sandbox = start_sandbox()
    clock, sender = BothClocks(sandbox), connect_to(sandbox)
    own = f"http://127.0.0.1:{sandbox.port}/sandbox"
    messages: dict[str, Message] = {}
    for kind in (Kind.ACCEPT, Kind.REFUSE, Kind.SHIP):
        order = order_for(kind, f"{kind.value.upper()}-1")
        told = requests.post(
            f"{own}/orders",
            json={"seller": SELLER, "orderId": order.id, "status": STATUS[kind]},
            timeout=5,
        )
        assert told.ok, told.text
        made = wish(kind, order, seller=SELLER)
        messages[made.id] = made
    with open_journal(tmp_path / "j.sqlite", clock, seller=SELLER) as journal:
        for message in messages.values():
            journal.approve(approved(message, clock.wall))
        Push(journal, sender, messages).run()
        Push(journal, sender, messages).run()
        assert {r.state for r in journal.records()} == {State.CONFIRMED}
    effects = requests.get(f"{own}/ledger", timeout=5).json()["effects"]
    kinds = sorted(e["kind"] for e in effects if e["kind"] in {"accept", "refuse", "ship"})
    assert kinds == ["accept", "refuse", "ship"]

"""Plans about orders pushed through the project: kept, gone on with, held and released."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checking.offer_texts import request
from click.testing import CliRunner
from simulator.clock import ManualClock
from simulator.market import SELLER, Market, Named
from simulator.wishes import order_for

from engine.cli.orders_held import command as held
from engine.cli.orders_push import command as push
from engine.cli.orders_push import told
from engine.cli.orders_release import command as release
from engine.errors import HaltedError, ProjectError
from engine.outbox.guards import Rails
from engine.outbox.message import Kind
from engine.outbox.moments import HOUR, MINUTE
from engine.outbox.offer_plan import OfferRow, plan_offers
from engine.outbox.opening import seller_journal
from engine.outbox.order_plan import Wanted, plan_orders
from engine.outbox.settings import sending_settings
from engine.project import Project, load_project
from engine.sending.orders import order_inputs, push_orders, sync_orders

ROOT = Path(__file__).parents[3]
HEADERS = (("SellerId", SELLER),)


class Shop:
    """A project with one order to ship and one to refund."""

    def __init__(self, folder: Path, *outcomes: str) -> None:
        (folder / "rules").mkdir()
        (folder / "rules/offers.rules").write_text((ROOT / "rules/offers.rules").read_text())
        (folder / "feedwright.yaml").write_text(
            f'sellers:\n  "{SELLER}": {{client_id: env:ID, client_secret: env:SECRET}}\n'
            "sending: {refund_rights: [Ada]}\n"
        )
        self.folder = folder
        self.clock = ManualClock()
        self.market = Market(self.clock, Named(*outcomes))
        self.market.add(order_for(Kind.SHIP, "O-1"))
        self.market.add(order_for(Kind.REFUND, "O-2"))
        self.project: Project = load_project(folder)

    def plan(self) -> Path:
        wanted = [
            Wanted(
                Kind.SHIP,
                "O-1",
                ("1", "2"),
                "POST",
                "/orders/O-1/shipments",
                HEADERS,
                [{"parcelNumber": "X1", "carrierName": "GLS"}],
            ),
            Wanted(
                Kind.REFUND,
                "O-2",
                ("1", "2"),
                "POST",
                "/order-cancellation-requests",
                HEADERS,
                {"orderSellerId": "O-2", "reason": "returned"},
            ),
        ]
        path = self.folder / "plan.json"
        with seller_journal(sending_settings(self.project), None, self.clock) as journal:
            made = plan_orders(
                journal, wanted, "cdiscount_octopia", inputs=order_inputs(self.project)
            )
        path.write_bytes(made.text())
        return path


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_plan_is_pushed_and_kept(shop: Shop) -> None:
    done = push_orders(
        shop.project, shop.plan(), shop.market, approver="Ada", clock=shop.clock, first=True
    )
    assert done.open == ()
    assert {e.what for e in shop.market.ledger} == {"ship X1", "cancel returned"}
    (kept,) = (shop.folder / "var/plans").glob("*.json")
    assert kept.read_bytes() == (shop.folder / "plan.json").read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


def test_what_is_open_is_gone_on_with_from_the_kept_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(tmp_path, "lost before", "lost before")
    monkeypatch.setattr("engine.outbox.moments.SystemClock", lambda: shop.clock)
    path = shop.plan()
    done = push_orders(
        shop.project, path, shop.market, approver="Ada", clock=shop.clock, first=True
    )
    assert {r.state for r in done.open} == {"unknown"}
    path.unlink()
    shop.clock.sleep(16 * MINUTE)
    done = sync_orders(shop.project, shop.market, shop.clock)
    assert [(r.kind, r.state, r.absences) for r in done.open] == [("refund", "unknown", 1)]
    shop.clock.sleep(16 * MINUTE)
    assert [r.state for r in sync_orders(shop.project, shop.market, shop.clock).open] == ["held"]

    shown = CliRunner().invoke(held, ["--project", str(tmp_path)])
    assert shown.exit_code == 1
    name = shown.output.split()[0]
    shop.clock.sleep(20 * HOUR)  # a night goes by before a person looks
    assert "refund of order O-2, sent 1x" in shown.output
    assert "approved 2026-01-01 00:00 UTC by Ada" in shown.output
    assert "status: Shipped" in shown.output
    words = [name, "--project", str(tmp_path), "--why", "the buyer waits"]
    refused = CliRunner().invoke(release, [*words, "--by", "Bob"])
    assert isinstance(refused.exception, ProjectError)
    assert CliRunner().invoke(release, [*words, "--by", "Ada"]).exit_code == 0
    shop.clock.sleep(2 * HOUR)
    assert sync_orders(shop.project, shop.market, shop.clock).open == ()
    assert [e.what for e in shop.market.ledger] == ["ship X1", "cancel returned"]


def test_the_first_of_a_sort_waits_for_a_person(shop: Shop) -> None:
    path = shop.plan()
    with pytest.raises(HaltedError, match=r"1 refund \(order .*\), 1 ship \(order .*--first"):
        push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock)
    assert shop.market.writes == []
    push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock, first=True)
    assert len(shop.market.writes) == 2
    # Once it was begun it goes on without another look, and so does the next of its sort.
    push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock)
    assert len(shop.market.writes) == 2


def test_what_is_refused_is_told_and_is_not_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, "422", "422")
    path = shop.plan()
    assert (
        told(
            push_orders(
                shop.project, path, shop.market, approver="Ada", clock=shop.clock, first=True
            )
        )
        == 1
    )
    said = capsys.readouterr()
    (line,) = (words for words in said.out.splitlines() if "ship" in words)
    assert "ship of order O-1 is refused (answered 422): the order is InPreparation" in line
    assert "look at the order, mend the wanted action, then `feedwright orders plan`" in line
    assert said.err.count("  saying     Unprocessable | for Jane Doe\n") == 2
    assert said.err.endswith("1 open, 1 refused or withdrawn\n")
    # The marketplace's words are shown and not kept: they may name a customer.
    assert all(b"Jane" not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    shop.clock.sleep(16 * MINUTE)
    assert told(sync_orders(shop.project, shop.market, shop.clock)) == 1
    said = capsys.readouterr()
    assert "refund of order O-2 is refused (answered 422)" in said.out
    assert "ship" not in said.out  # it ended in another run
    assert said.err == "1 refused or withdrawn\n"
    assert told(sync_orders(shop.project, shop.market, shop.clock)) == 0

    # Whoever pushes the plan once more, perhaps after a crash, asks for all of it.
    again = push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock)
    assert told(again) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert shop.market.ledger == []


def test_what_is_withdrawn_is_told_once_and_is_not_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, *["no connection"] * 6)
    path = shop.plan()
    push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock, first=True)
    shop.clock.sleep(HOUR)
    assert told(sync_orders(shop.project, shop.market, shop.clock)) == 1
    said = capsys.readouterr()
    assert "ship of order O-1 is withdrawn: its plan expired before it was sent; look" in said.out
    assert "refund of order O-2 is withdrawn: its plan expired before it was sent" in said.out
    assert said.err == "2 refused or withdrawn\n"


def test_a_plan_of_other_rules_is_refused(shop: Shop) -> None:
    path = shop.plan()
    with (shop.folder / "rules/offers.rules").open("a") as rules:
        rules.write("\n# changed\n")
    with pytest.raises(HaltedError, match=r"rules/offers\.rules changed since"):
        push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock, first=True)
    assert shop.market.writes == []


def test_what_was_under_way_and_came_to_nothing_is_told_by_the_plan_that_knew_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, "409", "409")
    push_orders(
        shop.project, shop.plan(), shop.market, approver="Ada", clock=shop.clock, first=True
    )
    shop.clock.sleep(10 * MINUTE)
    path = shop.plan()  # both messages are known, and unknown is what became of them
    shop.clock.sleep(6 * MINUTE)
    sync_orders(shop.project, shop.market, shop.clock)
    done = push_orders(shop.project, path, shop.market, approver="Ada", clock=shop.clock)
    assert told(done) == 1
    assert "ship of order O-1 is refused (answered 409)" in capsys.readouterr().out


@pytest.mark.parametrize("how", ["altered", "cut", "other"])
def test_a_kept_plan_that_was_damaged_sends_nothing_and_stops_nothing_else(
    tmp_path: Path, how: str
) -> None:
    shop = Shop(tmp_path, *["lost before"] * 2)
    push_orders(
        shop.project, shop.plan(), shop.market, approver="Ada", clock=shop.clock, first=True
    )
    (kept,) = (tmp_path / "var/plans").glob("*.json")
    text = kept.read_bytes()
    damaged = {"altered": text.replace(b"X1", b"X2"), "cut": text[:50], "other": b"<html>"}
    kept.write_bytes(damaged[how])
    shop.clock.sleep(HOUR)
    done = sync_orders(shop.project, shop.market, shop.clock)
    assert len(shop.market.writes) == 2
    ship = next(record for record in done.open if record.kind == "ship")
    assert "is not kept in the plans' folder as it was pushed" in done.notes[ship.id].came_back
    # The refund, of which no copy is needed to see whether it was done, goes on.
    shop.clock.sleep(HOUR)
    sync_orders(shop.project, shop.market, shop.clock)
    shown = CliRunner().invoke(held, ["--project", str(tmp_path)])
    assert "refund of order O-2" in shown.output


def test_a_plan_of_offers_is_no_plan_about_orders(shop: Shop) -> None:
    path = shop.plan()
    text = path.read_bytes()
    path.write_bytes(text.replace(b'"kind":"orders"', b'"kind":"offers"'))
    told = CliRunner().invoke(push, [str(path), "--project", str(shop.folder)])
    assert isinstance(told.exception, HaltedError | ProjectError)


def test_a_real_plan_of_offers_is_led_to_its_own_command(shop: Shop) -> None:
    path = shop.folder / "offers.jsonl"
    rows = [OfferRow(1, "S-1", request("S-1", "10.00"))]
    with (
        seller_journal(sending_settings(shop.project), None, shop.clock) as journal,
        path.open("wb") as file,
    ):
        plan_offers(journal, "cdiscount_octopia", rows, inputs={}, rails=Rails(), to=file)
    assert len(path.read_bytes().splitlines()) == 2
    pushed = CliRunner().invoke(push, [str(path), "--project", str(shop.folder)])
    assert isinstance(pushed.exception, ProjectError)
    assert str(pushed.exception) == f"{path}: a plan of offers; `feedwright push` takes those"


def test_what_stands_below_a_plan_about_orders_makes_it_none(shop: Shop) -> None:
    path = shop.plan()
    path.write_bytes(path.read_bytes() + b"{}\n")
    pushed = CliRunner().invoke(push, [str(path), "--project", str(shop.folder)])
    assert isinstance(pushed.exception, ProjectError)
    assert "no plan" in str(pushed.exception)


def test_without_secrets_nothing_is_sent(shop: Shop) -> None:
    path = shop.plan()
    env = {k: v for k, v in os.environ.items() if k not in {"ID", "SECRET"}}
    script = "from engine.cli.orders_push import command; command()"
    ran = subprocess.run(
        [sys.executable, "-c", script, str(path), "--project", str(shop.folder)],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert ran.returncode != 0
    assert "environment variable ID is not set" in ran.stderr

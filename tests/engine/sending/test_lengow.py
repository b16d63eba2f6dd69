"""A merchant behind Lengow: wanted actions through its API, by the real commands over real sockets."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from serving.lengow_server import serving
from simulator.clock import ManualClock
from simulator.lengow_market import ACCOUNT, LengowMarket
from simulator.market import Fate, Named

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[3]
CHANNEL = "cdiscount_octopia"
AT = "2025-09-01T09:00+02:00"
WANTED = """order,action,carrier,tracking_number,refund_reason
A-1,accept,,,
A-2,ship,Colissimo,XY1,
A-3,refund,,,out_of_stock
A-4,ship,,,
"""


class Shop:
    """A project of a seller behind Lengow."""

    def __init__(self, folder: Path, market: LengowMarket) -> None:
        self.folder, self.market = folder, market

    def run(self, *words: str) -> tuple[int, str]:
        ran = CliRunner().invoke(feedwright, [*words, "--project", str(self.folder)])
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            return 2, str(ran.exception)
        return ran.exit_code, ran.output

    def plan(self, *more: str) -> tuple[int, str]:
        (self.folder / "wanted.csv").write_text(WANTED)
        words = ("orders", "plan", str(self.folder / "wanted.csv"), "--at", AT)
        return self.run(*words, *more, "--out", str(self.folder / "plan.json"))

    def push(self) -> tuple[int, str]:
        return self.run("orders", "push", str(self.folder / "plan.json"), "--by", "Ada", "--first")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, copy_function=shutil.copyfile)
    monkeypatch.setenv("LENGOW", "hunter2")
    market = LengowMarket(ManualClock(), Fate())
    market.add("A-1", "WaitingAcceptance", "waiting_acceptance")
    market.add("A-2", "InPreparation", "waiting_shipment")
    market.add("A-3", "Shipped", "shipped")
    market.add("A-4", "InPreparation", "waiting_shipment")
    with serving(market) as base:
        settings = (ROOT / ".feedwright.yaml").read_text()
        settings += (
            f"orders: {{connector: lengow}}\nsellers:\n  '{ACCOUNT}':\n    connector: lengow\n"
            f"    client_id: env:LENGOW\n    client_secret: env:LENGOW\n    channels: [{CHANNEL}]\n"
            f"    api: {base}\n    token_url: {base}/access/get_token\n"
        )
        (tmp_path / ".feedwright.yaml").write_text(settings)
        yield Shop(tmp_path, market)


def test_actions_are_asked_for_once_and_read_back(shop: Shop) -> None:
    code, said = shop.plan()
    assert code == 1, said  # one is denied: what Octopia made mandatory is missing
    assert "line 5: ship on cdiscount_octopia needs `carrier`" in said
    assert said.count("new") == 3
    code, said = shop.push()
    assert code == 1
    assert "Lengow has the action queued" in said
    assert shop.market.posts == 3
    shop.market.work()
    code, said = shop.run("sync", "orders")
    assert (code, said) == (0, "done\n")
    assert sorted(shop.market.effects) == [("A-1", "accept"), ("A-2", "ship"), ("A-3", "refund")]
    assert shop.push()[0] == 0
    assert shop.market.posts == 3
    code, said = shop.run("journal", "list")
    assert said.count("confirmed") == 3
    assert "hunter2" not in said


def test_offers_of_a_seller_behind_lengow_are_not_pushed(shop: Shop) -> None:
    feed = str(shop.folder / "samples/catalogue.csv")
    code, said = shop.run("plan", feed, "--channel", CHANNEL)
    assert code == 2
    assert "Lengow, which fetches the feed itself" in said


def test_actions_that_go_elsewhere_say_where(shop: Shop) -> None:
    settings = shop.folder / ".feedwright.yaml"
    settings.write_text(settings.read_text().replace("    connector: lengow\n", ""))
    orders = shop.folder / "orders.jsonl"
    orders.write_text("".join(f"{json.dumps(o)}\n" for o in shop.market.orders.values()))
    code, said = shop.plan("--orders", str(orders))
    assert code == 1
    assert said.count("goes through lengow, and seller 7 is connected to octopia") == 3
    assert shop.market.posts == 0


def test_a_seller_behind_lengow_is_named_by_its_account(shop: Shop) -> None:
    settings = shop.folder / ".feedwright.yaml"
    settings.write_text(settings.read_text().replace(f"'{ACCOUNT}'", "shop"))
    code, said = shop.run("sync", "orders")
    assert code == 2
    assert "named by its account's number" in said


def test_orders_that_wait_are_listed(shop: Shop) -> None:
    code, said = shop.run("orders", "list", "--channel", CHANNEL)
    assert (code, said.splitlines()) == (
        0,
        ["A-1  WaitingAcceptance", "A-2  InPreparation", "A-4  InPreparation", "3 orders"],
    )
    code, said = shop.run("orders", "list", "--channel", CHANNEL, "--state", "Shipped")
    assert (code, said.splitlines()) == (0, ["A-3  Shipped", "1 order"])
    code, said = shop.run("orders", "list", "--channel", CHANNEL, "--state", "Lost")
    assert code == 2
    assert f"{CHANNEL} has no state `Lost`; its states: Processing, " in said
    shop.market.fate = Named(reads=("page fails",) * 9)
    code, said = shop.run("orders", "list", "--channel", CHANNEL)
    assert code == 1
    assert "there may be others: " in said

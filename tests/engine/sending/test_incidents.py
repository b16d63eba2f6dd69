"""What went wrong at merchants, replayed with the real commands: nothing is Ready before a person looks."""

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from engine.cli.main import feedwright
from engine.errors import HaltedError
from engine.sandbox.clock import SandboxClock
from engine.sandbox.server import Sandbox

SELLER, CHANNEL = "10001", "cdiscount_octopia"
COLUMNS = ["sku", "ean", "price", "vat", "stock", "floor"]
Row = dict[str, str]
Feed = list[Row]

RULES = """rules 1
timezone Europe/Paris
currency EUR
read product using "schemas/product.schema.json"
write offer using "schemas/offer.schema.json"

channel cdiscount_octopia
  send offers automatically every 1 hour
end

mapping offer for cdiscount_octopia
  SellerProductId                 = sku
  ProductEan                      = gtin13(ean) on error reject "EAN {ean} is no valid 13-digit code"
  ProductCondition                = "New"
  Vat                             = vat
  EcoPart                         = 0.00 EUR
  DeaTax                          = 0.00 EUR
  PreparationTime                 = 2 days
  Stock                           = stock
  Price                           = price * (100% + vat) rounded half up to 0.01 EUR
  PriceMustBeAligned              = floor present
  ShippingInformationDeliveryMode = "Tracked"
  ShippingCharges                 = 4.99 EUR
  AdditionalShippingCharges       = 0.50 EUR

  only when floor present
    MinimumPriceForPriceAlignment = floor
  end
end
"""
SCHEMA = """{
  "type": "object",
  "properties": {
    "sku": {"type": "string", "x-column": "sku"},
    "ean": {"type": "string", "x-column": "ean"},
    "price": {"type": "number", "x-kind": "money", "x-currency": "EUR", "multipleOf": 0.01, "x-column": "price"},
    "vat": {"type": "number", "x-kind": "percent", "multipleOf": 0.1, "x-column": "vat"},
    "stock": {"type": "integer", "x-kind": "integer", "x-column": "stock"},
    "floor": {"type": "number", "x-kind": "money", "x-currency": "EUR", "multipleOf": 0.01, "x-column": "floor"}
  },
  "required": ["sku", "ean", "price", "vat", "stock"]
}
"""


def ean(number: int) -> str:
    digits = f"376{number:09d}"
    total = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(digits))
    return f"{digits}{(10 - total % 10) % 10}"


def good_feed(number: int = 300) -> Feed:
    """Furniture at 20 %, books at 5.5 %; two in three align their prices."""
    return [
        {
            "sku": f"S-{n:04d}",
            "ean": ean(n),
            "price": f"{Decimal(1500 + 37 * n) / 100:.2f}",
            "vat": "5.5" if n % 2 else "20",
            "stock": str(n % 40 + 1),
            "floor": f"{Decimal(1000 + 20 * n) / 100:.2f}" if n % 3 else "",
        }
        for n in range(number)
    ]


def write(feed: Feed, path: Path) -> None:
    made = io.StringIO()
    rows = csv.DictWriter(made, COLUMNS, delimiter=";", lineterminator="\n")
    rows.writeheader()
    rows.writerows(feed)
    path.write_text(made.getvalue(), encoding="utf-8")


def scaled(factor: str, every: int = 1) -> Callable[[Feed], Feed]:
    def change(feed: Feed) -> Feed:
        return [
            {**row, "price": f"{Decimal(row['price']) * Decimal(factor):.2f}"}
            if n % every == 0
            else row
            for n, row in enumerate(feed)
        ]

    return change


def vat_twice(feed: Feed) -> Feed:
    """The shop's export has prices with VAT now, and the rules add it as before."""
    return [
        {**r, "price": f"{Decimal(r['price']) * (100 + Decimal(r['vat'])) / 100:.2f}"} for r in feed
    ]


def shifted(feed: Feed) -> Feed:
    """From the price on, every cell stands one column too far to the left."""
    return [
        {**r, "price": r["vat"], "vat": r["stock"], "stock": r["floor"] or "0", "floor": ""}
        for r in feed
    ]


def swapped(feed: Feed) -> Feed:
    """Price and stock changed places."""
    return [{**r, "price": f"{r['stock']}.00", "stock": r["price"].split(".")[0]} for r in feed]


def emptied(column: str, value: str = "") -> Callable[[Feed], Feed]:
    return lambda feed: [{**row, column: value} for row in feed]


INCIDENTS: dict[str, Callable[[Feed], Feed]] = {
    "a slip of one place up, on 1 % of the rows": scaled("10", 100),
    "a slip of one place down, on 1 % of the rows": scaled("0.1", 100),
    "a slip up on 10 %": scaled("10", 10),
    "a slip down on 10 %": scaled("0.1", 10),
    "a slip up on all": scaled("10"),
    "a slip down on all": scaled("0.1"),
    "a slip on one offer that was repriced as well": scaled("11.5", 1000),
    "a slip down on one offer that was repriced as well": scaled("0.09", 1000),
    "cents for euros": scaled("100"),
    "cents for euros on 1 %": scaled("100", 100),
    "euros for cents": scaled("0.01"),
    "VAT twice": vat_twice,
    "an empty feed": lambda _: [],
    "half a feed": lambda feed: feed[: len(feed) // 2],
    "a column shift": shifted,
    "price and stock swapped": swapped,
    "the floor column empty": emptied("floor"),
    "the price column empty": emptied("price"),
    "all sold out": emptied("stock", "0"),
    "the VAT column empty": emptied("vat"),
    "every offer at a cent": emptied("price", "0.01"),
}


@dataclass
class Shop:
    """A shop whose feed of yesterday is on sale."""

    folder: Path
    sandbox: Sandbox

    def run(self, *words: str) -> tuple[int, str]:
        """A command; its exit code and what it said."""
        ran = CliRunner().invoke(feedwright, [*words, "--project", str(self.folder)])
        if isinstance(ran.exception, HaltedError):  # what `main` makes of it
            return 3, str(ran.exception)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            return 2, f"{type(ran.exception).__name__}: {ran.exception}"
        return ran.exit_code, ran.output

    def plan(self, feed: Feed, name: str) -> tuple[int, str]:
        write(feed, self.folder / "shop.csv")
        return self.run(
            *("plan", str(self.folder / "shop.csv"), "--channel", CHANNEL),
            *("--out", str(self.folder / name)),
        )

    def ledger(self) -> list[dict[str, object]]:
        address = f"http://127.0.0.1:{self.sandbox.port}/sandbox/ledger"
        found: list[dict[str, object]] = requests.get(address, timeout=10).json()["effects"]
        return found

    def advance(self, seconds: int) -> None:
        address = f"http://127.0.0.1:{self.sandbox.port}/sandbox/clock"
        requests.post(address, json={"advance": seconds}, timeout=10).raise_for_status()


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    for name, text in (("rules/offers.rules", RULES), ("schemas/product.schema.json", SCHEMA)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    published = folder / "published"
    published.mkdir()
    clock = SandboxClock(datetime(2026, 11, 25, 12, tzinfo=UTC), running=False)
    sandbox = Sandbox(clock=clock, files=published)
    sandbox.start()
    (folder / "feedwright.yaml").write_text(
        f"sellers:\n  '{SELLER}':\n    client_id: env:INCIDENTS\n    client_secret: env:INCIDENTS\n"
        f"    channels: [{CHANNEL}]\n    api: {sandbox.base}\n    token_url: {sandbox.token_url}\n"
        f"sending:\n  xml: {{folder: {published}, url: 'https://feeds.example.org/x'}}\n"
    )
    shop = Shop(folder, sandbox)
    os.environ["INCIDENTS"] = "any"
    try:
        code, said = shop.plan(good_feed(), "first.jsonl")
        assert code == 0, said
        first = ("push", str(folder / "first.jsonl"), "--by", "Ada", "--wait", "0")
        _waits_for_a_look(shop, said, *first)
        for number in range(6):
            code, said = shop.run(*first, *(["--first"] if number == 0 else []))
            if code == 0:
                break
            shop.advance(30)
        assert code == 0, said
        assert said == "done: 300 of 300 offers confirmed\n"
        yield shop
    finally:
        sandbox.stop()
        del os.environ["INCIDENTS"]


@pytest.fixture
def shop(yesterday: Shop, tmp_path: Path) -> Shop:
    copy = tmp_path / "shop"
    shutil.copytree(yesterday.folder, copy)
    return Shop(copy, yesterday.sandbox)


def _waits_for_a_look(shop: Shop, plan: str, *words: str) -> None:
    """Nothing was pushed before: a person looks at prices that nothing is known of."""
    code, said = shop.run(*words)
    assert code == 3
    told = "smallest prices: S-0001 16.22, S-0003 17.00, "
    assert told in plan
    assert told in said
    assert "largest prices: S-0298 " in plan
    assert "--first" in said
    assert shop.ledger() == []


def test_the_feed_of_yesterday_is_on_sale(shop: Shop) -> None:
    effects = {e["subject"] for e in shop.ledger() if e["kind"] == "offer"}
    assert len(effects) == 300
    code, said = shop.plan(good_feed(), "again.jsonl")
    assert code == 0
    assert said.startswith("300 rows = 300 unchanged\n")


def test_what_is_going_on_is_told_while_a_push_waits(shop: Shop) -> None:
    feed = good_feed()
    feed[0]["stock"] = "9"
    assert shop.plan(feed, "one.jsonl")[0] == 0
    code, said = shop.run("push", str(shop.folder / "one.jsonl"), "--by", "Ada", "--wait", "0")
    assert code == 1
    assert "is committed: 1 offers as " in said
    assert "not at its end yet\n  tried      package " in said
    shop.advance(60)
    code, said = shop.run("push", str(shop.folder / "one.jsonl"), "--by", "Ada", "--wait", "0")
    assert (code, said) == (0, "done: 1 of 1 offers confirmed\n")
    code, said = shop.plan(feed, "two.jsonl")
    code, said = shop.run("push", str(shop.folder / "two.jsonl"), "--by", "Ada", "--wait", "0")
    assert (code, said) == (0, "done: nothing was to be sent\n")


def test_a_package_that_is_rejected_as_a_whole_is_not_well_at_any_look(shop: Shop) -> None:
    """The file was put where the marketplace does not find it."""
    settings = shop.folder / "feedwright.yaml"
    published = next(line for line in settings.read_text().splitlines() if "xml:" in line)
    elsewhere = "  xml: {folder: elsewhere, url: 'https://feeds.example.org/x'}"
    settings.write_text(settings.read_text().replace(published, elsewhere))
    feed = good_feed()
    feed[0]["stock"] = "9"
    assert shop.plan(feed, "one.jsonl")[0] == 0
    push = ("push", str(shop.folder / "one.jsonl"), "--by", "Ada", "--wait", "0")
    assert shop.run(*push)[0] == 1
    shop.advance(60)
    for _ in range(2):
        code, said = shop.run(*push)
        assert code == 1
        assert "done: 0 of 1 offers confirmed; a package was rejected as a whole\n" in said
        assert "came back  rejected: " in said
        assert "see that the marketplace can fetch the file below `sending.xml.url`" in said
    code, said = shop.run("sync", "offers")
    assert code == 1
    assert "  rejected  1 offers\n" in said
    assert said.endswith("1 rejected as a whole\n")


def test_an_ordinary_day_goes_through(shop: Shop) -> None:
    """A sale on a tenth, some sold out, a few that are new or gone: nothing halts."""
    feed = good_feed(303)
    del feed[5:8]
    for n, row in enumerate(feed):
        if n % 10 == 0:
            row["price"] = f"{Decimal(row['price']) * Decimal('0.8'):.2f}"
        if n % 25 == 1:
            row["stock"] = "0"
    code, said = shop.plan(feed, "day.jsonl")
    assert code == 0, said


@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_halts_before_anything_is_ready(shop: Shop, incident: str) -> None:
    before = shop.ledger()
    code, said = shop.plan(INCIDENTS[incident](good_feed()), "bad.jsonl")
    assert code == 3, said
    assert "HALTS" in said
    pushed, words = shop.run("push", str(shop.folder / "bad.jsonl"), "--by", "Ada")
    assert pushed == 3, words
    # What halts stays halted: the schedule, another plan of the good feed, a second try.
    assert shop.run("push", str(shop.folder / "bad.jsonl"), "--by", "Ada")[0] == 3
    assert shop.plan(good_feed(301), "good.jsonl")[0] == 0
    pushed, words = shop.run("push", str(shop.folder / "good.jsonl"), "--by", "Ada")
    assert pushed == 3
    assert words.startswith("halted: ")
    assert shop.ledger() == before


def test_a_file_without_a_byte_is_no_feed(shop: Shop) -> None:
    (shop.folder / "shop.csv").write_bytes(b"")
    words = ("plan", str(shop.folder / "shop.csv"), "--channel", CHANNEL)
    code, said = shop.run(*words, "--out", str(shop.folder / "p.jsonl"))
    assert code in {2, 3}, said
    assert not (shop.folder / "p.jsonl").exists() or code == 3


def test_the_same_feed_for_days_halts_what_changes_by_date(shop: Shop) -> None:
    """The export broke: the same bytes come again and again, and a rule waits for a date."""
    path = shop.folder / "feedwright.yaml"
    path.write_text(path.read_text() + "  guards: {repeated_hours: 0, canary: 1000}\n")
    rules = shop.folder / "rules/offers.rules"
    rules.write_text(
        RULES.replace("  PreparationTime                 = 2", "  PreparationTime = 3")
    )
    code, said = shop.plan(good_feed(), "same.jsonl")
    assert code == 3
    assert "HALTS  repeated-feed: the feed is byte for byte" in said
    changed = good_feed()
    changed[0]["stock"] = "7"
    code, said = shop.plan(changed, "other.jsonl")
    assert code == 0, said

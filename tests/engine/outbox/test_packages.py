"""Packages: staged, committed once, followed to their end; from a feed to confirmed offers."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from checking.offer_texts import element, request
from click.testing import CliRunner
from simulator.clock import START, ManualClock
from simulator.market import SELLER, Fate, Named
from simulator.offer_market import PUBLIC, OfferMarket, Published
from simulator.offer_world import run_offer_seed

from engine.cli.main import feedwright
from engine.errors import HaltedError
from engine.outbox.book import PackageState
from engine.outbox.gate import push_offers
from engine.outbox.guards import Rails
from engine.outbox.journal import Journal
from engine.outbox.moments import HOUR, MINUTE, instant_of
from engine.outbox.offer_plan import OfferRow, plan_offers, read_offer_plan
from engine.outbox.opening import open_journal
from engine.outbox.packages import PackagePush
from engine.outbox.places import place_of
from engine.outbox.plan import read_plan
from engine.outbox.xml_files import publisher
from engine.project import Project, load_project
from engine.sending.offers import Pushed, plan, push, sync_offers
from engine.transport.outcome import Answer, Call, Outcome, Sender

ROOT = Path(__file__).parents[3]
CHANNEL = "cdiscount_octopia"


OPENED: list["Shop"] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().journal.close()


class Shop:
    """A seller with a few offers; its journal is closed when its test is over."""

    def __init__(self, folder: Path, *outcomes: str) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.market = OfferMarket(self.clock, Named(*outcomes), Random(3))  # noqa: S311 - a game
        self.journal: Journal = open_journal(folder / "j.sqlite", self.clock, seller=SELLER)
        self.number = 0
        OPENED.append(self)

    def plan(self, price: str = "10.00", number: int = 3, rails: Rails | None = None) -> Path:
        rows = [OfferRow(n, f"S{n}", request(f"S{n}", price)) for n in range(number)]
        self.number += 1
        path = self.folder / f"plan-{self.number}.jsonl"
        with path.open("wb") as file:
            plan_offers(self.journal, CHANNEL, rows, inputs={}, rails=rails or Rails(), to=file)
        return path

    def push(self, path: Path, *, patience: int = HOUR) -> bool:
        made, offers = read_offer_plan(path)
        work = PackagePush(self.journal, self.market, CHANNEL, "CDISFR", patience)
        return push_offers(made, offers, work, inputs={}, approver="Ada")

    @property
    def states(self) -> list[PackageState]:
        return [p.state for p in self.journal.book.packages.values()]

    @property
    def prices(self) -> dict[str, Decimal]:
        return {s: o["integrationPrice"] for s, o in self.market.offers.items()}


def test_all_well(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    path = shop.plan(number=250)
    assert shop.push(path)
    assert shop.states == [PackageState.DONE]
    assert set(shop.prices.values()) == {Decimal("10.00")}
    assert len(shop.prices) == 250
    assert shop.market.writes == 5  # create, three uploads of at most 100, commit
    assert shop.push(path)  # again: it goes on, and finds nothing to do
    assert shop.market.writes == 5


@pytest.mark.parametrize(
    "outcome", ["lost before", "lost after", "late", "500 after", "html", "409"]
)
@pytest.mark.parametrize("call", [0, 1])
def test_what_is_staged_and_not_certain_is_abandoned(
    tmp_path: Path, outcome: str, call: int
) -> None:
    shop = Shop(tmp_path, *["answered"] * call, outcome)
    assert shop.push(shop.plan())
    assert shop.states == [PackageState.ABANDONED, PackageState.DONE]
    assert len(shop.prices) == 3
    assert shop.market.most_at_once == 1


@pytest.mark.parametrize("outcome", ["429", "401", "no connection"])
def test_what_certainly_did_nothing_is_said_again(tmp_path: Path, outcome: str) -> None:
    shop = Shop(tmp_path, outcome, outcome if outcome != "401" else "answered")
    assert shop.push(shop.plan())
    assert shop.states == [PackageState.DONE]


@pytest.mark.parametrize("outcome", ["lost after", "500 after", "late"])
def test_a_commit_without_answer_is_read_back(tmp_path: Path, outcome: str) -> None:
    shop = Shop(tmp_path, "answered", "answered", outcome)
    assert shop.push(shop.plan())
    assert shop.states == [PackageState.DONE]
    assert shop.market.writes <= 4


def test_a_commit_that_never_arrived_is_said_again_while_the_stock_is_fresh(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "answered", "answered", "lost before")
    assert shop.push(shop.plan())
    assert shop.market.writes == 4
    shop = Shop(tmp_path / "b", "answered", "answered", "lost before")
    assert not shop.push(shop.plan(), patience=0)
    assert shop.states == [PackageState.COMMITTING]
    shop.clock.sleep(20 * MINUTE)
    assert not shop.push(shop.folder / "plan-1.jsonl")
    assert shop.states == [PackageState.ABANDONED]  # too old to be shown, and no late one arrives
    assert shop.prices == {}


@pytest.mark.parametrize("first", ["late", "lost after", "500 after", "html", "409"])
def test_a_repeat_that_did_not_leave_takes_nothing_back(tmp_path: Path, first: str) -> None:
    """The first commit may have arrived: the package is in flight until a read tells its end."""
    shop = Shop(tmp_path)
    staged, effect = ["answered"] * 2, first in {"late", "lost after", "500 after", "html"}
    shop.market.fate = Named(
        *staged, first, "no connection", lag=4 * MINUTE, errors_had_effect=effect
    )
    path = shop.plan("10.00")
    assert not shop.push(path, patience=2 * MINUTE)
    assert shop.market.writes == 4  # create, upload, commit, the repeat that did not leave
    assert shop.states == [PackageState.COMMITTING]
    with pytest.raises(HaltedError, match="still under way"):
        shop.push(shop.plan("11.00"), patience=0)
    assert shop.market.writes == 4
    shop.push(path)
    assert shop.states == [PackageState.DONE]
    assert set(shop.journal.book.offers(CHANNEL)) == {"S0", "S1", "S2"}
    made, _ = read_offer_plan(shop.plan("10.00", number=1))
    assert made.content["counts"] == {"unchanged": 1, "withdrawn": 2}
    assert shop.push(shop.plan("10.10"))
    assert shop.market.history["S0"] == [Decimal("10.00"), Decimal("10.10")]
    assert shop.market.most_at_once == 1


def test_a_repeat_that_did_not_leave_is_tried_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "answered", "answered", "lost before", "no connection")
    assert shop.push(shop.plan())
    assert shop.market.writes == 5
    assert shop.states == [PackageState.DONE]


def test_a_commit_that_never_left_is_built_anew(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "answered", "answered", *["no connection"] * 3)
    path = shop.plan()
    assert not shop.push(path)
    assert shop.states == [PackageState.ABANDONED]
    assert shop.push(path)
    assert shop.states == [PackageState.ABANDONED, PackageState.DONE]


def test_no_other_plan_goes_out_while_a_package_is_under_way(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "answered", "answered", "lost before")
    assert not shop.push(shop.plan("10.00"), patience=0)
    with pytest.raises(HaltedError, match="still under way"):
        shop.push(shop.plan("11.00"), patience=0)
    assert shop.market.writes == 3


def test_what_is_refused_is_told_and_the_rest_confirmed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.market.bad = {"S1"}
    assert shop.push(shop.plan())
    assert set(shop.journal.book.offers(CHANNEL)) == {"S0", "S2"}
    assert shop.journal.book.failed(CHANNEL)["S1"][1] == "Rejected: 1008"
    made, _ = read_offer_plan(shop.plan())
    assert made.content["counts"] == {"failing": 1, "unchanged": 2}


def test_a_plan_of_somebody_else_sends_nothing_that_breaks_its_schema(tmp_path: Path) -> None:
    """Its hashes are right: what it says is not what a plan can say."""
    shop = Shop(tmp_path)
    text = shop.plan().read_bytes()
    head, body = text.partition(b"\n")[0], text.partition(b"\n")[2].replace(b"10.00", b"-1")
    content = json.loads(head)["content"] | {"lines": hashlib.sha256(body).hexdigest()}
    forged = tmp_path / "forged.jsonl"
    forged.write_bytes(replace(read_plan(head, ""), content=content).sealed().text() + body)
    with pytest.raises(HaltedError, match=r"offer S0 \(row 0\) does not fit.*price.price: -1 is"):
        shop.push(forged)
    assert shop.market.writes == 0
    assert shop.states == []


def test_many_refusals_halt(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.market.bad = {f"S{n}" for n in range(6)}
    shop.push(shop.plan(number=20))
    assert shop.journal.halts == {
        "rejected-share": "6 of 20 offers of package "
        + next(iter(shop.journal.book.packages))
        + " were refused"
    }


def test_stock_that_grew_old_is_not_committed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    path = shop.plan()
    shop.clock.sleep(16 * MINUTE)  # the plan itself is good for 30 minutes
    assert not shop.push(path)
    assert shop.market.writes == 0


def test_a_guard_rail_halts_until_it_is_lifted_by_name(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert shop.push(shop.plan("10.00", 20))
    path = shop.plan("20.00", 20)
    with pytest.raises(HaltedError, match="guard rail `batch-move`"):
        shop.push(path)
    assert set(shop.journal.halts) == {"batch-move", "price-changes"}
    shop.journal.close()
    shop.journal = open_journal(tmp_path / "j.sqlite", shop.clock, seller=SELLER)
    with pytest.raises(HaltedError):
        shop.push(shop.plan("10.00", 21))  # a restart and another plan do not help
    for name in list(shop.journal.halts):
        shop.journal.lift(name, "Ada", "the new price list")
    assert shop.push(path)
    assert shop.prices["S1"] == Decimal("20.00")
    with pytest.raises(HaltedError, match="guard rail"):
        shop.push(shop.plan("40.00", 20))  # it was lifted for that push alone


def test_new_rules_are_tried_on_a_few_offers_first(tmp_path: Path) -> None:
    shop = Shop(tmp_path)

    def planned(price: str, rules: str, canary: int | None = None) -> Path:
        rows = [OfferRow(n, f"S{n}", request(f"S{n}", price)) for n in range(100)]
        path = shop.folder / f"{rules}-{canary}.jsonl"
        with path.open("wb") as file:
            plan_offers(
                shop.journal,
                CHANNEL,
                rows,
                inputs={},
                rails=Rails(),
                to=file,
                rules=rules,
                canary=canary,
            )
        return path

    assert shop.push(planned("10.00", "old"))  # the very first push is a person's
    with pytest.raises(HaltedError, match="push a few first"):
        shop.push(planned("10.30", "new"))
    shop.journal.lift("new-rules", "Ada", "a canary goes first")
    shop.clock.sleep(2 * HOUR)  # what was lifted is no leave for ever
    with pytest.raises(HaltedError, match="push a few first"):
        shop.push(planned("10.30", "new"))
    shop.journal.lift("new-rules", "Ada", "a canary goes first")
    few = planned("10.30", "new", 10)
    assert read_offer_plan(few)[0].content["counts"] == {"changed": 10, "waiting": 90}
    assert shop.push(few)
    assert sorted(shop.prices.values()) == [Decimal("10.00")] * 90 + [Decimal("10.30")] * 10
    assert shop.push(planned("10.30", "new"))
    assert set(shop.prices.values()) == {Decimal("10.30")}


def test_stale_plans_are_refused(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    old, new = shop.plan("10.00"), shop.plan("10.50")
    assert shop.push(new)
    with pytest.raises(HaltedError, match="stale"):
        shop.push(old)
    assert set(shop.prices.values()) == {Decimal("10.50")}


def test_an_xml_package_needs_a_place(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    path = tmp_path / "x.jsonl"
    row = OfferRow(1, "A", request("A", "1.00"), element("A", "1.00"))
    with path.open("wb") as file:
        plan_offers(shop.journal, CHANNEL, [row], inputs={}, rails=Rails(), to=file)
    assert not shop.push(path)
    assert shop.states == [PackageState.ABANDONED]


def test_a_package_that_is_rejected_whole_confirms_nothing_and_is_sent_anew(
    project: Path,
) -> None:
    clock = ManualClock(wall=START)
    market = OfferMarket(clock, Fate(), Random(1))  # noqa: S311 - a game
    market.files = Published(project / "var/public")
    opened, path, now = load_project(project), project / "plan.jsonl", instant_of(START)
    feed = str(project / "samples/catalogue.csv")

    class Rejecting:
        """Says of every package that it was rejected."""

        seller = SELLER

        def send(self, call: Call) -> Outcome:
            found = market.send(call)
            if call.method == "GET" and "/offer-integration-packages/" in call.path:
                reason = {"resultCode": "E42", "message": "the archive is broken"}
                return Answer(200, body={"packageId": 1, "state": "Rejected", "result": reason})
            return found

        def renew(self) -> bool:
            return True

        def blocked_seconds(self) -> int:
            return 0

    def pushed(sender: Sender) -> Pushed:
        with path.open("wb") as to:
            plan(opened, feed, to, seller=None, channel=CHANNEL, at=now, clock=clock)
        how = {"remote_channel": "CDISFR", "approver": "Ada", "patience": HOUR, "first": True}
        return push(opened, path, sender, at=now, clock=clock, **how)

    def told() -> tuple[int, str]:
        ran = CliRunner().invoke(feedwright, ["journal", "refused", "--project", str(project)])
        return ran.exit_code, ran.output

    rejected = pushed(Rejecting())
    assert (rejected.done, rejected.confirmed, rejected.rejected) == (True, 0, 1)
    assert rejected.offers > 200
    why = ["rejected: E42 the archive is broken"]
    assert [n.came_back for n in rejected.notes] == why
    # It is told at each look, until another plan is pushed.
    how = {"remote_channel": "CDISFR", "approver": "Ada", "patience": 0}
    once_more = push(opened, path, market, at=now, clock=clock, **how)
    assert (once_more.rejected, [n.came_back for n in once_more.notes]) == (1, why)
    synced = sync_offers(opened, market, clock)
    assert ([p.number for p in synced.rejected], [n.came_back for n in synced.notes]) == (
        [rejected.offers],
        why,
    )
    code, said = told()
    assert code == 1
    assert said.startswith("package ")
    whole = f"{rejected.offers} offers  rejected as a whole: E42 the archive is broken\n"
    assert said.endswith(f"  {CHANNEL}  {whole}")
    again = pushed(market)
    assert again.confirmed == again.offers == rejected.offers
    assert (again.rejected, told()) == (0, (0, ""))
    assert sync_offers(opened, market, clock).rejected == ()


class XmlShop(Shop):
    """A shop whose offers go as XML."""

    def plan_xml(self, price: str) -> Path:
        names = [f"S{n}" for n in range(3)]
        given = [
            OfferRow(n, sku, request(sku, price), element(sku, price))
            for n, sku in enumerate(names)
        ]
        self.number += 1
        path = self.folder / f"xml-{self.number}.jsonl"
        with path.open("wb") as file:
            plan_offers(self.journal, CHANNEL, given, inputs={}, rails=Rails(), to=file)
        return path

    def push(self, path: Path, *, patience: int = HOUR) -> bool:
        self.market.files = Published(self.folder)
        place = place_of(self.folder, {"folder": ".", "url": PUBLIC})
        made, offers = read_offer_plan(path)
        work = PackagePush(
            self.journal,
            self.market,
            CHANNEL,
            "CDISFR",
            patience,
            publish=publisher(place, "CDISFR"),
        )
        return push_offers(made, offers, work, inputs={}, approver="Ada")


def test_an_xml_package_whose_answer_was_lost_is_seen_by_its_offers(tmp_path: Path) -> None:
    shop = XmlShop(tmp_path, "lost after")
    assert shop.push(shop.plan_xml("10.00"))
    assert shop.states == [PackageState.DONE]
    assert shop.journal.halts == {}
    assert set(shop.prices.values()) == {Decimal("10.00")}


def test_an_xml_package_that_never_shows_is_looked_at_by_a_person_and_sent_anew(
    tmp_path: Path,
) -> None:
    shop = XmlShop(tmp_path, "lost before")
    shop.push(shop.plan_xml("10.00"))
    assert list(shop.journal.halts) == ["lost-package"]
    assert "3 of its 3 offers do not show" in shop.journal.halts["lost-package"]
    assert shop.prices == {}
    with pytest.raises(HaltedError, match="lost-package"):
        shop.push(shop.plan_xml("10.00"))
    shop.journal.lift("lost-package", "Ada", "the back office knows no such package")
    assert shop.push(shop.plan_xml("10.00"))  # the very same offers: unknown is not refused
    assert set(shop.prices.values()) == {Decimal("10.00")}


def test_a_few_lives_of_offers() -> None:
    """Hundreds of them: tests/properties/test_lives.py."""
    for seed in range(15):
        run_offer_seed(seed)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, copy_function=shutil.copyfile)
    settings = (ROOT / ".feedwright.yaml").read_text()
    settings += f'\nsellers:\n  "{SELLER}":\n    client_id: env:ID\n    client_secret: env:SECRET\n'
    settings += "sending:\n  xml: {folder: var/public, url: https://feeds.example.org/x}\n"
    (tmp_path / ".feedwright.yaml").write_text(settings)
    return tmp_path


def pushed_by(opened: Project, path: Path, market: Sender, clock: ManualClock) -> Pushed:
    return push(
        opened,
        path,
        market,
        remote_channel="CDISFR",
        approver="Ada",
        at=instant_of(START),
        clock=clock,
        patience=HOUR,
        first=True,
    )


def test_from_the_sample_feed_to_the_marketplace(project: Path) -> None:
    clock = ManualClock(wall=START)
    market = OfferMarket(clock, Fate(), Random(1))  # noqa: S311 - a game
    opened = load_project(project)
    feed, path = str(project / "samples/catalogue.csv"), project / "plan.jsonl"
    now = instant_of(START)
    with path.open("wb") as file:
        made = plan(opened, feed, file, seller=None, channel=CHANNEL, at=now, clock=clock)
    assert "rules/offers.rules" in made.inputs
    assert made.content["counts"]["new"] == len(path.read_bytes().splitlines()) - 1 > 20
    market.files = Published(project / "var/public")
    pushed = pushed_by(opened, path, market, clock)
    assert pushed.done, pushed.notes
    assert len(market.offers) == made.content["counts"]["new"]
    _, offers = read_offer_plan(path)
    sent = {o.sku: json.loads(o.payload, parse_float=Decimal) for o in offers}
    # What the XML says is what the payload says.
    assert {s: o["integrationPrice"] for s, o in market.offers.items()} == {
        s: o["price"]["price"] for s, o in sent.items()
    }
    with path.open("wb") as file:
        again = plan(opened, feed, file, seller=None, channel=CHANNEL, at=now, clock=clock)
    assert again.content["counts"].get("new", 0) == 0


@pytest.mark.parametrize(
    "file", ["rules/offers.rules", "samples/catalogue.csv", ".feedwright.yaml"]
)
def test_a_plan_of_what_changed_since_is_refused(project: Path, file: str) -> None:
    clock = ManualClock(wall=START)
    market = OfferMarket(clock, Fate(), Random(1))  # noqa: S311 - a game
    opened, path, now = load_project(project), project / "plan.jsonl", instant_of(START)
    feed = str(project / "samples/catalogue.csv")
    with path.open("wb") as to:
        plan(opened, feed, to, seller=None, channel=CHANNEL, at=now, clock=clock)
    with (project / file).open("a") as changed:
        changed.write("\n# more\n")
    with pytest.raises(HaltedError, match="changed since the plan was made"):
        push(
            opened,
            path,
            market,
            remote_channel="CDISFR",
            approver="A",
            at=now,
            clock=clock,
            first=True,
        )
    assert market.writes == 0


def test_the_commands(project: Path) -> None:
    out = project / "p.jsonl"
    feed = str(project / "samples/catalogue.csv")
    words = ["plan", feed, "--project", str(project), "--channel", CHANNEL, "--out", str(out)]
    planned = CliRunner().invoke(feedwright, words)
    assert planned.exit_code == 0, planned.output
    told = planned.output.splitlines()
    assert told[0].startswith("320 rows = ")
    assert told[-1].endswith(f"in {out}")
    made, offers = read_offer_plan(out)
    assert out.stat().st_mode & 0o077 == 0
    as_json = CliRunner().invoke(feedwright, [*words, "--format", "json"])
    assert json.loads(as_json.output)["content"] == made.content
    assert len(offers) == made.content["counts"]["new"]
    out.write_bytes(replace(made, serial=made.serial).text().replace(b'"serial":0', b'"serial":9'))
    altered = CliRunner().invoke(feedwright, ["push", str(out), "--project", str(project)])
    assert isinstance(altered.exception, HaltedError)


@pytest.mark.parametrize(("most", "halts"), [("20", []), ("2", ["rejected-share"])])
def test_how_many_may_be_refused_is_a_setting(project: Path, most: str, halts: list[str]) -> None:
    settings = project / ".feedwright.yaml"
    settings.write_text(f"{settings.read_text()}  guards: {{refused: {most}}}\n")
    clock, opened = ManualClock(wall=START), load_project(project)
    market = OfferMarket(clock, Fate(), Random(1))  # noqa: S311 - a game
    market.files = Published(project / "var/public")
    path, now = project / "plan.jsonl", instant_of(START)
    feed = str(project / "samples/catalogue.csv")
    with path.open("wb") as file:
        plan(opened, feed, file, seller=None, channel=CHANNEL, at=now, clock=clock)
    market.bad = {offer.sku for offer in read_offer_plan(path)[1][:10]}
    pushed = pushed_by(opened, path, market, clock)
    assert pushed.confirmed == pushed.offers - 10 > 200
    with open_journal(project / f"var/journal/{SELLER}.sqlite", clock, seller=SELLER) as journal:
        assert list(journal.halts) == halts

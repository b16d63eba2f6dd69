"""Lives of messages with everything that can go wrong; without a safeguard, some must go wrong.

Any number of them: `PYTHONPATH=.:tests python -m simulator --seeds 100000`.
"""

from itertools import product
from pathlib import Path
from random import Random

import pytest
from simulator.clock import ManualClock
from simulator.disk import Disk
from simulator.kills import STEPS, live
from simulator.lengow_world import LengowWorld, run_lengow_seed
from simulator.life import BrokenError
from simulator.market import OUTCOMES, SELLER
from simulator.offer_world import run_breaking_seed, run_offer_seed
from simulator.teeth import BREAKING_TEETH, LENGOW_TEETH, OFFER_TEETH, TEETH
from simulator.world import World, run_seed

from engine.errors import JournalError
from engine.outbox.message import Kind
from engine.outbox.opening import open_journal

SEEDS, OFFER_SEEDS, BREAKING_SEEDS, LENGOW_SEEDS, CHUNK = 2_000, 500, 200, 100, 50
WENT_WRONG_ONCE = (12_690, 25_040, 35_095, 35_970)  # lives of offers that campaigns found


def run_seeds(first: int, number: int) -> None:
    for seed in range(first, first + number):
        run_seed(seed)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_what_must_hold_holds(first: int) -> None:
    run_seeds(first, CHUNK)


# Their senders died between the claim and the first byte; what followed was no first time.
DIED_CLAIMED = (8557, 9973, 10514, 18364, 20416, 21148, 27944)
DIED_CLAIMED += (32732, 35876, 40472, 42221, 44529, 44899, 45104)


@pytest.mark.parametrize("seed", DIED_CLAIMED)
def test_lives_whose_sender_died_with_a_claim(seed: int) -> None:
    run_seed(seed)


@pytest.mark.parametrize("tooth", TEETH)
def test_without_a_safeguard_lives_go_wrong(tooth: str) -> None:
    with TEETH[tooth](), pytest.raises(BrokenError):
        run_seeds(0, SEEDS)


def run_offer_seeds(first: int, number: int) -> None:
    for seed in range(first, first + number):
        run_offer_seed(seed)


@pytest.mark.parametrize("first", range(0, OFFER_SEEDS, CHUNK))
def test_offers_end_as_the_feed_says(first: int) -> None:
    run_offer_seeds(first, CHUNK)


@pytest.mark.parametrize("seed", WENT_WRONG_ONCE)
def test_offers_that_went_wrong_once_end_as_the_feed_says(seed: int) -> None:
    run_offer_seed(seed)


@pytest.mark.parametrize("tooth", OFFER_TEETH)
def test_without_a_safeguard_offers_go_wrong(tooth: str) -> None:
    with OFFER_TEETH[tooth](), pytest.raises(BrokenError):
        run_offer_seeds(0, SEEDS)


def run_breaking_seeds(first: int, number: int) -> None:
    for seed in range(first, first + number):
        run_breaking_seed(seed)


@pytest.mark.parametrize("first", range(0, BREAKING_SEEDS, CHUNK))
def test_offers_end_as_the_feed_says_behind_a_line_that_breaks(first: int) -> None:
    run_breaking_seeds(first, CHUNK)


@pytest.mark.parametrize("tooth", BREAKING_TEETH)
def test_without_a_safeguard_offers_behind_a_line_that_breaks_go_wrong(tooth: str) -> None:
    with BREAKING_TEETH[tooth](), pytest.raises(BrokenError):
        run_breaking_seeds(0, SEEDS)


def run_lengow_seeds(first: int, number: int) -> None:
    for seed in range(first, first + number):
        run_lengow_seed(seed)


@pytest.mark.parametrize("first", range(0, LENGOW_SEEDS, CHUNK))
def test_what_must_hold_holds_behind_lengow(first: int) -> None:
    run_lengow_seeds(first, CHUNK)


@pytest.mark.parametrize("tooth", LENGOW_TEETH)
def test_without_a_safeguard_lives_behind_lengow_go_wrong(tooth: str) -> None:
    with LENGOW_TEETH[tooth](), pytest.raises(BrokenError):
        run_lengow_seeds(0, SEEDS)


@pytest.mark.parametrize("kind", LengowWorld.kinds)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_killed_at_each_step_behind_lengow(tmp_path: Path, kind: Kind, outcome: str) -> None:
    turn = 7 * OUTCOMES.index(outcome) + 3 * list(Kind).index(kind)
    for number in range(turn % 4, len(STEPS), 4):  # the campaign has all of them
        kills = STEPS[number], STEPS[(turn + 3 * number) % len(STEPS)]
        live(tmp_path / f"{number}", kind, outcome, kills, of=LengowWorld)


@pytest.mark.campaign
@pytest.mark.parametrize("kind", LengowWorld.kinds)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_killed_at_every_two_steps_behind_lengow(tmp_path: Path, kind: Kind, outcome: str) -> None:
    for number, kills in enumerate(product(STEPS, (*STEPS, ""))):
        live(tmp_path / f"{number}", kind, outcome, kills, of=LengowWorld)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_killed_at_each_step(tmp_path: Path, kind: Kind, outcome: str) -> None:
    turn = 7 * OUTCOMES.index(outcome) + 3 * list(Kind).index(kind)
    for number, first in enumerate(STEPS):
        second = STEPS[(turn + 3 * number) % len(STEPS)]
        live(tmp_path / f"{number}", kind, outcome, (first, second))


@pytest.mark.campaign
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_killed_at_every_two_steps(tmp_path: Path, kind: Kind, outcome: str) -> None:
    for number, kills in enumerate(product(STEPS, (*STEPS, ""))):
        live(tmp_path / f"{number}", kind, outcome, kills)


def a_life(folder: Path, at: int, how: str) -> World:
    world = World(5, folder)
    world.make_wishes()
    world.market.fate = type(world.market.fate).__mro__[2]()
    world.push(approving=True, at=at, how=how)
    return world


@pytest.mark.parametrize("how", ["full", "broken", "stuck", "killed before", "killed after"])
def test_every_write_may_fail(tmp_path: Path, how: str) -> None:
    whole = a_life(tmp_path / "whole", 0, "").disk.writes
    assert whole > 15
    for at in range(1, whole + 1):
        world = a_life(tmp_path / f"{at}", at, how)
        world.disk.lose_power(world.path)
        world.settle_down()
        world.check()


def test_a_flipped_byte_is_noticed_or_is_no_matter(tmp_path: Path) -> None:
    world = a_life(tmp_path, 0, "")
    world.settle_down()
    random = Random(1)  # noqa: S311 - a game
    with open_journal(world.path, ManualClock(), seller=SELLER) as journal:
        events, records = list(journal.entries()), journal.records()
    assert len(records) > 0
    content = world.path.read_bytes()
    noticed = 0
    for _ in range(300):
        at = random.randrange(len(content))
        flipped = bytearray(content)
        flipped[at] ^= 1 << random.randrange(8)
        for beside in ("-wal", "-shm"):
            world.path.with_name(world.path.name + beside).unlink(missing_ok=True)
        world.path.write_bytes(flipped)
        try:
            with open_journal(
                world.path, world.clock, seller=SELLER, opener=Disk().connect
            ) as journal:
                assert list(journal.entries()) == events
                assert journal.records() == records
        except JournalError:
            noticed += 1
    assert noticed > 30

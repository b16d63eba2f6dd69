"""Disks that fail, for each kind of seller: at every write, at every size of a file, in every file."""

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from simulator.disk import BESIDE
from simulator.lengow_world import LengowWorld
from simulator.market import SELLER, Fate
from simulator.offer_world import OfferWorld
from simulator.world import World

from engine.errors import JournalError
from engine.outbox.opening import open_journal

FAILURES = ("full", "broken", "stuck", "killed before", "killed after")
Ends = Callable[[int, str], str]


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """No file of this process can grow beyond `size` bytes: what a full disk does to a program."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def orders(folder: Path) -> World:
    world = World(5, folder)
    world.make_wishes()
    world.market.fate = Fate()
    return world


def through_lengow(folder: Path) -> World:
    world = LengowWorld(5, folder)
    world.make_wishes()
    world.market.fate = Fate()
    return world


def offers(folder: Path, seed: int = 5) -> OfferWorld:
    """Offers by JSON; by XML with seed 4."""
    world = OfferWorld(seed, folder)
    world.market.fate = Fate()
    world.killing = False
    world.market.bad = set()
    while len(world.feed) < 4:
        world.change_feed()
    return world


def offers_by_xml(folder: Path) -> OfferWorld:
    return offers(folder, 4)


def pushed(world: World | OfferWorld, at: int = 0, how: str = "") -> str:
    if isinstance(world, World):
        return world.push(approving=True, at=at, how=how)
    if not world.plans:
        world.plan()
    return world.push(world.plans[-1], at=at, how=how, patience=30 * 60_000) if world.plans else ""


SELLERS = (orders, through_lengow, offers, offers_by_xml)
Seller = Callable[[Path], World | OfferWorld]


def ends_well(world: World | OfferWorld) -> None:
    world.settle_down()
    world.check()


@pytest.mark.parametrize("how", FAILURES)
@pytest.mark.parametrize("seller", SELLERS)
def test_every_write_may_fail(tmp_path: Path, seller: Seller, how: str) -> None:
    whole = seller(tmp_path / "whole")
    whole.folder.mkdir()
    assert pushed(whole).startswith(("ended", "done True"))
    writes = whole.disk.writes
    assert writes > 12
    for at in range(1, writes + 1):
        (tmp_path / f"{at}").mkdir()
        world = seller(tmp_path / f"{at}")
        said = pushed(world, at, how)
        assert "Error" not in said
        world.disk.lose_power(world.path)
        ends_well(world)
        shutil.rmtree(world.folder)


@pytest.mark.parametrize("seller", SELLERS)
def test_files_that_cannot_grow_stop_a_push_and_nothing_else(
    tmp_path: Path, seller: Seller
) -> None:
    """Real errors of a real disk, wherever in its files it is full."""
    stopped = 0
    for number, size in enumerate([*range(0, 4_096, 512), *range(4_096, 150_000, 7_000)]):
        (tmp_path / f"{number}").mkdir()
        world = seller(tmp_path / f"{number}")
        if isinstance(world, OfferWorld):
            world.plan()  # its file is another command's
        with files_no_larger_than(size):
            said = pushed(world)
        stopped += said.startswith("journal: ")
        assert said.startswith(("journal: ", "ended", "done")), said
        ends_well(world)
        shutil.rmtree(world.folder)
    assert stopped > 3


@pytest.mark.parametrize("beside", BESIDE)
def test_a_flipped_byte_of_any_file_is_noticed_or_is_no_matter(tmp_path: Path, beside: str) -> None:
    """Of a journal whose process was killed: what was written last stands in the log beside it."""
    tmp_path.joinpath("life").mkdir()
    world = orders(tmp_path / "life")
    assert pushed(world) == "ended"
    journal = world.quiet_journal()
    journal.halt("by hand", "so that something stands in the log")
    journal.lift("by hand", "Ada", "looked")
    whole = {b: world.path.with_name(world.path.name + b).read_bytes() for b in BESIDE}
    events, records = list(journal.entries()), journal.records()
    journal.close()
    assert len(whole["-wal"]) > 0
    random, noticed = Random(1), 0  # noqa: S311 - a game
    for number in range(150):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        path = folder / world.path.name
        flipped = bytearray(whole[beside])
        flipped[random.randrange(len(flipped))] ^= 1 << random.randrange(8)
        for b, content in {**whole, beside: bytes(flipped)}.items():
            path.with_name(path.name + b).write_bytes(content)
        try:
            with open_journal(path, world.clock, seller=SELLER) as opened:
                assert list(opened.entries()) == events
                assert opened.records() == records
        except JournalError:
            noticed += 1
        shutil.rmtree(folder)
    assert noticed > 10

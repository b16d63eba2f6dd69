"""What all lives share: a seed that decides everything, clocks, a disk, a journal, and how one is lived."""

from __future__ import annotations

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import ClassVar, Protocol, TypeVar

from simulator.clock import ManualClock
from simulator.disk import Disk, KilledError
from simulator.market import SELLER

from engine.errors import HaltedError, JournalError
from engine.outbox.journal import Journal
from engine.outbox.moments import SECOND
from engine.outbox.opening import open_journal

KILLS = ("killed before", "killed after", "full", "broken", "stuck")
SHM = Path("/dev/shm")  # noqa: S108 - syncs are simulated: no disk has to wait for them


class BrokenError(AssertionError):
    """Something that must hold does not."""


class Arriving(Protocol):
    """A marketplace to which requests are under way."""

    def arrive(self) -> None:
        """Let arrive what is due."""


@dataclass(slots=True)
class Life(ABC):
    """One seller's days."""

    seller: ClassVar[str] = SELLER
    seed: int
    folder: Path
    random: Random = field(init=False)
    clock: ManualClock = field(default_factory=ManualClock)
    disk: Disk = field(default_factory=Disk)
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a game, not a secret

    @property
    def path(self) -> Path:
        return self.folder / f"{self.seller}.sqlite"

    @property
    @abstractmethod
    def place(self) -> Arriving:
        """The marketplace."""

    @abstractmethod
    def live(self) -> None:
        """Live it, and check what must hold.

        Raises:
            BrokenError: something does not.
        """

    def journal(self) -> Journal:
        """The journal on the disk that fails."""
        opener, synced = self.disk.connect, self.disk.synced
        return open_journal(self.path, self.clock, seller=self.seller, opener=opener, synced=synced)

    def quiet_journal(self) -> Journal:
        """The journal on a disk that does not fail."""
        return open_journal(self.path, self.clock, seller=self.seller)

    def process(self, work: Callable[[Journal], str], *, at: int = 0, how: str = "") -> str:
        """A process from its start to its end, natural or not: at its `at`-th write, `how` happens."""
        self.disk.at, self.disk.how, self.disk.writes = at, how, 0
        journal = None
        try:
            journal = self.journal()
            self.disk.keep(self.path)
            return work(journal)
        except KilledError:
            return "killed"
        except JournalError as fault:
            return f"journal: {fault}"
        except HaltedError as fault:
            return f"halted: {fault}"
        finally:
            if journal is not None:
                journal.close()

    def pass_time(self, milliseconds: int) -> None:
        self.clock.sleep(milliseconds)
        self.place.arrive()

    def trouble_clocks(self, each: float, *boots: int) -> None:
        """With a chance of `each`, the wall clock jumps; with as much, the machine starts again."""
        what = self.random.random()
        if what < each:
            self.clock.jump(self.random.choice((-3600, -400, 400, 3600)) * SECOND)
        elif what < 2 * each:
            self.clock.reboot(self.random.choice(boots) if len(boots) > 1 else boots[0])

    def may_lose_power(self) -> None:
        if self.random.random() < 0.4:
            self.say("power lost")
            self.disk.lose_power(self.path)

    def say(self, what: str) -> None:
        self.log.append(f"{self.clock.true // 1000}: {what}")


L = TypeVar("L", bound=Life)


def lived(kind: type[L], seed: int) -> L:
    """Live one life of a kind.

    Raises:
        BrokenError: something that must hold does not; with the way there.
    """
    folder = Path(tempfile.mkdtemp(prefix="life-", dir=SHM if SHM.is_dir() else None))
    life = kind(seed, folder)
    try:
        life.live()
    except BrokenError as fault:
        story = "\n".join(life.log[-40:])
        raise BrokenError(f"{kind.__name__}, seed {seed}: {fault}\n{story}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return life

"""One message's life with a named outcome, killed at a named step and again at another."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from simulator.disk import KilledError
from simulator.market import Fate
from simulator.world import World

from engine.outbox.message import Kind
from engine.outbox.moments import MINUTE, SECOND
from engine.transport.outcome import Call

# Where a process can die: before and after each commit (the approval, the claim, the outcome, the
# confirmation), and on the wire, before and after the request arrived.
STEPS = (
    "before approval",
    "after approval",
    "before claim",
    "after claim",
    "before sending",
    "after arrival",
    "before outcome",
    "after outcome",
    "before confirmation",
    "after confirmation",
)
_COMMITS = {"approval": 2, "claim": 3, "outcome": 4, "confirmation": 5}


@dataclass(slots=True)
class NamedFate(Fate):
    """The first request has the named outcome, later ones are answered; effects lag."""

    world: World
    outcome: str
    kill: str = ""
    used: bool = field(default=False)

    def write(self) -> str:
        first, self.used = not self.used, True
        return self.outcome if first else "answered"

    def lag(self) -> int:
        return 3 * MINUTE

    def error_had_effect(self) -> bool:
        return True

    def paused(self, call: Call) -> None:
        self.world.check_write(call)
        if self.kill == "after arrival":
            self.used = True
            self.world.market.apply(call)
        if self.kill in {"before sending", "after arrival"}:
            raise KilledError


def live(
    folder: Path,
    kind: Kind,
    outcome: str,
    kills: tuple[str, ...],
    of: type[World] = World,
) -> World:
    """Live it through, and check what must hold.

    Raises:
        BrokenError: something does not.
    """
    folder.mkdir()
    world = of(0, folder)
    world.add_order(kind, "O-1")
    made = world.want(kind, "O-1")
    world.lifetimes[made.id] = 40 * MINUTE
    fate = NamedFate(world, outcome)
    world.market.fate = fate
    world.disk.commits_only = True
    for number, kill in enumerate((*kills, "")):
        fate.kill = kill
        when, _, what = kill.partition(" ")
        # The first run begins the journal and approves; a later one finds both done.
        done = 2 if number and kills[0] != "before approval" else 0
        at = max(_COMMITS.get(what, 0) - done, 0)
        world.push(approving=True, at=at, how=f"killed {when}" if at else "")
        world.pass_time(SECOND)
    world.settle_down()
    world.check()
    shutil.rmtree(folder)
    return world

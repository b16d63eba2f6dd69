"""Stand-ins for what runs on workers, which kill it in the middle of a split, once."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.cluster.worker import reject_repeats, render_splits


def _parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[1])


def _first(died: str) -> bool:
    """Whether nobody has died yet; from now on somebody has."""
    try:
        Path(died).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _dying(died: str, victim: int, shipped: str, batches: Iterator[Any]) -> Iterator[Any]:
    for number, made in enumerate(render_splits(shipped, batches)):
        yield made
        if number == 0 and _first(died):
            os.kill(victim, signal.SIGKILL)


def worker_dies(died: str, shipped: str, batches: Iterator[Any]) -> Iterator[Any]:
    """The Python worker is killed when it has given its first batch."""
    return _dying(died, os.getpid(), shipped, batches)


def repeats_die(died: str, shipped: str, batches: Iterator[Any]) -> Iterator[Any]:
    """The Python worker is killed when it has given the first rejections of repeats."""
    for made in reject_repeats(shipped, batches):
        yield made
        if _first(died):
            os.kill(os.getpid(), signal.SIGKILL)


def executor_dies(died: str, shipped: str, batches: Iterator[Any]) -> Iterator[Any]:
    """The same of the executor: the parent of the daemon that workers are forks of."""
    return _dying(died, _parent(os.getppid()), shipped, batches)

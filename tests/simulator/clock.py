"""A clock that tests move."""

from dataclasses import dataclass

from engine.outbox.moments import Moment

START = 1_767_225_600_000  # 2026-01-01


@dataclass(slots=True)
class ManualClock:
    """Both clocks run together until `jump` moves the wall clock alone, or `reboot` the boot."""

    wall: int = START
    steady: int = 1_000_000
    boot: str = "boot-1"
    jumped: bool = False
    rebooted: bool = False
    true: int = 0  # what has really passed: the marketplace's own clock

    def now(self) -> Moment:
        return Moment(self.wall, self.steady, self.boot)

    def sleep(self, milliseconds: int) -> None:
        self.true += milliseconds
        self.wall += milliseconds
        self.steady += milliseconds

    def jump(self, milliseconds: int) -> None:
        self.jumped = True
        self.wall += milliseconds

    def reboot(self, milliseconds: int) -> None:
        self.rebooted = True
        self.true += milliseconds
        self.wall += milliseconds
        self.steady = 1_000
        self.boot = f"boot-{int(self.boot.split('-')[1]) + 1}"

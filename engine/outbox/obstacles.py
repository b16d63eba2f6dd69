"""What keeps a message or a package from its end: what was tried, what came back, what follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from engine.octopia.paging import told
from engine.outbox.limits import lifting, ways_on
from engine.outbox.moments import instant_of
from engine.transport.answers import problem_of
from engine.transport.outcome import Answer, Call, Lost, NotSent, NotSentReason, Outcome, Sender


class Obstacle(Struct, frozen=True):
    """Why something is not at its end, for who has to decide what to do about it.

    `trouble` is no where only time is needed: nothing went wrong. `said` are the marketplace's own words:
    they are shown and kept nowhere, for they may name a customer.
    """

    tried: str
    came_back: str
    goes_on: str
    remedy: str
    trouble: bool = True
    said: str = ""

    def lines(self) -> tuple[str, ...]:
        """The obstacle as lines of text."""
        return (
            f"  tried      {self.tried}",
            f"  came back  {self.came_back}",
            *([f"  saying     {self.said}"] if self.said else ()),
            f"  goes on    {self.goes_on}",
            f"  you        {self.remedy}",
        )

    def __str__(self) -> str:
        """In one line, as logs keep it."""
        return f"{self.tried}: {self.came_back}; {self.goes_on}; {self.remedy}"


class NotedSender(Struct):
    """A sender that remembers its last call, so that who gives up can say what came of it."""

    sender: Sender
    call: Call | None = None
    outcome: Outcome | None = None
    again: int = 0  # how often the same call was made in a row

    @property
    def seller(self) -> str:
        """The seller of the sender below."""
        return self.sender.seller

    def send(self, call: Call) -> Outcome:
        """Make `call`, and remember it."""
        self.again = self.again + 1 if call == self.call else 1
        self.call, self.outcome = call, self.sender.send(call)
        return self.outcome

    def renew(self) -> bool:
        """As the sender below does."""
        return self.sender.renew()

    def blocked_seconds(self) -> int:
        """As the sender below says."""
        return self.sender.blocked_seconds()

    @property
    def tried(self) -> str:
        """The last call, and how often it was made."""
        if self.call is None:
            return "nothing yet"
        times = "" if self.again == 1 else f", {self.again} times"
        return f"{self.call.method} {self.call.path.partition('?')[0]}{times}"

    def obstacle(self, goes_on: str, why: str = "") -> Obstacle:
        """The last call as what is in the way; `why` where more is known than its outcome says."""
        told = "" if self.outcome is None else came_back(self.outcome)
        said = words_of(self.outcome)
        return Obstacle(self.tried, why or told, goes_on, remedy_of(self.outcome), said=said)


def came_back(outcome: Outcome) -> str:
    """What became of a call, in words."""
    match outcome:
        case NotSent():
            detail = f" ({outcome.detail})" if outcome.detail else ""
            return f"nothing was sent: {outcome.reason}{detail}"
        case Lost():
            return told(outcome)
        case Answer():
            return f"answered {outcome.status}" if outcome.well else told(outcome)


def words_of(outcome: Outcome | None) -> str:
    """What the marketplace said where it refused; "" where it did not, or without words."""
    if not isinstance(outcome, Answer) or outcome.well or outcome.fault is not None:
        return ""
    return problem_of(outcome).words


def remedy_of(outcome: Outcome | None) -> str:
    """What a person can do about an outcome."""
    match outcome:
        case NotSent():
            return _REACH[outcome.reason]
        case Answer(status=401):
            return f"{CREDENTIALS}; then `{lifting('credentials')}`"
        case Answer(status=403):
            return f"ask the marketplace why this account may not; then `{lifting('forbidden')}`"
        case Answer() if outcome.fault is not None and 200 <= outcome.status < 300:
            return "look for a newer Feedwright: the marketplace answers as it did not before"
        case Answer() | Lost() | None:
            return "nothing: it is looked at again by itself"


CREDENTIALS = "check `client_id` and `client_secret` of the seller in feedwright.yaml"
REACHED = "`api` and `token_url` of the seller in feedwright.yaml"
_REACH = {
    NotSentReason.NAME: f"check the names in {REACHED}, and this machine's network",
    NotSentReason.CONNECT: f"see whether anything answers at {REACHED}; no proxy is used",
    NotSentReason.TLS: f"check {REACHED}, and this machine's clock and certificates",
    NotSentReason.TOKEN: f"{CREDENTIALS}, and its `token_url`",
    NotSentReason.REFUSED_HERE: "wait: the connection rests after failures, or as it was asked to",
}


def clock_time(wall: int) -> str:
    """A moment of the wall clock as a person reads it."""
    return f"{instant_of(wall):%Y-%m-%d %H:%M} UTC"


def troubles(obstacles: Iterable[Obstacle]) -> list[str]:
    """Those that are more than waiting, each once, in one line."""
    return list(dict.fromkeys(str(o) for o in obstacles if o.trouble))


def halted(halts: Mapping[str, str]) -> Obstacle:
    """What is in the way where halts stand."""
    name, why = min(halts.items())
    return Obstacle(
        "nothing",
        f"halted: {name}: {why}",
        "once it is lifted",
        f"look at it, then {ways_on(name)}",
    )

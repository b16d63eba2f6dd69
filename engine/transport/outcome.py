"""A call, and what became of it: the seam between sending and deciding to send.

Above it, the outbox decides whether a call may be made, and reads what an outcome means. Below it,
a connector makes one HTTP request and tells the truth about it. Tests put stand-ins below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct, field


class MessageClass(StrEnum):
    """What repeating a call could do; `endpoints` says which call is which, and nothing else."""

    READ = "read"  # changes nothing
    STATE = "state"  # the server's state guards it: accept, refuse, ship
    MONEY = "money"  # nothing guards it: cancel, refund, commercial gesture
    STAGE = "stage"  # invisible until a commit: a package and what is put in it
    COMMIT = "commit"  # makes what was staged visible: a package becomes `Ready`


class Call(Struct, frozen=True):
    """One request as it goes out, but for the token.

    `path` stands below the connector's base and carries its query. `body` is the JSON text that
    was planned: it is sent byte for byte, so that what was approved is what arrives.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The value of the header called `name`, in any case."""
        return next((v for n, v in self.headers if n.casefold() == name.casefold()), None)


class NotSentReason(StrEnum):
    """Why no byte of a request left."""

    NAME = "name not resolved"
    CONNECT = "no connection"
    TLS = "no TLS"
    TOKEN = "no token"  # noqa: S105 - a reason, not a secret
    REFUSED_HERE = "refused here"  # another seller, breaker open, an unknown endpoint


class LostKind(StrEnum):
    """How an answer was lost after the first byte of the request may have left."""

    TIMEOUT = "timeout"
    RESET = "reset"
    CUT_SHORT = "cut short"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"  # no HTTP, a broken encoding


class NotSent(Struct, frozen=True):
    """Certainly nothing arrived: not one byte of the request left this machine."""

    reason: NotSentReason
    detail: str = ""


class Answer(Struct, frozen=True):
    """A whole answer. `fault` says why the body is not what the endpoint answers, None where it is.

    `headers` have names in lower case. `body` is the JSON value, numbers exact; None where the
    answer has no body or where it is no JSON (an HTML page: see `fault`).
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    trace_id: str | None = None
    fault: str | None = None

    @property
    def well(self) -> bool:
        """Whether the call was taken, and answered as expected."""
        return 200 <= self.status < 300 and self.fault is None


class Lost(Struct, frozen=True):
    """No usable answer: whether the request had an effect, nobody knows."""

    kind: LostKind
    detail: str = ""


Outcome = NotSent | Answer | Lost


class Sender(Protocol):
    """What makes calls for one seller, one at a time.

    It never follows a redirect and never repeats a call that is not a read; a read it may repeat.
    Nothing that the network does is raised. Where the call's `SellerId` is not `seller`, it sends
    nothing and says `REFUSED_HERE`.
    """

    @property
    def seller(self) -> str:
        """The seller whose credentials these are."""

    def send(self, call: Call) -> Outcome:
        """Make `call`, and tell what became of it."""

    def renew(self) -> bool:
        """Drop the token and fetch another; whether there is one now."""

    def blocked_seconds(self) -> int:
        """How long no call should be made: the breaker is open, or the pace asks for it. 0: go."""


class Reading(Struct, frozen=True):
    """What a read over all its pages gave.

    `items` are what was read, each a JSON object. `incomplete` says why something may be missing
    (a page that failed, a filter that was ignored, a shape that is not known), None where all of
    it was read: only then is absence proof.
    """

    items: tuple[Mapping[str, Any], ...] = ()
    incomplete: str | None = None
    trace_id: str | None = None

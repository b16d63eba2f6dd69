"""What happens to a message, and what it is afterwards: the one place that moves its state.

The journal keeps events, each once and for ever; a message's record is what its events add up to.
A step that is not listed here cannot be written, so no code above can send twice by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from engine.outbox.message import Kind, claims_of
from engine.outbox.moments import Moment
from engine.transport.outcome import MessageClass

AUTOMATIC_SENDS = {MessageClass.STATE: 2, MessageClass.MONEY: 1}


class State(StrEnum):
    """Where a message is; it never leaves the last three."""

    APPROVED = "approved"  # may be sent
    SENDING = "sending"  # claimed: from here on it may have been sent
    ANSWERED = "answered"  # taken by the marketplace; a read must show it
    UNKNOWN = "unknown"  # may or may not have had its effect
    HELD = "held"  # a person decides
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


UNDONE = frozenset({State.REFUSED, State.WITHDRAWN})  # at its end, and what was wanted is not done
FINAL = frozenset({State.CONFIRMED, *UNDONE})


class Step(StrEnum):
    """What can happen to a message."""

    APPROVE = "approve"
    CLAIM = "claim"
    RETURN = "return"  # claimed, and certainly without effect
    ANSWER = "answer"
    DOUBT = "doubt"
    WAIT_AGAIN = "wait again"  # the clocks disagree: the quarantine starts again
    ABSENT = "absent"  # a complete read after the quarantine shows no effect
    REPEAT = "repeat"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    HOLD = "hold"
    RELEASE = "release"
    WITHDRAW = "withdraw"


# From where a step may be taken, and where it leads.
MOVES: Mapping[Step, tuple[frozenset[State], State | None]] = {
    Step.CLAIM: (frozenset({State.APPROVED}), State.SENDING),
    Step.RETURN: (frozenset({State.SENDING}), State.APPROVED),
    Step.ANSWER: (frozenset({State.SENDING}), State.ANSWERED),
    Step.DOUBT: (frozenset({State.SENDING}), State.UNKNOWN),
    Step.WAIT_AGAIN: (frozenset({State.UNKNOWN, State.ANSWERED}), None),
    Step.ABSENT: (frozenset({State.UNKNOWN, State.ANSWERED}), None),
    Step.REPEAT: (frozenset({State.UNKNOWN}), State.APPROVED),
    Step.CONFIRM: (
        frozenset({State.APPROVED, State.ANSWERED, State.UNKNOWN, State.HELD}),
        State.CONFIRMED,
    ),
    Step.REFUSE: (frozenset({State.UNKNOWN}), State.REFUSED),
    Step.HOLD: (frozenset({State.APPROVED, State.ANSWERED, State.UNKNOWN}), State.HELD),
    Step.RELEASE: (frozenset({State.HELD}), State.APPROVED),
    Step.WITHDRAW: (frozenset({State.APPROVED, State.HELD}), State.WITHDRAWN),
}


class StepError(ValueError):
    """A step that may not be taken from where the message is."""


class Record(Struct, frozen=True):
    """What the journal knows of a message.

    Attributes:
        sends: how often it may have gone out; a claim counts until it is certain that nothing left.
        allowed: how often it may go out: what its class allows, and one more for each release.
        expires: the wall clock's milliseconds after which it is not sent for the first time.
        since: when the quarantine began, or the answer came; never when the claim was made.
        refusal: the status of a clear refusal that is still to be checked by a read.
        absences: how many complete reads after the quarantine showed no effect.
        absent_at: when the last of them was.
        not_before: the wall clock's milliseconds before which it is not sent again.
        turned_away: how often the marketplace asked to come back later.
    """

    id: str
    seller: str
    channel: str
    kind: str
    message_class: MessageClass
    subject: str
    natural_key: Mapping[str, Any]
    lines: tuple[str, ...]
    payload_hash: str
    plan: str
    approver: str
    approved: Moment
    expires: int
    corrects: str | None = None
    state: State = State.APPROVED
    version: int = 1
    sends: int = 0
    allowed: int = 1
    since: Moment | None = None
    refusal: int | None = None
    absences: int = 0
    absent_at: Moment | None = None
    not_before: int = 0
    turned_away: int = 0
    why: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.state in FINAL

    @property
    def claims(self) -> tuple[tuple[str, str], ...]:
        """The (group, line) pairs that no other message about the order may hold."""
        return claims_of(Kind(self.kind), self.lines)

    @property
    def holds(self) -> bool:
        """Whether what it excludes stays excluded: unless it certainly had no effect."""
        if self.state is State.REFUSED:
            return False
        return self.state is not State.WITHDRAWN or self.sends > 0


class Event(Struct, frozen=True):
    """Something that happened, to a message or (without one) to the seller's sending."""

    step: str
    message: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def approval(record: Record) -> Event:
    """The event that brings a message into the journal."""
    data = {
        "seller": record.seller,
        "channel": record.channel,
        "kind": record.kind,
        "class": record.message_class.value,
        "subject": record.subject,
        "natural_key": dict(record.natural_key),
        "lines": list(record.lines),
        "payload": record.payload_hash,
        "plan": record.plan,
        "approver": record.approver,
        "expires": record.expires,
        "corrects": record.corrects,
    }
    return Event(Step.APPROVE, record.id, data)


def _approved(event: Event, at: Moment) -> Record:
    data, message_class = event.data, MessageClass(event.data["class"])
    return Record(
        id=event.message or "",
        seller=data["seller"],
        channel=data["channel"],
        kind=data["kind"],
        message_class=message_class,
        subject=data["subject"],
        natural_key=data["natural_key"],
        lines=tuple(data["lines"]),
        payload_hash=data["payload"],
        plan=data["plan"],
        approver=data["approver"],
        approved=at,
        expires=data["expires"],
        corrects=data["corrects"],
        allowed=AUTOMATIC_SENDS[message_class],
    )


def step(record: Record | None, event: Event, at: Moment) -> Record:
    """What a message is after `event`.

    Raises:
        StepError: the event cannot happen to it there.
    """
    what = Step(event.step)
    if what is Step.APPROVE:
        if record is not None:
            raise StepError(f"message {record.id} is in the journal already")
        return _approved(event, at)
    if record is None:
        raise StepError(f"message {event.message} is not in the journal")
    sources, target = MOVES[what]
    if record.state not in sources:
        raise StepError(f"message {record.id} is {record.state}: {what} is not possible")
    moved = replace(
        record,
        state=target or record.state,
        version=record.version + 1,
        why=str(event.data.get("why", record.why)),
    )
    return _effects(what, moved, event.data, at)


def _effects(what: Step, record: Record, data: Mapping[str, Any], at: Moment) -> Record:
    """What a step changes beside the state."""
    match what:
        case Step.APPROVE:
            return record
        case Step.CLAIM:
            if record.sends >= record.allowed:
                raise StepError(f"message {record.id} went out {record.sends} times already")
            return replace(record, sends=record.sends + 1)
        case Step.RETURN:
            return replace(
                record,
                sends=record.sends - 1,
                not_before=int(data.get("not_before", 0)),
                turned_away=record.turned_away + int(data.get("turned_away", 0)),
            )
        case Step.ANSWER | Step.DOUBT:
            return replace(
                record, since=at, absences=0, absent_at=None, refusal=data.get("refusal")
            )
        case Step.WAIT_AGAIN:
            return replace(record, since=at, absences=0, absent_at=None)
        case Step.ABSENT:
            return replace(record, absences=record.absences + 1, absent_at=at)
        case Step.REPEAT:
            if not record.absences or record.sends >= record.allowed:
                raise StepError(f"message {record.id} may not go out again")
            return replace(record, since=None, refusal=None, absences=0, absent_at=None)
        case Step.RELEASE:
            # A person approves it anew: how long ago it was approved first is no matter.
            released = replace(record, allowed=record.sends + 1, approved=at, since=None)
            return replace(released, refusal=None, absences=0, absent_at=None, not_before=0)
        case Step.CONFIRM | Step.REFUSE | Step.HOLD | Step.WITHDRAW:
            return record

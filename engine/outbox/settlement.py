"""What a later look means for a message that was answered, or whose effect is unknown."""

from __future__ import annotations

from msgspec import Struct

from engine.outbox.events import Event, Record, State, Step
from engine.outbox.evidence import Look, Seen
from engine.outbox.moments import HOUR, MINUTE, SECOND, Moment
from engine.transport.outcome import MessageClass

LEAST_QUARANTINE = 5 * MINUTE


class Waits(Struct, frozen=True):
    """How long things may take, in milliseconds."""

    quarantine: int = 15 * MINUTE
    second_look: int = 10 * MINUTE  # between two looks that find no money moved
    fresh: int = 60 * SECOND  # a look older than this permits nothing
    repeat_within: int = 6 * HOUR  # after the approval; later a person decides
    no_proof: int = 6 * HOUR  # then a person decides
    back_off: int = SECOND  # before the second try of what did not leave; then doubled
    tries: int = 3  # of what did not leave, in one run

    def __post_init__(self) -> None:
        if self.quarantine < LEAST_QUARANTINE:
            raise ValueError("the quarantine may not be shorter than 5 minutes")


def settle(
    record: Record, seen: Look, now: Moment, waits: Waits, quarantine: int
) -> tuple[Event, ...]:
    """What happens to a message after a look; nothing where it has to wait.

    Presence is proof at once. Absence is proof only after the quarantine, which runs from the
    moment when the doubt was discovered; for money it is seen twice, and then a person decides.
    """
    if seen.seen is Seen.PRESENT:
        lag = _lag(record)
        return (_event(record, Step.CONFIRM, seen, lag=lag),)
    if record.state is State.HELD:
        return ()  # only presence ends it; everything else a person decides
    waited = now.since(record.since) if record.since else None
    if waited is None:
        return (Event(Step.WAIT_AGAIN, record.id, {"why": "the clocks cannot tell how long"}),)
    match seen.seen:
        case Seen.CONTRADICTED:
            refused = record.refusal is not None and record.message_class is MessageClass.STATE
            return (_event(record, Step.REFUSE if refused else Step.HOLD, seen),)
        case Seen.NO_PROOF:
            return (_event(record, Step.HOLD, seen),) if waited >= waits.no_proof else ()
        case Seen.ABSENT:
            if record.state is State.ANSWERED:
                return _answered_and_absent(record, seen, now, waits, over=waited >= quarantine)
            if waited < (0 if _clearly_refused(record) else quarantine):
                return ()
            return _absent(record, seen, now, waits)


def _clearly_refused(record: Record) -> bool:
    """Whether a refusal may be believed without the quarantine: never where money moves."""
    first = record.sends <= 1 and record.message_class is MessageClass.STATE
    return first and record.refusal in {400, 404, 422}


def _absent(record: Record, seen: Look, now: Moment, waits: Waits) -> tuple[Event, ...]:
    absent = _event(record, Step.ABSENT, seen)
    if record.refusal is not None:
        return (_event(record, Step.REFUSE, seen),)
    if record.message_class is MessageClass.STATE:
        may = record.sends < record.allowed
        return (absent, _event(record, Step.REPEAT if may else Step.HOLD, seen))
    return _seen_twice(record, absent, seen, now, waits)


def _seen_twice(
    record: Record, absent: Event, seen: Look, now: Moment, waits: Waits
) -> tuple[Event, ...]:
    since = now.since(record.absent_at) if record.absent_at else None
    if since is None:
        return (absent,)
    return (absent, _event(record, Step.HOLD, seen)) if since >= waits.second_look else ()


def _answered_and_absent(
    record: Record, seen: Look, now: Moment, waits: Waits, *, over: bool
) -> tuple[Event, ...]:
    """Taken, and yet it does not show: reads lag, or the marketplace let it fall."""
    absent = _event(record, Step.ABSENT, seen)
    return _seen_twice(record, absent, seen, now, waits) if over else (absent,)


def _lag(record: Record) -> int:
    """How long the effect certainly did not show after the answer or the doubt, in milliseconds.

    Of what is held nothing is learnt: a person may have done it by hand at any time.
    """
    if record.since is None or record.absent_at is None or record.state is State.HELD:
        return 0
    return record.absent_at.since(record.since) or 0


def _event(record: Record, step: Step, seen: Look, **more: int) -> Event:
    return Event(step, record.id, {"why": seen.why, "look": seen.as_json(), **more})

"""What an outcome means for a call of a class: a table, and no more.

A read may be repeated, a call that moves money never; what cannot be read is unknown, and only a
later read of the marketplace's own state can tell. The client asks this table before it repeats a
read; the outbox before it believes anything about a write.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from engine.transport.outcome import Answer, Lost, MessageClass, NotSent, Outcome

MOST_WAIT_SECONDS = 15 * 60
CLEAR_REFUSALS = frozenset({400, 404, 409, 422})


class Next(StrEnum):
    """What follows an outcome."""

    ANSWERED = "answered"
    SEND_AGAIN = "send again"  # certainly nothing arrived
    RENEW = "renew the token, then look and send again"
    WAIT = "wait, then look and send again"
    CHECK_REFUSAL = "a read must show that there is no effect"
    UNKNOWN = "unknown"
    ABANDON = "abandon the package"
    READ_BACK = "read the package"
    STOP = "stop this seller"


class Verdict(Struct, frozen=True):
    """What follows, and why; `halt` names what a person must look at before anything is sent."""

    next: Next
    why: str
    wait_seconds: int = 0
    halt: str | None = None


def next_step(message_class: MessageClass, outcome: Outcome, *, renewed: bool = False) -> Verdict:
    """What follows `outcome` of a call of `message_class`.

    Args:
        message_class: the call's class, as `endpoints` says.
        outcome: what became of the call.
        renewed: whether the token was renewed for this call already.
    """
    match outcome:
        case NotSent():
            detail = f" ({outcome.detail})" if outcome.detail else ""
            return Verdict(Next.SEND_AGAIN, f"nothing left: {outcome.reason}{detail}")
        case Lost():
            return _unknown(message_class, f"the answer was lost: {outcome.kind}")
        case Answer():
            return _answered(message_class, outcome, renewed=renewed)


def _answered(message_class: MessageClass, answer: Answer, *, renewed: bool) -> Verdict:
    status = answer.status
    if answer.well:
        return Verdict(Next.ANSWERED, f"answered {status}")
    if 200 <= status < 300:
        return _unknown(message_class, f"answered {status}, but {answer.fault}")
    if 300 <= status < 400:
        found = _unknown(message_class, f"redirected ({status})")
        return Verdict(found.next, found.why, halt="redirect")
    if status == 403 or (status == 401 and renewed):
        halt = "forbidden" if status == 403 else "credentials"
        return Verdict(Next.STOP, f"answered {status}", halt=halt)
    # An upload that took effect after all stands in the package twice, and the marketplace then
    # refuses both rows: nothing wrong is shown. So it may be repeated like what is guarded.
    guarded = message_class in {MessageClass.STATE, MessageClass.READ, MessageClass.STAGE}
    if guarded and status in {401, 429}:
        if status == 401:
            return Verdict(Next.RENEW, "answered 401")
        return Verdict(Next.WAIT, "answered 429", wait_seconds(answer))
    orders = message_class in {MessageClass.STATE, MessageClass.MONEY}
    if orders and status in CLEAR_REFUSALS:
        return Verdict(Next.CHECK_REFUSAL, f"answered {status}")
    return _unknown(message_class, f"answered {status}")


def _unknown(message_class: MessageClass, why: str) -> Verdict:
    """Nobody knows whether the call had its effect."""
    match message_class:
        case MessageClass.STAGE:
            return Verdict(Next.ABANDON, why)
        case MessageClass.COMMIT:
            return Verdict(Next.READ_BACK, why)
        case MessageClass.READ:
            return Verdict(Next.SEND_AGAIN, why)
        case MessageClass.STATE | MessageClass.MONEY:
            return Verdict(Next.UNKNOWN, why)


def wait_seconds(answer: Answer) -> int:
    """How long a 429 asks to wait, at most 15 minutes; 30 seconds where it does not say."""
    said = answer.headers.get("retry-after", "").strip()
    if not (said.isascii() and said.isdigit() and len(said) < 9):
        return 30
    return min(max(int(said), 1), MOST_WAIT_SECONDS)

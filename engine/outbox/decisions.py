"""What a person decides about messages that are held: done by hand, once more, or not at all."""

from __future__ import annotations

from engine.errors import ProjectError
from engine.outbox.events import Event, Record, State, Step
from engine.outbox.journal import Journal
from engine.outbox.message import MOVES_MONEY

DECISIONS = {"confirm": Step.CONFIRM, "release": Step.RELEASE, "withdraw": Step.WITHDRAW}


def find_message(journal: Journal, wanted: str) -> Record:
    """The message whose id begins with `wanted`.

    Raises:
        ProjectError: there is none, or more than one.
    """
    found = [r for r in journal.records() if r.id.startswith(wanted)] if wanted else []
    if not found:
        raise ProjectError(
            f"no message about an order begins with `{wanted[:64]}`: `feedwright journal list` shows all; of "
            "packages of offers, `feedwright journal refused` tells what was refused"
        )
    if len(found) > 1:
        raise ProjectError(
            f"{len(found)} messages begin with `{wanted[:64]}`: write more of the id"
        )
    return found[0]


def decide(
    journal: Journal, wanted: str, decision: str, *, by: str, why: str, rights: tuple[str, ...]
) -> Record:
    """Write what a person decided about a held message.

    Args:
        journal: the seller's, open for writing.
        wanted: the beginning of the message's id.
        decision: `confirm` (it was done), `release` (send it once more) or `withdraw`.
        by: who decides.
        why: in the person's words.
        rights: who may release what moves money; empty: whoever gives a name.

    Raises:
        ProjectError: it is not held, or this person may not decide it.
    """
    record = find_message(journal, wanted)
    if not by.strip() or not why.strip():
        raise ProjectError("say who decides (--by) and why (--why): the journal keeps it")
    if record.state is not State.HELD:
        raise ProjectError(f"message {record.id[:12]} is {record.state}, not held")
    money = record.kind in MOVES_MONEY
    if decision == "release" and money and rights and by not in rights:
        raise ProjectError(f"{by} may not release money; sending.refund_rights names who may")
    event = Event(DECISIONS[decision], record.id, {"by": by, "why": why})
    return journal.append(event, version=record.version)[0]

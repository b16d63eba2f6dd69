"""The gate of a push: a plan goes through as it was made, or something halts until a person looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import HaltedError
from engine.outbox.journal import Journal
from engine.outbox.offers import OfferLine, misfit_of, parts_of
from engine.outbox.packages import PackagePush
from engine.outbox.plan import Plan, halting_guards, refuse_unfit


def let_through(plan: Plan, journal: Journal, inputs: Mapping[str, str]) -> bool:
    """Let only a plan through that may be pushed; whether it goes on with one that was begun.

    A guard rail that halts is written into the journal: making the plan again does not help.

    Raises:
        HaltedError: it may not be pushed.
    """
    standing = journal.standing(plan.subject, inputs)
    try:
        return refuse_unfit(plan, standing, journal.clock.now())
    except HaltedError:
        if (plan.seller, plan.lineage) == (journal.seller, journal.lineage):
            for guard in halting_guards(plan, standing.accepted):
                journal.halt(guard.name, guard.says)
        raise


def push_offers(
    plan: Plan,
    offers: Sequence[OfferLine],
    push: PackagePush,
    *,
    inputs: Mapping[str, str],
    approver: str,
) -> bool:
    """Push a plan of offers; whether all of its packages are at their end.

    Raises:
        HaltedError: the plan may not be pushed, or an earlier package is still under way.
    """
    goes_on = let_through(plan, push.journal, inputs)
    if plan.channel != push.channel:
        raise HaltedError(f"the plan is for {plan.channel}, not for {push.channel}")
    _refuse_misfits(offers)
    flying = push.settle()
    if flying is not None and flying.plan != plan.hash:
        raise HaltedError(
            f"package {flying.key} is still under way; plan again once it is at its end"
        )
    if not goes_on:
        push.journal.append(push.journal.pushed(plan, approver))
    return push.push(parts_of(offers), plan.hash, plan.made, plan.expires)


def _refuse_misfits(offers: Sequence[OfferLine]) -> None:
    """No plan that was made here holds what breaks its schema: somebody else wrote this one.

    Raises:
        HaltedError: an offer of the plan does.
    """
    for offer in offers:
        fault = misfit_of(offer)
        if fault is not None:
            row = "" if offer.row is None else f" (row {offer.row})"
            raise HaltedError(
                f"offer {offer.sku}{row} does not fit its schema: {fault.path}: {fault.message}; "
                "nothing was sent; make another plan"
            )

"""One wanted action as the command line says it, on an order in a file or on what is said of one."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from engine.diagnostics.codes.orders import BROKEN_ORDER, PARAMETER_UNREADABLE
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE
from engine.orders.decision import Decision, Ruling
from engine.orders.documents import OrderRead, line_place, read_order_text
from engine.orders.order import OrderDocument
from engine.orders.policy import Policy
from engine.orders.reading import shown
from engine.orders.wish import Wish


class Said(Struct, frozen=True):
    """A wish in words: parameters as `name=value`, the order as the text of its document."""

    action: str
    parameters: tuple[str, ...]
    channel: str | None
    state: str | None
    reference: str | None
    account: str | None
    file: str
    order: bytes | None


def decide_one(policy: Policy, said: Said) -> Decision:
    """The decision; an order or a parameter that cannot be read is denied with its code."""
    parameters = read_parameters(said.parameters)
    if isinstance(parameters, Diagnostic):
        return denied(parameters)
    order: OrderDocument | None = None
    notes: tuple[Diagnostic, ...] = ()
    if said.order is not None:
        read = _only_order(said)
        if read.document is None:
            return denied(read.diagnostics[0])
        order, notes = read.document, read.diagnostics
    wish = Wish(
        said.action,
        parameters,
        said.channel,
        said.state,
        order,
        said.reference,
        said.account,
    )
    decision = policy.decide(wish)
    if not notes:
        return decision
    warnings = (*decision.warnings, *(f"{told.code.number} {told.says}" for told in notes))
    return replace(decision, warnings=warnings)


def read_parameters(written: tuple[str, ...]) -> dict[str, Any] | Diagnostic:
    """Parameters by name from `name=value` words, or what is wrong with the first that is none."""
    found: dict[str, Any] = {}
    for word in written:
        name, equals, value = word.partition("=")
        name = name.strip()
        wanted = "written as name=value" if not equals or not name else "said once"
        if not equals or not name or name in found:
            return Diagnostic.of(
                PARAMETER_UNREADABLE, NOWHERE, name="--param", value=shown(word), wanted=wanted
            )
        found[name] = value
    return found


def denied(told: Diagnostic) -> Decision:
    """The decision on what cannot be read: nothing is done."""
    return Decision(Ruling.DENIED, told.says, told.code.number)


def _only_order(said: Said) -> OrderRead:
    place = line_place(said.file, 1)
    reads = list(read_order_text(said.order or b"", place))
    if len(reads) == 1:
        return reads[0]
    problem = f"it holds {len(reads)} orders, and one is wanted"
    return OrderRead(None, (Diagnostic.of(BROKEN_ORDER, place, problem=problem),), place)

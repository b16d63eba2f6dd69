"""Examples of pages on orders: documents, wishes and older calls, read as a project reads them."""

import json
from collections.abc import Iterator

from conformance import decisions
from conformance.examples import Example

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE
from engine.orders.calls import read_call
from engine.orders.connectors import connector
from engine.orders.documents import read_order_text
from engine.orders.requests import check_body, requests_for
from engine.orders.states import state_table


def codes_of(shown: Example) -> set[str]:
    """The codes that an example gives: R40 and R41 of a document, R45 of a wish, R46 of a call, else of a decision."""
    if shown.number[2] in "789":
        return decisions.codes_of(shown)
    faults = {"0": _of_order, "1": _of_order, "5": _of_request}
    text = shown.block("json")
    assert text, f"{shown.number}: no {shown.title} example"
    return {fault.code.number for fault in faults.get(shown.number[2], _of_call)(text)}


def _of_order(text: str) -> Iterator[Diagnostic]:
    for read in read_order_text(text):
        yield from read.diagnostics
        if read.document and read.document.channel:
            state = read.document.find_state(state_table())
            if not state.names:
                yield state.unknown()
            denied = read.document.shipping_denied()
            if denied:
                yield denied


def _of_request(text: str) -> Iterator[Diagnostic]:
    wish = json.loads(text)
    through = connector(wish["connector"])
    if "body" in wish:
        yield from check_body(through.actions[wish["action"]], wish["body"])
        return
    prepared = requests_for(
        through,
        wish["action"],
        wish["parameters"],
        order_reference="SCID000000001",
        account="1234",
        marketplace=wish["marketplace"],
    )
    yield from prepared.faults


def _of_call(text: str) -> Iterator[Diagnostic]:
    read = read_call(text, NOWHERE)
    if isinstance(read, Diagnostic):
        yield read

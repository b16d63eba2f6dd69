"""Each page on orders: its bad example gives its code and no other, its good one none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.diagnostics.codes import all_codes
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import NOWHERE
from engine.orders.calls import read_call
from engine.orders.connectors import connector
from engine.orders.documents import read_order_text
from engine.orders.requests import check_body, requests_for
from engine.orders.states import state_table

PAGES = Path(__file__).parents[3] / "engine/diagnostics/pages"
NUMBERS = sorted(number for number in all_codes() if number.startswith("R4"))


def example(number: str, title: str) -> str:
    text = (PAGES / f"{number}.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return section.partition("```json\n")[2].partition("\n```")[0]


def faults_of_order(text: str) -> Iterator[Diagnostic]:
    for read in read_order_text(text):
        yield from read.diagnostics
        if read.document and read.document.channel:
            state = read.document.find_state(state_table())
            if not state.names:
                yield state.unknown()
            denied = read.document.shipping_denied()
            if denied:
                yield denied


def faults_of_request(text: str) -> Iterator[Diagnostic]:
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


def faults_of_call(text: str) -> Iterator[Diagnostic]:
    read = read_call(text, NOWHERE)
    if isinstance(read, Diagnostic):
        yield read


def numbers(number: str, title: str) -> set[str]:
    faults = {"0": faults_of_order, "1": faults_of_order, "5": faults_of_request}
    find = faults.get(number[2], faults_of_call)
    return {told.code.number for told in find(example(number, title))}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_bad_example_gives_its_code(number: str) -> None:
    assert example(number, "Bad") != ""
    assert numbers(number, "Bad") == {number}


@pytest.mark.parametrize("number", NUMBERS)
def test_the_good_example_gives_none(number: str) -> None:
    assert example(number, "Good") != ""
    assert numbers(number, "Good") == set()

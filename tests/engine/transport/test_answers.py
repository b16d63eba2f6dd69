"""Answers: exact, bounded, and believed only where they fit their schema."""

from decimal import Decimal
from typing import Any

import pytest

from engine.transport.answers import exact_json, problem_of, read_answer
from engine.transport.http import HttpAnswer
from engine.transport.outcome import Answer

ORDER = "schemas/octopia/answers/order.schema.json"
GOOD = b'{"orderId":"1","status":"New","salesChannel":{"id":"C"},"lines":[],"price":19.90}'


def answer(
    body: bytes, status: int = 200, kind: str = "application/json", **more: str
) -> HttpAnswer:
    return HttpAnswer(status, {"content-type": kind, **more}, body)


def test_numbers_are_exact() -> None:
    read = read_answer(answer(GOOD), {200: ORDER})
    assert read.well
    assert read.body["price"] == Decimal("19.90")
    assert str(read.body["price"]) == "19.90"


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (GOOD, "text/html", "not JSON"),
        (GOOD, "", "not JSON"),
        (b"", "application/json", "does not fit"),
        (b"{", "application/json", "not JSON"),
        (b"\xff\xfe", "application/json", "not UTF-8"),
        (b"[" * 100_000, "application/json", "too deep"),
        (b'{"a":1,"a":2}', "application/json", "twice"),
        (b'{"a":NaN}', "application/json", "no number"),
        (b'{"a":1e999999999}', "application/json", "too long"),
        (b'{"a":' + b"9" * 5000 + b"}", "application/json", "too long"),
        (b'{"orderId":1}', "application/json", "does not fit"),
        (b"[]", "application/json", "does not fit"),
    ],
)
def test_what_is_not_believed(body: bytes, kind: str, words: str) -> None:
    read = read_answer(answer(body, kind=kind), {200: ORDER})
    assert not read.well
    assert words in (read.fault or "")


def test_a_fault_does_not_quote_what_may_be_a_customers() -> None:
    body = GOOD.replace(b'"lines":[]', b'"lines":"Camille Exemple"')
    read = read_answer(answer(body), {200: ORDER})
    assert read.fault == f"it does not fit {ORDER} at `lines` (type)"


def test_statuses() -> None:
    assert read_answer(answer(b"", 201), {201: None}).well
    assert read_answer(answer(b"<html>", 201, "text/html"), {201: None}).well
    assert "not known" in (read_answer(answer(b"", 202), {201: None}).fault or "")
    assert "redirect" in (read_answer(answer(b"", 307), {201: None}).fault or "")
    refused = read_answer(answer(b'{"title":"No"}', 422, "application/problem+json"), {201: None})
    assert (refused.well, refused.fault) == (False, None)


def test_a_problem_in_one_line() -> None:
    body: Any = {
        "title": "One or more validation errors occurred.",
        "detail": "see errors\nbelow",
        "errors": {"price": ["too low", "not a number"], "x": 3},
    }
    said = str(problem_of(Answer(400, {}, body)))
    assert said == (
        "400 One or more validation errors occurred. | see errors below"
        " | price: too low; not a number | x:"
    )
    assert str(problem_of(Answer(500, {}, None))) == "500"
    assert len(str(problem_of(Answer(400, {}, {"title": "a" * 9999})))) < 400


def test_the_trace_is_kept() -> None:
    by_header = read_answer(answer(b"", 500, **{"x-request-id": "abc\n"}), {})
    assert by_header.trace_id == "abc"
    assert read_answer(answer(b'{"traceId":"t1"}', 500), {}).trace_id == "t1"
    assert read_answer(answer(b"[]", 500), {}).trace_id is None


def test_keys_are_unique_at_every_depth() -> None:
    with pytest.raises(ValueError, match="twice"):
        exact_json(b'[{"a":{"b":1,"b":1}}]')

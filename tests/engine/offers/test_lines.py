"""Offers as lines: none is lost on the way to the file."""

import json

import polars as pl
import pytest
from checking.lines import offer_lines

from engine.errors import EngineError


def _offers(**changed: object) -> pl.DataFrame:
    columns = {
        "__row": [1, 2],
        "sku": ["A", "B"],
        "package": ["json", "xml"],
        "payload": ['{"quantity":1}', '{"quantity":2}'],
        "xml": [None, "<Offer/>"],
        "reasons": [None, None],
    }
    texts = {n: pl.String for n in columns if n != "__row"}
    return pl.DataFrame({**columns, **changed}, schema_overrides=texts)


def test_an_offer_without_a_payload_goes_by_xml_and_keeps_its_line() -> None:
    lines = offer_lines(_offers(payload=['{"quantity":1}', None])).splitlines()
    assert [json.loads(x) for x in lines] == [
        {"row": 1, "sku": "A", "package": "json", "payload": {"quantity": 1}},
        {"row": 2, "sku": "B", "package": "xml", "xml": "<Offer/>"},
    ]


def test_a_row_that_cannot_be_written_stops_the_run() -> None:
    with pytest.raises(EngineError, match="row 2 cannot be written"):
        offer_lines(_offers(package=["json", None]))

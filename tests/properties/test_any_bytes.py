"""Any bytes as any file: an answer that a person can use, never a crash."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.diagnostics.render import render_report
from engine.errors import EngineError, FeedError, ProjectError
from engine.feeds.csv_table import read_csv_table
from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import FeedSettings, feed_settings
from engine.feeds.source_schema import load_source_schema
from engine.pipeline import check
from engine.project import Project, load_project

SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# What files are made of, so that more than the first sign of them is read.
PIECES = st.sampled_from(
    [
        b",", b";", b"\t", b'"', b"\n", b"\r", b"\x00", b"\x1e", b"{", b"}", b"[", b"]", b":", b"<s>", b"</s>",
        b"<item>", b"</item>", b"<a b='c'>", b"</a>", b"&amp;", b"<!DOCTYPE s>", b"<?xml version='1.0'?>", b"sku",
        b"1,5", b"true", b"null", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\xa9", b"\xff", b"PK\x03\x04", b"\x1f\x8b\x08",
        b"- ", b"feeds:\n  a:\n    path: x\n", b"rules: [a, b]\n", b"&a ", b"*a", b"<<: *a\n", b'"properties": {',
        b'"type": "string"', b'"x-kind": "money"', b"rules 1\n", b"mapping offer for cdiscount\n", b"end\n", b"let x = ",
    ]
)  # fmt: skip
BYTES = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "xml", "xlsx", "zip", "csv.gz"])
@SETTINGS
@given(data=BYTES)
def test_as_a_feed(folder: Path, ending: str, data: bytes) -> None:
    path = folder / f"feed.{ending}"
    path.write_bytes(data)
    rows, said = 0, ""
    try:
        feed = open_feed(FeedSettings(), str(path), folder)
        for batch in feed.batches(feed.columns or ("a", "sku", "a[]", "@b")):
            assert batch["__row"].to_list() == list(range(rows + 1, rows + batch.height + 1))
            rows += batch.height
    except FeedError as fault:
        said = str(fault)
        assert str(path) in said
    assert bool(said) or rows >= 0


@SETTINGS
@given(data=BYTES)
def test_as_a_source_schema(folder: Path, data: bytes) -> None:
    path = folder / "product.schema.json"
    path.write_bytes(data)
    schema, faults = load_source_schema(path, "product.schema.json")
    assert (schema is None) is bool(faults)
    assert all(f.says for f in faults)


@SETTINGS
@given(data=BYTES)
def test_as_a_table(folder: Path, data: bytes) -> None:
    path = folder / "table.csv"
    path.write_bytes(data)
    table, faults = read_csv_table(path, "table.csv")
    assert (table is None) is bool(faults)
    assert all(f.says and f.span.file == "table.csv" for f in faults)


@SETTINGS
@given(data=BYTES)
def test_as_settings(folder: Path, data: bytes) -> None:
    (folder / "feedwright.yaml").write_bytes(data)
    said = ""
    try:
        project = load_project(folder)
        for name, read in project.feeds.items():
            feed_settings(read, f"feeds.{name}")
    except ProjectError as fault:
        said = str(fault)
        assert said.strip()


@SETTINGS
@given(data=BYTES)
def test_as_rules(folder: Path, data: bytes) -> None:
    path = folder / "offers.rules"
    path.write_bytes(data)
    checked, said = None, ""
    try:
        checked = check(Project(folder), path)
    except EngineError as fault:
        said = str(fault)  # it is no UTF-8
    if checked is None:
        assert "offers.rules" in said
        return
    assert checked.ruleset is None or not [d for d in checked.report if d.code.severity == "error"]
    for style in ("text", "json", "sarif", "junit", "github"):
        assert isinstance(render_report(checked.report, style), str)

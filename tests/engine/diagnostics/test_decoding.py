"""The text of a file's bytes, and where they are no UTF-8: a byte-order mark moves nothing."""

from codecs import BOM_UTF8

import pytest

from engine.diagnostics.decoding import decoded


@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
def test_a_byte_that_is_no_character_is_told_where_it_stands(mark: bytes) -> None:
    text, fault = decoded(mark + "clé\nprix ".encode() + b"\xe9t\xe9\n", "table.csv")
    assert text == "clé\nprix \ufffdt\ufffd\n"
    assert fault is not None
    assert (fault.span.line, fault.span.column, fault.span.end_column) == (2, 6, 7)
    assert fault.says == "table.csv is not saved as UTF-8: byte E9 here is no character"


@pytest.mark.parametrize("mark", [b"", BOM_UTF8])
def test_utf_8_is_read_without_its_mark(mark: bytes) -> None:
    assert decoded(mark + "clé".encode(), "table.csv") == ("clé", None)

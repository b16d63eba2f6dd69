"""Workbooks: cells as a person sees them."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FeedError
from engine.feeds import archive
from engine.feeds.xlsx_errors import ERRORS

Read = Callable[..., Any]
Workbook = Callable[..., Path]


def test_numbers_are_read_without_a_trailing_point(read: Read, workbook: Workbook) -> None:
    workbook([["EAN", "Prix", "Stock"], [3760123450010.0, 12.5, 7], ["0012345678905", 0.1, 0]])
    found = read("feed.xlsx")
    assert found.rows == [("3760123450010", "12.5", "7"), ("0012345678905", "0.1", "0")]
    assert found.notes == ["XLSX, sheet `Produits`"]


def test_dates_times_and_yes_no_have_one_way_to_be_written(read: Read, workbook: Workbook) -> None:
    workbook([["Début", "Actif"], [("date", 45870), True], [("date", 45870.5), False]])
    assert read("feed.xlsx").rows == [("2025-08-01", "true"), ("2025-08-01T12:00:00", "false")]


def test_a_formula_is_its_result(read: Read, workbook: Workbook) -> None:
    workbook([["Prix"], [("formula", "10*1.2", 12)]])
    assert read("feed.xlsx").rows == [("12",)]


def test_long_numbers_may_have_lost_digits_and_that_is_told(read: Read, workbook: Workbook) -> None:
    workbook([["EAN", "Code"], [3760123450010.0, 123456789012345678]])
    found = read("feed.xlsx")
    assert found["EAN"] == ["3760123450010"]
    assert [n for n in found.notes if "`Code` holds numbers of 15 digits or more" in n]
    assert not [n for n in found.notes if "`EAN`" in n]


def test_numbers_beyond_all_bounds_are_written_out(read: Read, workbook: Workbook) -> None:
    workbook([["a", "b"], [1e21, 1.5e-7]])
    assert read("feed.xlsx").rows == [("1000000000000000000000", "0.00000015")]


def test_empty_rows_are_none_and_empty_cells_are_empty(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "stock"], ["A", 1], [], [None, None], ["B", None]])
    found = read("feed.xlsx")
    assert found.rows == [("A", "1"), ("B", "")]
    assert found["__row"] == [1, 2]


def test_a_title_of_empty_rows_stands_above_the_header(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "stock"], ["A", 1]], first=4)
    assert read("feed.xlsx").rows == [("A", "1")]


def test_a_cell_beyond_the_header_refuses_its_row(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "stock"], ["A", 1, "stray"], ["B", 2]])
    found = read("feed.xlsx")
    assert found.problems == ["the header has 2 columns, this row has 3 cells", None]
    assert found.rows == [(None, None), ("B", "2")]


def test_headers_that_stand_twice_are_numbered(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "prix", "prix"], ["A", 1, 2]])
    found = read("feed.xlsx")
    assert (found.columns, found.rows) == (("sku", "prix", "prix.2"), [("A", "1", "2")])
    assert "columns that stand twice are numbered: 'prix'" in found.notes


def test_a_sheet_without_header_gets_the_names_of_the_settings(
    read: Read, workbook: Workbook
) -> None:
    workbook([["A", 1], ["B", 2]])
    assert read("feed.xlsx", header=["sku", "stock"]).rows == [("A", "1"), ("B", "2")]


def test_only_asked_columns_are_given(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "stock"], ["A", 1]])
    assert read("feed.xlsx", wanted=["stock", "nothing"]).rows == [("1",)]


def test_an_unknown_sheet_is_told_with_those_that_there_are(read: Read, workbook: Workbook) -> None:
    workbook([["sku"], ["A"]], sheet="Été 2025")
    with pytest.raises(FeedError, match="has no sheet `Produits`; it has Été 2025"):
        read("feed.xlsx", sheet="Produits")
    assert read("feed.xlsx", sheet="Été 2025").rows == [("A",)]


def test_an_empty_sheet_is_told(read: Read, workbook: Workbook) -> None:
    workbook([])
    with pytest.raises(FeedError, match="the sheet `Produits` is empty"):
        read("feed.xlsx")


def test_a_header_alone_gives_no_rows(read: Read, workbook: Workbook) -> None:
    workbook([["sku", "stock"]])
    assert read("feed.xlsx").rows == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip", b"sku;stock\nA;1\n"])
def test_what_is_no_workbook_is_told(read: Read, data: bytes) -> None:
    with pytest.raises(FeedError, match=r"feed\.xlsx: not a readable (workbook|zip)"):
        read("feed.xlsx", data)


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    read: Read, workbook: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook([["sku"], *([["A" * 1000]] * 2000)])
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(archive, "LARGEST_WORKBOOK", 1 << 20)
    with pytest.raises(FeedError, match="a workbook of 2 MB once unpacked, and 1 MB is the most"):
        read("feed.xlsx")


def test_a_workbook_in_a_zip_is_read(read: Read, workbook: Workbook, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        packed.write(workbook([["sku"], ["A"]]), "export/produits.xlsx")
    assert read("export.zip").rows == [("A",)]


@pytest.mark.parametrize("error", sorted(ERRORS))
def test_a_formula_that_failed_is_told_and_its_row_is_there(
    read: Read, workbook: Workbook, error: str
) -> None:
    workbook([["sku", "stock"], ["A", ("error", error)], [("error", error), None], ["C", 3]])
    found = read("feed.xlsx")
    assert found.problems == [
        f"`stock` holds {error}: the formula behind it failed; mend it in the workbook",
        f"`sku` holds {error}: the formula behind it failed; mend it in the workbook",
        None,
    ]
    assert found.rows[-1] == ("C", "3")


def test_a_formula_that_was_never_computed_is_told(read: Read, workbook: Workbook) -> None:
    path = workbook([["sku", "stock"], ["A", ("formula", "1+1", "HERE")], ["B", 2]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, text in parts.items():
            book.writestr(name, text.replace(b"<v>HERE</v>", b""))
    found = read("feed.xlsx")
    assert found.problems[0] is not None
    assert "`stock` holds a formula without its result" in found.problems[0]
    assert found.rows[1] == ("B", "2")


def test_a_number_has_the_digits_that_are_shown(read: Read, workbook: Workbook) -> None:
    workbook([["price"], [3.3000000000000003], [("formula", "1.1*3", 3.3000000000000003)], [0.1]])
    assert read("feed.xlsx").rows == [("3.3",), ("3.3",), ("0.1",)]

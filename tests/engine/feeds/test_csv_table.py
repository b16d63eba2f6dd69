"""Look-up tables: small CSV files, their faults told with their line."""

from pathlib import Path

import pytest

from engine.feeds.csv_table import CsvTable, read_csv_table


def _read(tmp_path: Path, data: bytes) -> tuple[CsvTable | None, list[tuple[str, int, str]]]:
    path = tmp_path / "brands.csv"
    path.write_bytes(data)
    table, faults = read_csv_table(path, "tables/brands.csv")
    assert (table is None) is bool(faults)
    return table, [(f.code.number, f.span.line, f.says) for f in faults]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_header_rows_and_lines(tmp_path: Path, mark: str) -> None:
    data = f'brand{mark} align \n"A{mark}B"{mark}yes\n\nC{mark}no\n'.encode()
    table, _ = _read(tmp_path, data)
    assert table is not None
    assert table.columns == ("brand", "align")
    assert table.rows == ((f"A{mark}B", "yes"), ("C", "no"))
    assert table.line_of_row == (2, 4)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_however_they_end(tmp_path: Path, end: str) -> None:
    table, faults = _read(tmp_path, end.join(["a,b", "1,2", "3", "4,5"]).encode())
    assert table is None
    assert faults == [("S973", 3, faults[0][2])]
    assert "this row has 1 cells, the header has 2" in faults[0][2]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    table, _ = _read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n")
    assert table is not None
    assert table.columns == ("a", "b")


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"", "S972", "the file is empty"),
        (b"\xff\xfea", "S974", ""),
        (b"a,\n1,2\n", "S972", "a column has no name"),
        (b"a,a\n1,2\n", "S972", "two columns are called `a`"),
        (b'a,b\n"x,2\n', "S973", "cannot be read as CSV"),
        (b"a,b\n1,2,3\n", "S973", "this row has 3 cells, the header has 2"),
    ],
)
def test_faults(tmp_path: Path, data: bytes, code: str, says: str) -> None:
    _, faults = _read(tmp_path, data)
    assert faults[0][0] == code
    assert says in faults[0][2]


def test_every_faulty_row_is_told(tmp_path: Path) -> None:
    _, faults = _read(tmp_path, b"a,b\n1\n2,3\n4,5,6\n")
    assert [line for _, line, _ in faults] == [2, 4]

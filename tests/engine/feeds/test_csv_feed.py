"""CSV as strangers write it: encodings, delimiters, quotes, line ends, widths."""

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import FeedError
from engine.feeds.archive import open_bytes
from engine.feeds.csv_feed import CsvFeed
from engine.feeds.feed_settings import FeedSettings

pytestmark = pytest.mark.usefixtures("both_ways")

Read = Callable[..., Any]
LINES = "sku;désignation;prix\nA-1;Lampe d'été;12,50\nB-2;Œuf à la coque – 5 €;3,00\n"
ROWS = [("A-1", "Lampe d'été", "12,50"), ("B-2", "Œuf à la coque – 5 €", "3,00")]


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (LINES.encode(), "encoding utf-8, detected"),
        (codecs.BOM_UTF8 + LINES.encode(), "encoding utf-8, by its byte-order mark"),
        (LINES.encode("utf-16"), "encoding utf-16-le, by its byte-order mark"),
        (
            codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"),
            "encoding utf-16-be, by its byte-order mark",
        ),
        (LINES.encode("utf-32"), "encoding utf-32-le, by its byte-order mark"),
    ],
)
def test_an_encoding_is_found_and_told(read: Read, data: bytes, note: str) -> None:
    found = read("feed.csv", data)
    assert found.rows == ROWS
    assert found.notes[0] == note
    assert found.columns == ("sku", "désignation", "prix")


def test_bytes_that_are_no_utf8_are_taken_for_cp1252_with_the_place_that_tells(read: Read) -> None:
    found = read("feed.csv", LINES.encode("cp1252"))
    assert found.rows == ROWS
    assert found.notes[0] == (
        "encoding cp1252 taken: byte 5 (0xe9) is no UTF-8; write `encoding:` in the settings to be sure"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found(read: Read, encoding: str) -> None:
    found = read("feed.csv", LINES.encode(encoding))
    assert found.rows == ROWS
    assert f"encoding {encoding} taken: every second byte is 0" in found.notes[0]


@pytest.mark.parametrize(
    "encoding", ["latin-1", "iso-8859-15", "cp1252", "UTF8", "utf-8", "utf-16", "mac-roman"]
)
def test_a_declared_encoding_is_used(read: Read, encoding: str) -> None:
    text = "sku;nom\nA;Été\n"
    found = read("feed.csv", text.encode(encoding), encoding=encoding)
    assert found.rows == [("A", "Été")]
    assert "as the settings say" in found.notes[0] or "byte-order mark" in found.notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig"])
def test_a_mark_before_a_declared_encoding_is_no_part_of_the_header(
    read: Read, encoding: str
) -> None:
    assert read("feed.csv", codecs.BOM_UTF8 + LINES.encode(), encoding=encoding).columns[0] == "sku"


def test_a_mark_that_contradicts_the_settings_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match="the settings say `encoding: cp1252`, and the feed begins"):
        read("feed.csv", codecs.BOM_UTF8 + LINES.encode(), encoding="cp1252")


def test_bytes_that_are_no_text_refuse_their_row_alone(read: Read) -> None:
    found = read(
        "feed.csv", b"sku;nom\nA;Ete\nB;\xc9t\xe9\nC;Fin\n", encoding="utf-8", delimiter=";"
    )
    assert found.problems == [
        None,
        "this row has bytes that are no text in the feed's encoding",
        None,
    ]
    assert found["nom"] == ["Ete", None, "Fin"]
    assert [n for n in found.notes if n.startswith("byte 0xc9 is no text in the feed's encoding")]


def test_bytes_that_are_no_text_among_quotes_too(read: Read) -> None:
    found = read(
        "feed.csv", b'sku;nom\n"A";"Ete"\n"B";"\xc9t\xe9"\n', encoding="utf-8", delimiter=";"
    )
    assert found.problems[0] is None
    assert found.problems[1] == "this row has bytes that are no text in the feed's encoding"


# --- delimiters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("mark", "shown"), [(",", ","), (";", ";"), ("\t", "tab"), ("|", "|")])
def test_a_delimiter_is_found_and_told(read: Read, mark: str, shown: str) -> None:
    found = read("feed.csv", f"a{mark}b{mark}c\n1{mark}2{mark}3\n".encode())
    assert found.rows == [("1", "2", "3")]
    assert f"delimiter `{shown}`, detected: the header has 3 columns" in found.notes


def test_rows_decide_where_the_header_holds_the_other_mark(read: Read) -> None:
    # As in shops of one family: `Categories (x;y;z...)` in the file with commas, and the reverse.
    comma = b"ID,Categories (x;y;z...),Images (x;y;z...),Active\n1,a;b,c;d,1\n2,a,,1\n"
    semicolon = b"ID;Categories (x,y,z...);Images (x,y,z...);Active\n1;a,b;c,d;1\n2;a;;1\n"
    for data in (comma, semicolon):
        assert len(read("feed.csv", data).columns) == 4


def test_a_declared_delimiter_is_used(read: Read) -> None:
    assert read("feed.csv", b"a;b,c\n1;2,3\n", delimiter=",").columns == ("a;b", "c")
    assert read("feed.csv", b"a b\n1 2\n", delimiter=" ").rows == [("1", "2")]
    assert read("feed.csv", b"a\tb\n1\t2\n", delimiter="tab").rows == [("1", "2")]


def test_a_tsv_has_tabs(read: Read) -> None:
    assert read("feed.tsv", b"a\tb,c\n1\t2,3\n").rows == [("1", "2,3")]


def test_one_column_is_a_feed_too(read: Read) -> None:
    assert read("feed.csv", b"sku\nA\nB\n").rows == [("A",), ("B",)]


# --- quotes -------------------------------------------------------------------------------------


def test_quoted_cells_hold_delimiters_line_ends_and_quotes(read: Read) -> None:
    found = read("feed.csv", b'sku,text\nA,"one, two\nthree ""four"""\nB,plain\n')
    assert found.rows == [("A", 'one, two\nthree "four"'), ("B", "plain")]
    assert found["__row"] == [1, 2]


def test_line_ends_in_cells_keep_their_lines(read: Read) -> None:
    assert read("feed.csv", b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n').rows == [("1", "x\ny"), ("2", "z")]


def test_a_quote_within_a_cell_is_text(read: Read) -> None:
    assert read("feed.csv", b'sku,size\nA,5" nails\nB,plain\n').rows == [
        ("A", '5" nails'),
        ("B", "plain"),
    ]


def test_a_quote_that_is_not_closed_costs_its_own_row(read: Read) -> None:
    found = read("feed.csv", b'sku,text\nA,"open\nB,plain\nC,more\n')
    assert found.problems == ["a quote that opens in this row is not closed", None, None]
    assert found["sku"] == [None, "B", "C"]


def test_other_quotes_or_none_as_the_settings_say(read: Read) -> None:
    assert read("feed.csv", b"a,b\n'x,y',2\n", quote="'").rows == [("x,y", "2")]
    assert read("feed.csv", b'a,b\n"x,2\n', quote="none").rows == [('"x', "2")]


# --- lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_any_way(read: Read, end: bytes) -> None:
    assert read("feed.csv", end.join([b"a,b", b"1,2", b"3,4"])).rows == [("1", "2"), ("3", "4")]


def test_lines_that_end_in_several_ways(read: Read) -> None:
    assert read("feed.csv", b"a,b\r\n1,2\n3,4\r\n").rows == [("1", "2"), ("3", "4")]


def test_empty_lines_are_no_records(read: Read) -> None:
    found = read("feed.csv", b"\n\na,b\n\n1,2\n\n\n3,4\n\n")
    assert found.rows == [("1", "2"), ("3", "4")]
    assert found["__row"] == [1, 2]


def test_megabytes_of_blank_lines_before_the_header(read: Read) -> None:
    found = read("feed.csv", b"\r\n" * (2 << 20) + b"a,b\n1,2\n")
    assert (found.columns, found.rows) == (("a", "b"), [("1", "2")])


NOT_CLOSED = "a quote that opens in this row is not closed"


@pytest.mark.parametrize(
    ("data", "problems", "rows"),
    [
        # The quote that opens in the third row would close the first one's, which then had its price.
        (
            b'sku,title,price\nS1,"screen,1\nS2,tab,2\nS3,"z",3\nS4,u,4\n',
            [NOT_CLOSED, None, None, None],
            [("S2", "tab", "2"), ("S3", "z", "3"), ("S4", "u", "4")],
        ),
        (
            b'sku,price,title\nS1,1,"abc\nS2,2,"tab"\nS3,3,z\n',
            [NOT_CLOSED, None, None],
            [("S2", "2", "tab"), ("S3", "3", "z")],
        ),
        # Text behind a quote within a line is what people write, and takes nobody's cells.
        (
            b'sku,title,price\nS1,"22" screen,1\nS2,"a\nb",2\n',
            [None, None],
            [("S1", "22 screen", "1"), ("S2", "a\nb", "2")],
        ),
    ],
)
def test_a_quote_that_is_not_closed_takes_no_other_rows_cells(
    read: Read, data: bytes, problems: list[str | None], rows: list[tuple[str, ...]]
) -> None:
    found = read("feed.csv", data)
    assert found.problems == problems
    assert [row for row in found.rows if row[0]] == rows


NARROW_2 = "the header has 4 columns, this row has 3 cells"
NARROW = (
    "the header has 4 columns, this row has 3 cells with the 2 lines below it, which its quotes take in: "
    "is one not closed?"
)


def taken_in(lines: str) -> str:
    return f"a cell of this row takes in the {lines} below it, and looks like rows: is a quote not closed?"


@pytest.mark.parametrize(
    ("data", "problems", "rows"),
    [
        # The inch mark would close the first row's quote, which then had the second one's price.
        (
            b'sku,title,size,price\nS1,"screen,M,1\nS2,tab 5",M,2\nS3,z,M,3\n',
            [taken_in("line"), None, None],
            [("S2", 'tab 5"', "2"), ("S3", "z", "3")],
        ),
        (
            b'sku,title,size,price\nS1,"screen,M,1\nS2,t,M,2\n\nS3,u,M,3\nS4,5",M,4\n',
            [taken_in("4 lines"), None, None, None],
            [("S2", "t", "2"), ("S3", "u", "3"), ("S4", '5"', "4")],
        ),
        # The same in another column, so that a cell is missing.
        (
            b'sku,title,size,price\nS1,"screen,M,1\nS2,t,M,2\nS3,t,5",3\nS4,u,M,4\n',
            [NARROW, None, None, None],
            [("S2", "t", "2"), ("S3", "t", "3"), ("S4", "u", "4")],
        ),
        # The text that is not closed holds delimiters itself, which is why it stands in quotes.
        (
            b'sku,title,size,price\nS1,"Lamp, red,M,1\nS2,lamp 12",M,2\n',
            [taken_in("line"), None],
            [("S2", 'lamp 12"', "2")],
        ),
        # It had several lines, and a row within is broken.
        (
            b'sku,title,size,price\nS1,"Lamp\nred,M,1\nS2,b,M\nS3,5",M,3\n',
            [taken_in("3 lines"), "the header has 4 columns, this row has 3 cells", NARROW_2, None],
            [("S3", '5"', "3")],
        ),
        # Sentences of several lines have delimiters too.
        (
            b'sku,title,size,price\nS1,"small, warm\nred, soft, new",M,1\nS2,"a,b\nc",M,2\n',
            [None, None],
            [("S1", "small, warm\nred, soft, new", "1"), ("S2", "a,b\nc", "2")],
        ),
    ],
)
@pytest.mark.parametrize("block", [1 << 20, 1])
def test_a_quote_that_another_one_seems_to_close_takes_no_other_rows_cells(
    tmp_path: Path, data: bytes, problems: list[str | None], rows: list[tuple[str, ...]], block: int
) -> None:
    (tmp_path / "feed.csv").write_bytes(data)
    settings = FeedSettings(format="csv", delimiter=",", encoding="utf-8")
    feed = CsvFeed(open_bytes(str(tmp_path / "feed.csv")), settings, block=block)
    found = pl.concat(feed.batches(["sku", "title", "price"]))
    assert found["__problem"].to_list() == problems
    whole = found.filter(found["__problem"].is_null())
    assert whole.select("sku", "title", "price").rows() == rows


def test_bytes_that_are_no_text_are_told_beside_a_row_that_takes_in_others(read: Read) -> None:
    found = read("feed.csv", b'a,b,c\n1,"x\ny",3,4\n5,\xff,7\n8,9,10\n', encoding="utf-8")
    assert [note for note in found.notes if "byte 0xff is no text" in note]
    assert found.problems[0] is not None
    assert "with the line below it" in found.problems[0]
    assert found.rows[-1] == ("8", "9", "10")


SOUND = [
    b'"A1","376","Acme","Soft, light, cheap, good\nWool, cotton, silk, hemp","10.00","5","Home"',
    b'"A1","376","Acme","S,M,L,XL\nred,blue,green","10.00","5","Home"',  # all are quoted
    b'A1,376,Acme,"Soft, light, good\nWool, cotton, silk, hemp",10.00,5,Home',
    b'A1,376,Acme,Home,5,10.00,"Ingredients:\nsugar, salt, flour, eggs, oil, milk, nuts"',
    b'A1,376,Acme,Home,5,10.00,"<p style=""a,b,c"">x,y</p>\n<b class=""a,b,c,d,e,f"">z</b>"',
]


@pytest.mark.parametrize("row", SOUND)
def test_texts_of_several_lines_are_no_rows(read: Read, row: bytes) -> None:
    found = read("feed.csv", b"a,b,c,d,e,f,g\n" + row + b"\nB,1,2,3,4,5,6\n")
    assert found.problems == [None, None]
    assert found.rows[1] == ("B", "1", "2", "3", "4", "5", "6")


def test_one_quote_astray_among_many_lines_costs_no_look_at_each(read: Read) -> None:
    found = read("feed.csv", b"sku,size\n" + b"A,1\n" * 400_000 + b'B,24"\n' + b"C,3\n" * 1000)
    assert len(found.rows) == 401_001
    assert found.rows[400_000] == ("B", '24"')


@pytest.mark.parametrize(
    "line",
    [b'y","z\n', b'y"q,"z\n', b'y,"z\n'],
    ids=["in order", "text", "open"],
)
def test_quotes_that_lead_on_and_on_take_time_in_their_number_alone(
    read: Read, line: bytes
) -> None:
    found = read("feed.csv", b'a,b\n"x\n' + line * 300_000)
    assert found.problems == [NOT_CLOSED] * 300_001


def test_lines_are_not_read_again_for_ever(read: Read) -> None:
    # Each line would take in all that follow, and then be too wide.
    found = read("feed.csv", b'a,b\n"x\n' + b'y","z\n' * 300_000 + b'z"\n1,2\n')
    assert all(found.problems[:-1])
    assert found.rows[-1] == ("1", "2")


def test_a_quote_in_the_header_that_is_not_closed_is_told(read: Read) -> None:
    with pytest.raises(FeedError, match=f"the header cannot be read: {NOT_CLOSED}; check `quote`"):
        read("feed.csv", b'sku,"price\nA,1\nB,2\n')


# --- widths -------------------------------------------------------------------------------------


def test_rows_of_another_width_are_refused_and_shift_nothing(read: Read) -> None:
    found = read("feed.csv", b"a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n")
    assert found.problems == [
        None,
        "the header has 3 columns, this row has 2 cells",
        "the header has 3 columns, this row has 4 cells",
        None,
    ]
    assert found["c"] == ["3", None, None, "6"]


def test_far_too_many_cells_are_told_without_counting_all(read: Read) -> None:
    found = read("feed.csv", b"a,b\n" + b"x," * 500 + b"\n1,2\n")
    assert found.problems[0] is not None
    assert found.problems[0].startswith("the header has 2 columns, this row has ")
    assert found.rows[1] == ("1", "2")


def test_the_same_rows_however_few_are_read_at_once(tmp_path: Any) -> None:
    text = "sku,text\n" + "".join(
        f"A{i},{'plain' if i % 3 else chr(34) + 'x, y' + chr(10) + 'z' + chr(34)}\n"
        for i in range(300)
    )
    path = tmp_path / "feed.csv"
    path.write_text(text)
    whole = None
    for block in (64, 1000, 1 << 20):
        feed = CsvFeed(
            open_bytes(str(path)), FeedSettings(format="csv", delimiter=","), block=block
        )
        rows = [
            r
            for b in feed.batches(["sku", "text"])
            for r in b.select("__row", "sku", "text").rows()
        ]
        whole = whole or rows
        assert rows == whole
    assert whole is not None
    assert len(whole) == 300
    assert whole[0] == (1, "A0", "x, y\nz")


HOSTILE = st.lists(
    st.sampled_from(
        [
            "a",
            ",",
            '"',
            "\r",
            "\n",
            "\r\n",
            '"x\r\ny"',
            "é",
            '1,"2,3,4\r\n',
            '5,6",7,8\n',
            "a,b,c,d\n",
        ]
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE, st.integers(1, 9))
@example(["a", "\r\n", "a"], 6)
def test_line_ends_are_the_same_wherever_a_block_is_cut(
    tmp_path: Path, pieces: list[str], block: int
) -> None:
    text = "sku,text,size,price\r\n" + "".join(pieces)
    (tmp_path / "as_it_is.csv").write_bytes(text.encode())
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    (tmp_path / "plain.csv").write_bytes(plain.encode())
    wanted = rows_of(tmp_path / "plain.csv", 1 << 20)
    assert rows_of(tmp_path / "as_it_is.csv", block) == wanted
    assert rows_of(tmp_path / "as_it_is.csv", 1 << 20) == wanted


def rows_of(path: Path, block: int) -> list[tuple[object, ...]]:
    settings = FeedSettings(format="csv", delimiter=",", encoding="utf-8")
    feed = CsvFeed(open_bytes(str(path)), settings, block=block)
    names = ["sku", "text", "price"]
    return [r for b in feed.batches(names) for r in b.select("__row", "__problem", *names).rows()]


# --- headers ------------------------------------------------------------------------------------


def test_a_file_without_a_header_gets_the_names_of_the_settings(read: Read) -> None:
    found = read("feed.csv", b"A,1\nB,2\n", header=["sku", "stock"])
    assert found.rows == [("A", "1"), ("B", "2")]


def test_headers_that_stand_twice_are_numbered_and_told(read: Read) -> None:
    found = read("feed.csv", b"sku,prix,prix,prix\nA,1,2,3\n")
    assert found.columns == ("sku", "prix", "prix.2", "prix.3")
    assert found.rows == [("A", "1", "2", "3")]
    assert "columns that stand twice are numbered: 'prix'" in found.notes


def test_a_numbered_name_takes_nobody_elses(read: Read) -> None:
    found = read("feed.csv", b"a,a.2,a\n1,2,3\n")
    assert found.columns == ("a", "a.2", "a.3")
    assert "columns that stand twice are numbered: 'a'" in found.notes


def test_headers_lose_the_blanks_around_them(read: Read) -> None:
    assert read("feed.csv", b" sku , stock\nA,1\n").columns == ("sku", "stock")


def test_a_header_over_several_lines(read: Read) -> None:
    assert read("feed.csv", b'sku,"price\nwith tax"\nA,1\n').columns == ("sku", "price\nwith tax")


@pytest.mark.parametrize("data", [b"", b"\n\n", codecs.BOM_UTF8, b"\r\n"])
def test_an_empty_file_is_told(read: Read, data: bytes) -> None:
    with pytest.raises(FeedError, match="the feed is empty; a header was expected"):
        read("feed.csv", data)


@pytest.mark.parametrize("data", [b"sku,stock", b"sku,stock\n", b"sku,stock\r\n\r\n"])
def test_a_header_alone_gives_no_rows(read: Read, data: bytes) -> None:
    found = read("feed.csv", data)
    assert (found.columns, found.rows) == (("sku", "stock"), [])


# --- odd cells ----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [b"x\x01", b"\x1f\x8b", b"x\x9c", b"(\xb5/\xfd"])
def test_rows_that_begin_as_compressed_files_do_are_rows(read: Read, first: bytes) -> None:
    found = read("feed.csv", b"a,b\n" + first + b"y,1\n" + b"z,2\n" * 40)
    assert len(found.rows) == 41
    assert found.rows[0][1] == "1"


def test_nul_bytes_and_control_characters_are_text(read: Read) -> None:
    found = read("feed.csv", b"a,b\nx\x00y,\x1b[2J\nz,\x1e\n")
    assert found.rows == [("x\x00y", "\x1b[2J"), ("z", "\x1e")]


def test_a_huge_cell_is_read_whole(read: Read) -> None:
    huge = b"x" * 3_000_000
    found = read("feed.csv", b'a,b\n1,"' + huge + b'"\n2,' + huge + b"\n3,z\n")
    assert [len(v) for v in found["b"]] == [3_000_000, 3_000_000, 1]
    assert found.problems == [None, None, None]


def test_a_line_without_end_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.feeds import csv_feed

    monkeypatch.setattr(csv_feed, "LONGEST_RECORD", 1 << 20)
    with pytest.raises(FeedError, match="a record is longer than 1 MB; check `quote`"):
        read("feed.csv", b"a,b\n" + b'1,"' + b"x" * (6 << 20))


def test_only_asked_columns_are_given_and_none_is_fine(read: Read) -> None:
    assert read("feed.csv", b"a,b\n1,2\n", wanted=["b"]).rows == [("2",)]
    none = read("feed.csv", b'a,b\n1,2\n"x,y\n', wanted=["z"])
    assert none["__row"] == [1, 2]
    assert none.problems[0] is None
    assert none.problems[1] is not None


def test_cells_are_texts_whatever_they_look_like(read: Read) -> None:
    cells = ["007", "1e5", "NaN", "null", "true", "-", "=1+1", " x ", ""]
    found = read("feed.csv", ("a,b\n" + "".join(f"{c},k\n" for c in cells)).encode())
    assert found["a"] == cells

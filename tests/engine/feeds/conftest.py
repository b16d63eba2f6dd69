"""Files written by a test, read as feeds; and workbooks, made of the few parts that they need."""

import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import pytest

from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import feed_settings


@dataclass(frozen=True)
class Read:
    """What a feed gave."""

    frame: pl.DataFrame
    notes: list[str]
    columns: tuple[str, ...]

    def __getitem__(self, column: str) -> list[Any]:
        return self.frame[column].to_list()

    @property
    def problems(self) -> list[str | None]:
        return self["__problem"]

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The cells, without the columns that every batch has."""
        names = [c for c in self.frame.columns if not c.startswith("__")]
        return self.frame.select(names).rows()


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """`read("feed.csv", b"...", delimiter=";")`: write the file, read it with these settings."""

    def run(
        name: str,
        data: bytes | None = None,
        *,
        wanted: Collection[str] | None = None,
        **settings: Any,
    ) -> Read:
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        feed = open_feed(feed_settings(settings, "feeds.test"), str(path), tmp_path)
        asked = feed.columns if wanted is None else wanted
        frames = list(feed.batches(asked))
        assert feed.opened.source.stream.closed
        empty = pl.DataFrame(schema={"__row": pl.Int64, "__problem": pl.String})
        return Read(pl.concat(frames) if frames else empty, feed.notes, feed.columns)

    return run


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook: texts, numbers, `("date", serial)`, `("formula", text, value)`, `("error", text)`.

    `first` is the number of the first row that holds something.
    """

    def write(rows: list[list[Any]], *, sheet: str = "Produits", first: int = 1) -> Path:
        path = tmp_path / "feed.xlsx"
        body = "".join(
            f'<row r="{n}">{"".join(_cell(c, f"{chr(65 + i)}{n}") for i, c in enumerate(row))}</row>'
            for n, row in enumerate(rows, first)
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _parts(sheet, body).items():
                archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        return path

    return write


def _parts(sheet: str, body: str) -> dict[str, str]:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    return {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
        'Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="s1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="s2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="{sheet}" '
        'sheetId="1" r:id="s1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet {main}><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>",
    }


def _cell(value: Any, place: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case str():
            text = f'<t xml:space="preserve">{escape(value)}</t>'
            return f'<c r="{place}" t="inlineStr"><is>{text}</is></c>'
        case ("date", serial):
            return f'<c r="{place}" s="1"><v>{serial}</v></c>'
        case ("formula", text, result):
            return f'<c r="{place}"><f>{text}</f><v>{result}</v></c>'
        case ("error", text):
            return f'<c r="{place}" t="e"><v>{text}</v></c>'
        case _:
            return f'<c r="{place}"><v>{value!r}</v></c>'

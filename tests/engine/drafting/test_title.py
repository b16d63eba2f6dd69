"""A title above the header is told, and a header that nobody knows is no title."""

import zipfile
from pathlib import Path

import pytest

from engine.drafting.sample import read_sample
from engine.drafting.title import header_place
from engine.errors import FeedError

HEAD = "SKU;EAN;Prix TTC;TVA;Stock\n"
ROWS = "A1;3760123450010;12,50;20;4\nA2;3760123450027;9,90;20;0\n"


@pytest.mark.parametrize(
    ("above", "title", "line"),
    [
        ("Catalogue de la boutique\n", "Catalogue de la boutique", 2),
        ("Catalogue;;;;\n", "Catalogue", 2),
        ("\n\nStock du jour\n\n", "Stock du jour", 5),
        ("Export\nGenerated on 2025-06-01, 14:03\n\n", "Export", 4),
        ("Généré le;01/06/2025\n", "Généré le", 2),
        ("Produit;;;\n", "Produit", 2),
        ('"Stock\ndu jour"\n', "Stock du jour", 3),
    ],
)
def test_a_title_is_told_with_the_line_of_the_header(
    above: str, title: str, line: int, tmp_path: Path
) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(f"{above}{HEAD}{ROWS}", encoding="utf-8")
    with pytest.raises(FeedError) as told:
        read_sample(str(file))
    assert f"and this one with “{title}" in str(told.value)
    assert f"in line {line}: `SKU`, `EAN`, `Prix TTC` and others. Take out" in str(told.value)


def test_a_title_above_a_header_that_nobody_knows(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(f"Katalog\nKód;Název;Cena;Daň;Ks\n{ROWS}", encoding="utf-8")
    with pytest.raises(FeedError, match=r"“Katalog”.*in line 2: `Kód`, `Název`, `Cena` and others"):
        read_sample(str(file))


@pytest.mark.parametrize(
    "text",
    [
        f"\n\n{HEAD}{ROWS}",
        # Cut at commas, rows would have three cells each, and the header one.
        "Kód;Cena;Daň;Ks\nA1;12,50;5,5;4\nA2;9,90;5,5;1\n",
        f"Kód;Cena 1,2;Daň;Ks;x\n{ROWS}",
        "Kód;Název;Cena\nA1;Stock;Prix\nA2;SKU;EAN\n",
        "Popis\nČervená, modrá\nBílá\n",
        "Popis\nČervená, modrá, bílá\nBílá\nČerná\n",
        "EAN\n3760123450010\n",
    ],
)
def test_a_header_is_no_title(text: str, tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(text, encoding="utf-8")
    assert read_sample(str(file)).rows


def test_a_title_in_a_workbook(tmp_path: Path) -> None:
    rows = [["Export du 01/06/2025"], ["SKU", "EAN", "Prix TTC"], ["A", "3760123450010", "12,50"]]
    with pytest.raises(FeedError, match=r"further down: `SKU`, `EAN`, `Prix TTC`\. Take out"):
        read_sample(str(workbook(tmp_path / "a.xlsx", rows)))
    unknown = [rows[0], ["Kód", "Název", "Cena"], *[rows[2]] * 3]
    with pytest.raises(FeedError, match=r"further down: `Kód`, `Název`, `Cena`\. Take out"):
        read_sample(str(workbook(tmp_path / "b.xlsx", unknown)))
    assert read_sample(str(workbook(tmp_path / "c.xlsx", rows[1:]))).headers == tuple(rows[1])
    assert read_sample(str(workbook(tmp_path / "d.xlsx", unknown[1:]))).headers == tuple(unknown[1])


def test_no_records_have_no_title() -> None:
    assert header_place([], uncut=True) == 0
    assert header_place([["Katalog"]], uncut=True) == 0


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """A workbook of one sheet that holds texts."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row) + "</row>"
        for row in rows
    )
    schemas = "http://schemas.openxmlformats.org"
    main = f'xmlns="{schemas}/spreadsheetml/2006/main"'
    office = f"{schemas}/officeDocument/2006/relationships"
    package = f"{schemas}/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return path

"""Which cells do not read as their role asks, and how that is said."""

import pytest

from engine.drafting.fitting import Filled, numbers_fault, numbers_in, odd_cells, odd_told, shown
from engine.drafting.words import Role

EAN = "3760123450010"


@pytest.mark.parametrize(
    ("role", "cells", "told"),
    [
        (Role.PRICE, ["12,50 EUR", "3"], ""),
        (Role.PRICE, ["12,50", "sur devis", "3"], "; not “sur devis” in row 12"),
        (Role.PRICE, ["12,50", "?", "3", "?"], "; not “?” in row 12, nor 1 more"),
        (Role.VAT_RATE, ["20%", "5,5 %", "exempt"], "; not “exempt” in row 13"),
        (Role.EAN, [EAN, "3,76E+12"], "; not “3,76E+12” in row 12"),
        (Role.SKU, ["A", "B", "A", "A"], "; “A” in row 13 stood before, and 1 more"),
        (Role.BRAND, ["Lumeo", "Lumeo"], ""),
    ],
)
def test_odd_cells_are_told_with_their_row(role: Role, cells: list[str], told: str) -> None:
    filled = Filled.of(cells, range(11, 11 + len(cells)))
    assert odd_told(role, filled, odd_cells(role, filled.cells)) == told


@pytest.mark.parametrize(
    ("role", "cells", "fault"),
    [
        (Role.STOCK, ["3", "4"], ""),
        (Role.STOCK, ["3.0000", "100.0000"], ""),
        (Role.STOCK, ["3", "1.5"], "counts parts of pieces: “1.5” in row 2"),
        (Role.STOCK, ["1.200", "2.000"], "has three digits behind each `.`: “1.200” in row 1"),
        (Role.STOCK, ["3", "x", "y"], "does not read as plain numbers: “x” in row 2 and 1 more"),
        (Role.STOCK, ["", " "], "is empty in the sample"),
        (Role.VAT_RATE, ["20", "0", "0.2"], "has rates of two scales: “20” in row 1, “0.2” in row 3"),
        (Role.VAT_RATE, ["20%", "0.9%"], ""),
    ],
)  # fmt: skip
def test_why_a_column_gives_no_numbers(role: Role, cells: list[str], fault: str) -> None:
    filled = Filled.of(cells, range(1, 1 + len(cells)))
    assert numbers_fault(role, filled, numbers_in(role, filled.cells)) == fault


def test_empty_rows_are_known_and_cells_are_shown_on_one_line() -> None:
    assert Filled.of(["A", None, " "], [1, 2, 4]).empty == (2, 4)
    assert shown('a "b"\n{c}') == "a 'b' (c)"
    assert len(shown("x" * 500)) == 40

"""Units of quantities: what they measure, and how many of the base unit one is, exactly.

Base units: kg, l, m, m2, m3, piece. Inside the engine every quantity is counted in its base unit.
"""

from __future__ import annotations

from decimal import Decimal

# unit -> (dimension, base units in one)
UNITS: dict[str, tuple[str, Decimal]] = {
    "mg": ("mass", Decimal("0.000001")),
    "g": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal(1)),
    "t": ("mass", Decimal(1000)),
    "ml": ("volume", Decimal("0.001")),
    "cl": ("volume", Decimal("0.01")),
    "dl": ("volume", Decimal("0.1")),
    "l": ("volume", Decimal(1)),
    "mm": ("length", Decimal("0.001")),
    "cm": ("length", Decimal("0.01")),
    "m": ("length", Decimal(1)),
    "km": ("length", Decimal(1000)),
    "cm2": ("area", Decimal("0.0001")),
    "m2": ("area", Decimal(1)),
    "cm3": ("capacity", Decimal("0.000001")),
    "m3": ("capacity", Decimal(1)),
    "piece": ("count", Decimal(1)),
    "pieces": ("count", Decimal(1)),
}


def dimension_of(unit: str) -> str | None:
    """What `unit` measures, or None for a word that is no unit."""
    known = UNITS.get(unit)
    return known[0] if known else None


def in_base(amount: Decimal, unit: str) -> Decimal:
    """`amount` of `unit` counted in the base unit of its dimension, exactly."""
    return amount * UNITS[unit][1]


def base_unit(dimension: str | None) -> str:
    """The unit that quantities of `dimension` are counted in, "" for none."""
    one = Decimal(1)
    return next((u for u, known in UNITS.items() if known == (dimension, one)), "")

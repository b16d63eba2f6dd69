"""JSON with one spelling for one value, so that equal things have equal hashes."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import msgspec


@cache
def _encoder() -> msgspec.json.Encoder:
    return msgspec.json.Encoder(order="sorted", decimal_format="number")


def canonical(value: Any) -> bytes:
    """`value` as JSON in UTF-8: keys sorted, no blanks, decimals as exact numbers."""
    return _encoder().encode(value)


def digest(content: bytes) -> str:
    """The SHA-256 of `content`, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def hash_of(value: Any) -> str:
    """The SHA-256 of the canonical JSON of `value`."""
    return digest(canonical(value))

"""Result codes of packages in words: what went wrong, and with which attribute."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from msgspec import Struct

from engine.marketplace.facts import JsonObject, member, text
from engine.orders.facts import read_facts

CODES = "schemas/octopia/result-codes.json"
_CODE = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")


class Meaning(Struct, frozen=True):
    """A code in words, as far as it is known; `attribute` is its name in rules, "" where none is."""

    code: str
    says: str
    attribute: str = ""

    def as_json(self) -> dict[str, Any]:
        """The meaning as JSON data."""
        return {"code": self.code, "says": self.says, "attribute": self.attribute or None}


class ResultCodes(Struct, frozen=True):
    """The two halves of codes: what went wrong, and the property."""

    families: dict[str, str]
    properties: dict[str, tuple[str, str]]

    def meaning(self, code: str) -> Meaning:
        """What a code says."""
        family = self.families.get(code[:2], "")
        says, attribute = self.properties.get(code[2:], ("", ""))
        words = ": ".join(w for w in (says, family) if w)
        return Meaning(code, words or "nobody knows what this code says", attribute)


@cache
def result_codes() -> ResultCodes:
    """The codes that ship with Feedwright; that they are read in halves is inferred.

    Source: schemas/octopia/result-codes.json
    """
    return read_facts(CODES, _codes)


def _codes(read: JsonObject) -> ResultCodes:
    families, properties = member(read, "families"), member(read, "properties")
    named = {p: member(properties, p) for p in properties}
    return ResultCodes(
        {f: text(families, f) for f in families},
        {p: (text(entry, "says"), text(entry, "attribute")) for p, entry in named.items()},
    )


def meanings_of(why: str) -> tuple[Meaning, ...]:
    """What the codes in the words of a refusal say, each once."""
    found = dict.fromkeys(_CODE.findall(why))
    return tuple(result_codes().meaning(code) for code in found)

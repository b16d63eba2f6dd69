"""Texts that only say that there is nothing, such as `carrier not available`."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from engine.marketplace.facts import JsonObject, entries, member, text, texts
from engine.orders.facts import read_facts

PLACEHOLDERS = "schemas/octopia/orders/placeholders.json"
_SIGNS = re.compile(r"[\W_]+")


class Placeholders(Struct, frozen=True):
    """The texts, as words; and the parameters of actions for which they are refused.

    Each ending begins with a blank, so that it is whole words.
    """

    parameters: frozenset[str]
    endings: tuple[str, ...]
    texts: frozenset[str]

    def hold(self, written: str) -> bool:
        """Whether `written` stands for nothing: empty, signs alone, or one of the texts."""
        words = f" {_SIGNS.sub(' ', written.casefold()).strip()}"
        return words[1:] in self.texts or words.endswith(self.endings)


@cache
def placeholders() -> Placeholders:
    """The placeholder texts that ship with Feedwright.

    Source: schemas/octopia/orders/placeholders.json
    """
    return read_facts(PLACEHOLDERS, _placeholders)


def _placeholders(read: JsonObject) -> Placeholders:
    return Placeholders(
        frozenset(texts(read, "parameters")),
        tuple(f" {text(entry, 'text')}" for entry in entries(read, "endings")),
        frozenset(texts(member(read, "texts"), "values")) | {""},
    )

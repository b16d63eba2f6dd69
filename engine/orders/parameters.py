"""Values of parameters, as people, rules and files write them, to what a request carries."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes.orders import PARAMETER_UNREADABLE, PLACEHOLDER
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Span
from engine.diagnostics.visible import visible
from engine.orders.carriers import CarrierFound, carrier_table
from engine.orders.closest import folded
from engine.orders.connectors import Parameter, ParameterKind
from engine.orders.placeholders import placeholders
from engine.orders.reading import SHOWN, shown

YES = frozenset({"yes", "true", "oui", "1"})
NO = frozenset({"no", "false", "non", "0"})
MOST_REMEMBERED = 4096
_WEB_ADDRESS = re.compile(
    r"https?://(?:localhost|(?:[\w-]+\.)+[\w-]+)"
    r"(?::(?:[1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
    r"(?:[/?#][^\s\\<>\"]*)?"
)


class Situated(Struct, frozen=True):
    """Where values are read for: the channel, what the merchant allows, the place for messages."""

    channel: str
    free_carrier: bool
    place: Span


def given(value: Any) -> bool:
    """Whether a value is there at all: an empty text is not."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def read_value(parameter: Parameter, value: Any, here: Situated) -> Any | Diagnostic:
    """What a request carries for `value`, or why it cannot."""
    if parameter.kind is ParameterKind.YES_NO:
        answer = yes_or_no(value)
        return _unreadable(parameter, value, here) if answer is None else answer
    text = plain_text(value)
    if text is None:
        return _unreadable(parameter, value, here)
    table = placeholders()
    if parameter.name in table.parameters and table.hold(text):
        return Diagnostic.of(
            PLACEHOLDER,
            here.place,
            helps=[Help("leave it out, or give the real one")],
            name=parameter.name,
            value=visible(text[:SHOWN]),
        )
    if parameter.kind is ParameterKind.CARRIER:
        found = find_carrier(text, here.channel, free_text=here.free_carrier)
        return found.unknown(here.place) if found.label is None else found.label
    if parameter.kind is ParameterKind.WEB_ADDRESS and not is_web_address(text):
        return _unreadable(parameter, value, here)
    return text


@lru_cache(maxsize=MOST_REMEMBERED)
def find_carrier(written: str, channel: str, *, free_text: bool) -> CarrierFound:
    """What `written` is sent as on `channel`; free text where no table of it is known."""
    table = carrier_table(channel)
    if table is None:
        label = written.strip() if free_text else None
        return CarrierFound(written, channel, label, listed=False)
    return table.match(written, free_text=free_text)


def is_web_address(text: str) -> bool:
    """Whether a browser can follow `text`: http or https, a host, no password, nothing hidden."""
    return text.isprintable() and _WEB_ADDRESS.fullmatch(text) is not None


def plain_text(value: Any) -> str | None:
    """A text without blanks around; a whole number as its digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**SHOWN:
        return str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text if text.isprintable() else None


def yes_or_no(value: Any) -> bool | None:
    """A yes or no, as such or in words; None for anything else."""
    if isinstance(value, bool):
        return value
    word = folded(plain_text(value) or "")
    return True if word in YES else False if word in NO else None


def _unreadable(parameter: Parameter, value: Any, here: Situated) -> Diagnostic:
    return Diagnostic.of(
        PARAMETER_UNREADABLE,
        here.place,
        name=parameter.name,
        value=shown(value),
        wanted=parameter.wanted,
    )

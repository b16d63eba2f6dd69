"""Text as it may be shown: nothing hidden, and its width on a terminal known."""

from __future__ import annotations

import unicodedata

TAB_STOP = 4
_PICTURES = 0x2400  # the block that holds a picture of each control character
_DELETE = 0x7F
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_COMBINING = frozenset({"Mn", "Me"})


def visible(text: str) -> str:
    """`text` with every control, direction and zero-width character made visible.

    A new line is a control character like any other. A quoted cell of a feed can neither move the
    cursor, nor colour the terminal, nor turn the words around it.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes, once it is visible."""
    return len(text) if text.isascii() else sum(map(_width, text))


def cells(line: str) -> list[tuple[str, int]]:
    """Each character of a source line as it is shown, and its columns; a tab becomes spaces."""
    shown = []
    at = 0
    for character in line:
        words = " " * (TAB_STOP - at % TAB_STOP) if character == "\t" else _shown(character)
        width = columns(words)
        shown.append((words, width))
        at += width
    return shown


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(_PICTURES + code)
    return "␡" if code == _DELETE else f"<U+{code:04X}>"


def _width(character: str) -> int:
    if unicodedata.category(character) in _COMBINING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1

"""The library's functions once more, one value at a time, in the plainest Python there is.

Written from their docstrings, without a look at their expressions: what agrees here and there is
what the docstring says. Values: str, Fraction, bool, date, datetime (UTC), tuple of str. A missing
argument is dealt with by the caller. `FAILED` is a conversion that failed.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import re2
from stdnum import ean, isbn


class Failure(Enum):
    """A conversion that failed."""

    FAILED = "failed"


FAILED = Failure.FAILED

# The characters that Unicode calls white space.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"


# --- text ---------------------------------------------------------------------------------------


def words_of(text: str) -> list[str]:
    """The parts of `text` between blanks."""
    for blank in BLANKS:
        text = text.replace(blank, " ")
    return [word for word in text.split(" ") if word]


def shorten(text: str, length: Fraction) -> str:
    limit = int(length)
    if len(text) <= limit:
        return text
    for end in range(limit, 0, -1):  # the longest start that ends with a whole word
        if text[end - 1] not in BLANKS and text[end] in BLANKS:
            return text[:end]
    return text[:limit].rstrip(BLANKS)


def middle(text: str, start: Fraction, length: Fraction) -> str:
    return text[int(start) - 1 : int(start) - 1 + int(length)]


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def title_case(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), text)


def without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in apart if not 0x300 <= ord(c) <= 0x36F)
    letters = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"}
    letters |= {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    return unicodedata.normalize("NFC", "".join(letters.get(c, c) for c in plain))


def pattern_of(text: str) -> Any:
    """A pattern as RE2 reads it, but for `\\d` and `\\s`, which take all of Unicode in rules."""
    inside = f" \\t\\n\\v\\f\\r{BLANKS[6:]}"
    text = text.replace(r"\d", r"\p{Nd}").replace(r"\s", f"[{inside}]")
    return re2.compile(text)


def extract(text: str, pattern: str) -> str | None:
    found = pattern_of(pattern).search(text)
    if not found:
        return None
    return found[1] if found.re.groups else found[0]


def split(text: str, separator: str) -> tuple[str, ...]:
    parts = (part.strip(BLANKS) for part in text.split(separator))
    return tuple(part for part in parts if part)


class Shown(HTMLParser):
    """What a browser shows of a text."""

    BLOCKS = frozenset(
        [
            "address",
            "article",
            "aside",
            "blockquote",
            "br",
            "caption",
            "dd",
            "div",
            "dl",
            "dt",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "li",
            "main",
            "nav",
            "ol",
            "option",
            "p",
            "pre",
            "section",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "ul",
        ],
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.hidden = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag in {"script", "style"}:
            self.hidden = tag
        self._space(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self.hidden:
            self.hidden = ""
        self._space(tag)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.shown.append(data)

    def _space(self, tag: str) -> None:
        if tag in self.BLOCKS or tag in {"script", "style"}:
            self.shown.append(" ")


def strip_html(text: str) -> str:
    browser = Shown()
    browser.feed(text)
    browser.close()
    return " ".join(words_of("".join(browser.shown)))


def unescape_html(text: str) -> str:
    entity = r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    return re.sub(entity, lambda found: html.unescape(found[0]), text)


# --- numbers ------------------------------------------------------------------------------------


def rounded_half_up(number: Fraction, step: Fraction) -> Fraction:
    """The multiple of `step` nearest to `number`; of two equally near, the one farther from 0."""
    sign = -1 if number < 0 else 1
    return sign * ((abs(number) / step + Fraction(1, 2)) // 1) * step


def number(text: str, decimal_mark: str = ".") -> Fraction | Failure:
    found = re.fullmatch(
        rf"(-?)([0-9]{{1,12}})(?:{re.escape(decimal_mark)}([0-9]{{1,6}}))?",
        text.strip(BLANKS),
    )
    if not found:
        return FAILED
    return Fraction(f"{found[1]}{found[2]}.{found[3] or 0}")


def integer(text: str) -> Fraction | Failure:
    plain = text.strip(BLANKS)
    return Fraction(plain) if re.fullmatch("-?[0-9]{1,18}", plain) else FAILED


def text_of(number: Fraction, decimals: Fraction = Fraction(0)) -> str:
    scale = int(decimals)
    while number * 10**scale % 1:
        scale += 1
    digits = str(abs(int(number * 10**scale))).zfill(scale + 1)
    sign = "-" if number < 0 else ""
    return sign + (f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits)


def up_to_cents(price: Fraction, cents: Fraction) -> Fraction:
    ending = cents / 100
    return -((ending - price) // 1) + ending


def down_to_cents(price: Fraction, cents: Fraction) -> Fraction | None:
    ending = cents / 100
    found = (price - ending) // 1 + ending
    return found if found >= 0 else None


# --- dates --------------------------------------------------------------------------------------


def to_date(text: str, pattern: str) -> date | Failure:
    parts = {"yyyy": r"(?P<y>[0-9]{4})", "MM": r"(?P<m>[0-9]{2})", "M": r"(?P<m>[0-9]{1,2})"}
    parts |= {"dd": r"(?P<d>[0-9]{2})", "d": r"(?P<d>[0-9]{1,2})"}
    words = re.split(r"(yyyy|MM?|dd?)", pattern)
    found = re.fullmatch(
        "".join(parts.get(word) or re.escape(word) for word in words),
        text.strip(BLANKS),
    )
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"])) if found else FAILED
    except ValueError:
        return FAILED


def date_of(instant: datetime, zone: str) -> date:
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


# --- identifiers --------------------------------------------------------------------------------


def digits_only(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def is_gtin(text: str, lengths: tuple[int, ...] = (8, 12, 13, 14)) -> bool:
    plain = text.isascii() and text.isdigit() and len(text) in lengths
    return plain and set(text) != {"0"} and ean.is_valid(text.zfill(14))


def gtin(digits: int, *lengths: int) -> Callable[[str], str | Failure]:
    return lambda text: text.zfill(digits) if is_gtin(text, lengths) else FAILED


def isbn13(text: str) -> str | Failure:
    plain = text.replace(" ", "").replace("-", "").upper()
    sound = plain.isascii() and plain.isalnum() and isbn.is_valid(plain)
    return isbn.to_isbn13(plain) if sound and plain != "0" * 13 else FAILED


# --- lists --------------------------------------------------------------------------------------


def item(items: tuple[str, ...], position: Fraction) -> str | None:
    return items[int(position) - 1] if int(position) <= len(items) else None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "trim": lambda text: text.strip(BLANKS),
    "normalise_spaces": lambda text: " ".join(words_of(text)),
    "lower": str.lower,
    "upper": str.upper,
    "capitalise": capitalise,
    "title_case": title_case,
    "replace": str.replace,
    "remove": lambda text, old: text.replace(old, ""),
    "shorten": shorten,
    "left": lambda text, length: text[: int(length)],
    "right": lambda text, length: text[-int(length) :],
    "middle": middle,
    "length": lambda text: Fraction(len(text)),
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": lambda text, part: part in text,
    "matches": lambda text, pattern: pattern_of(pattern).fullmatch(text) is not None,
    "extract": extract,
    "join_texts": lambda separator, *texts: separator.join(texts),
    "split": split,
    "without_accents": without_accents,
    "strip_html": strip_html,
    "unescape_html": unescape_html,
    "max": lambda *numbers: max(numbers),
    "min": lambda *numbers: min(numbers),
    "abs": abs,
    "round": lambda n, decimals: rounded_half_up(n, Fraction(1, 10 ** int(decimals))),
    "is_whole": lambda number: number % 1 == 0,
    "number": number,
    "integer": integer,
    "text_of": text_of,
    "up_to_cents": up_to_cents,
    "down_to_cents": down_to_cents,
    "to_date": to_date,
    "days_between": lambda start, end: Fraction((end - start).days),
    "year": lambda day: Fraction(day.year),
    "month": lambda day: Fraction(day.month),
    "day": lambda day: Fraction(day.day),
    "weekday": lambda day: Fraction(day.isoweekday()),
    "date_of": date_of,
    "digits_only": digits_only,
    "gtin13": gtin(13, 8, 12, 13),
    "gtin14": gtin(14, 8, 12, 13, 14),
    "gtin8": gtin(8, 8),
    "is_gtin": is_gtin,
    "isbn13": isbn13,
    "count": lambda items: Fraction(len(items)),
    "first": lambda items: items[0] if items else None,
    "last": lambda items: items[-1] if items else None,
    "item": item,
    "contains_item": lambda items, text: text in items,
    "unique": lambda items: tuple(dict.fromkeys(items)),
    "join": lambda items, separator: separator.join(items),
}

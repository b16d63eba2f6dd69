"""The tags of a block of XML, and whether they stand as they must, found without a look at each in Python.

A block is cut at every `<`: what stands up to the next `>` is a tag, what follows it is text. Different
tags are few, so each is read once; where which of them stands are columns of small numbers, and from
the depth at each follows whether every element that opens is closed, and by its own name. What is not
surely well-formed (instructions, tags that declare names, bytes that are no characters) is not read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from operator import and_

import polars as pl
from msgspec import Struct

from engine.feeds.byte_columns import bytes_of, where_true
from engine.feeds.xml_records import is_named

_LETTER = "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff"
_NAME = rf"[{_LETTER}][{_LETTER}0-9.\-]*(?::[{_LETTER}][{_LETTER}0-9.\-]*)?"
_ATTRIBUTE = rf"[ \n\t]+({_NAME})[ \n\t]*=[ \n\t]*(\"[^\"<]*\"|'[^'<]*')"
_TAG = re.compile(
    rf"(?P<ends>/)?(?P<name>{_NAME})(?P<attributes>(?:{_ATTRIBUTE})*)[ \n\t]*(?P<empty>/)?"
)
_EACH = re.compile(_ATTRIBUTE)
_REFERENCE = re.compile(rb"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_NAMED = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_SECTION = b"<![CDATA["
_OPEN_REFERENCE = re.compile(rb"&[#0-9A-Za-z]*<!")
_LESS, _GREATER, _AND, _SPACE, _TAB, _LINE_FEED = b"<>& \t\n"
_SURROGATES, _LAST, _NO_CHARACTERS = range(0xD800, 0xE000), 0x10FFFF, "\ufffe\uffff"
# What exports write into records: a language, and declarations of addresses that are surely no others.
_BY_XML = re.compile(
    r"xml:lang=[A-Za-z]{2,3}(?:-[A-Za-z]{2})?"
    r"|xmlns(?:=|:(?P<prefix>[A-Za-z]\w{0,99})=(?!$))(?:https?://[a-z0-9][\w./\-]*|urn:[\w.:\-]+)?",
    re.ASCII,
)
_RESERVED = re.compile(r"^xml|/XML/1998/|/2000/xmlns")
_MOST_TAGS = 30_000  # different ones in a block; each costs a look in Python
_LONGEST_NAME = 1000  # the parser has its bounds, which are wider
_DEEPEST = 16


class Place(Struct, frozen=True):
    """Where the records of a document stand."""

    before: bytes  # what stands before the first
    around: tuple[str, ...]  # the elements that are open there, as the document writes them
    prefixes: frozenset[str]  # those that are declared there
    record: str  # the first record's name, as the document writes it
    step: str  # the last name of the path that records are found by
    encoding: str = "utf-8"  # of the document: one in which ASCII is ASCII


class Tag(Struct, frozen=True):
    """What stands between `<` and `>`."""

    name: str
    change: int  # of depth: 1 opens, -1 closes, 0 does both
    attributes: Mapping[str, str]


class Tags(Struct, frozen=True):
    """The tags of a block of whole records: columns with one value for each tag, in their order."""

    kinds: tuple[Tag, ...]  # the different ones
    kind: pl.Series  # which of them
    level: pl.Series  # of the element that it opens or closes; records are at 0
    change: pl.Series
    text: pl.Series  # what stands behind it, references as they are written
    references: Mapping[str, str]  # those that stand in the block, and what they mean

    @classmethod
    def of(cls, block: bytes, place: Place) -> Tags | None:
        """The tags of `block`; None where it does not surely hold whole, well-formed records."""
        if place.encoding != "utf-8":
            try:
                block = block.decode(place.encoding).encode()
            except UnicodeDecodeError:
                return None
        held = bytes_of(block)
        if b"\r" in block or _follow(held, b"<!"):
            unwrapped = _unwrapped(block.replace(b"\r\n", b"\n"))
            if unwrapped is None:
                return None
            block, held = unwrapped, bytes_of(unwrapped)
        references = _references(block, held)
        frame = None if references is None else _cut(block, held)
        if references is None or frame is None:
            return None
        different = frame["tag"].unique()
        if len(different) > _MOST_TAGS:
            return None
        texts = different.to_list()
        kinds = [_read(text, place.prefixes, references) for text in texts]
        kind = frame["tag"].cast(pl.Enum(texts)).to_physical()
        change = pl.Series([k.change if k else 0 for k in kinds], dtype=pl.Int8).gather(kind)
        known = tuple(k for k in kinds if k is not None)
        if len(known) < len(kinds):
            return None
        level = change.cum_sum().cast(pl.Int32) - (change == 1).cast(pl.Int32)
        tags = cls(known, kind, level, change, frame["text"], references)
        return tags if tags.are_records(place.step) else None

    def are_records(self, step: str) -> bool:
        """Whether the elements are closed as they are opened, and those at the top are records."""
        lowest, highest = self.level.min(), self.level.max()
        if lowest != 0 or not isinstance(highest, int) or highest > _DEEPEST:
            return False
        if self.change.sum() != 0:
            return False
        records = pl.Series([is_named(k.name, step) for k in self.kinds]).gather(self.kind)
        if not (records == (self.level == 0)).all():
            return False
        numbers: dict[str, int] = {}
        of_kind = [numbers.setdefault(k.name, len(numbers)) for k in self.kinds]
        name = pl.Series(of_kind, dtype=pl.UInt32).gather(self.kind)
        for level in range(highest + 1):
            # At one level an element must be closed before the next opens: they stand in pairs.
            pairs = name.filter((self.level == level) & (self.change != 0))
            if not (pairs.gather_every(2) == pairs.gather_every(2, 1)).all():
                return False
        return True


def _where(held: pl.Series, signs: bytes) -> pl.Series:
    """Where these bytes stand one behind the other."""
    return where_true(_followed(held, signs))


def _follow(held: pl.Series, signs: bytes) -> bool:
    """Whether these bytes stand one behind the other somewhere."""
    return bool(_followed(held, signs).any())


def _followed(held: pl.Series, signs: bytes) -> pl.Series:
    count = len(held) - len(signs) + 1
    return reduce(and_, (held.slice(n, count) == sign for n, sign in enumerate(signs)))


def _unwrapped(block: bytes) -> bytes | None:
    """`block` with sections of plain text written as text is, and without comments."""
    if _OPEN_REFERENCE.search(block):
        return None
    pieces, at = [], 0
    for start in _where(bytes_of(block), b"<!").to_list():
        if start < at:  # within the section before
            continue
        # Within a tag there may be none; a tag ends before the text that it may stand in begins.
        if block.rfind(b">", 0, start) < block.rfind(b"<", 0, start):
            return None
        section = block.startswith(_SECTION, start)
        opening, closing = (_SECTION, b"]]>") if section else (b"<!--", b"-->")
        begin = start + len(opening)
        end = block.find(closing, begin) if block.startswith(opening, start) else -1
        if end < 0:
            return None
        if not section and block.find(b"--", begin, end + 2) != end:
            return None
        pieces.append(block[at:start])
        if section:
            pieces.append(_escaped(block[begin:end]))
        at = end + len(closing)
    pieces.append(block[at:])
    return b"".join(pieces)


def _escaped(section: bytes) -> bytes:
    return section.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _references(block: bytes, held: pl.Series) -> dict[str, str] | None:
    """The references in `block` and what they mean; None where one means nothing, or a byte does."""
    blanks = (held == _LINE_FEED) | (held == _TAB)
    if (held < _SPACE).sum() != blanks.sum() or _follow(held, b"]]>"):
        return None
    if any(_follow(held, sign.encode()) for sign in _NO_CHARACTERS):
        return None
    count = (held == _AND).sum()
    if not count:
        return {}
    found = _REFERENCE.findall(block)
    if len(found) != count:
        return None
    meant = {text.decode(): _meaning(text.decode()) for text in set(found)}
    known = {text: sign for text, sign in meant.items() if sign is not None}
    return known if len(known) == len(meant) else None


def _meaning(reference: str) -> str | None:
    """The character that is meant; None where XML has no such one."""
    if reference in _NAMED:
        return _NAMED[reference]
    number = int(reference[3:-1], 16) if reference[2] == "x" else int(reference[2:-1])
    if number < _SPACE and number not in (9, 10, 13):
        return None
    if number in _SURROGATES or number > _LAST or chr(number) in _NO_CHARACTERS:
        return None
    return chr(number)


def _cut(block: bytes, held: pl.Series) -> pl.DataFrame | None:
    """The `tag`s of a block and the `text` behind each; None where signs or bytes are astray."""
    start = block.find(b"<") + 1
    if not start or block.startswith(b"\xef\xbb\xbf", start):  # readers take that for a mark
        return None
    signs = held.filter((held == _LESS) | (held == _GREATER))
    ends = signs.gather_every(2, 1)
    in_turn = (
        len(signs) % 2 == 0 and (ends == _GREATER).all() and ends.len() == (signs == _GREATER).sum()
    )
    try:
        frame = _parted(block[start:]) if in_turn else _parted_one_by_one(block[start:])
    except pl.exceptions.PolarsError:  # bytes that are no text
        return None
    if frame.height != (held == _LESS).sum() or frame["text"].null_count():
        return None
    return frame


def _parted(pieces: bytes) -> pl.DataFrame:
    """Tag and text of each piece, where every one has exactly one `>`."""
    return pl.scan_csv(
        pieces,
        has_header=False,
        separator=">",
        eol_char="<",
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
        truncate_ragged_lines=True,
        missing_columns="insert",
        schema={"tag": pl.String, "text": pl.String},
    ).collect()


def _parted_one_by_one(pieces: bytes) -> pl.DataFrame:
    """The same where a `>` stands in a text, as it may; the text is null where there is none."""
    text = pl.Series([pieces], dtype=pl.Binary).cast(pl.String)
    parted = text.str.split("<").explode().str.splitn(">", 2).struct.unnest()
    return parted.rename(dict(zip(parted.columns, ("tag", "text"), strict=True)))


def _read(text: str, prefixes: frozenset[str], references: Mapping[str, str]) -> Tag | None:
    """The tag that is written so; None where it is not surely right."""
    found = _TAG.fullmatch(text)
    if found is None or len(found["name"]) > _LONGEST_NAME:
        return None
    name, attributes = found["name"], dict[str, str]()
    if found["ends"]:  # its prefix is that of the tag which opened
        return None if found["empty"] or found["attributes"] else Tag(name, -1, attributes)
    written = {key: quoted[1:-1] for key, quoted in _EACH.findall(found["attributes"])}
    if len(written) < len(_EACH.findall(found["attributes"])):
        return None
    if not all(_is_sound(key, value) for key, value in written.items()):
        return None
    declared = {key[6:] for key in written if key.startswith("xmlns")}
    plain = {key: value for key, value in written.items() if not key.startswith("xmlns")}
    for key in (name, *(k for k in plain if not k.startswith("xml"))):
        if ":" in key and key.partition(":")[0] not in prefixes | declared:
            return None
    for key, value in plain.items():
        spaced = value.replace("\n", " ").replace("\t", " ")
        attributes[key.rpartition(":")[2]] = decoded(spaced, references)
    if len(attributes) < len(plain):  # of one name and two prefixes, which may mean the same
        return None
    return Tag(name, 0 if found["empty"] else 1, attributes)


def _is_sound(key: str, value: str) -> bool:
    """Whether an attribute may stand so: the parser has its own rules for what begins with `xml`."""
    if not key.startswith("xml"):
        return len(key) <= _LONGEST_NAME
    found = _BY_XML.fullmatch(f"{key}={value}")
    return found is not None and not _RESERVED.search(f"{found['prefix'] or ''} {value}")


def decoded(text: str, references: Mapping[str, str]) -> str:
    """`text` with what its references mean."""
    if "&" not in text:
        return text
    return re.sub("&[^;]+;", lambda found: references[found[0]], text)

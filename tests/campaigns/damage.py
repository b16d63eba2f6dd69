"""Ways to damage a file: what mail, spreadsheets, disks and careless editors do to it, and worse."""

import gzip
import io
import random
import zipfile
from collections.abc import Callable

Damage = Callable[[random.Random, bytes], bytes]

# Texts that numbers, dates, quotes and markup trip over.
ODD = [
    b"", b"0", b"-0", b"-1", b"1e400", b"NaN", b"Infinity", b"99999999999999999999", b"0.000000000000000001",
    b"1.234,56", b"1 000", b"\xc2\xa0", "٣".encode(), b"=1+1", b"2025-02-30", b"31/12/9999", b"0000-00-00",
    b"12:61", b'"', b'""', b"'", b"\\", b"\\u0000", b"\\ud800", b"\x00", b"\x1b[2J", b"\x1e", b"\r", b"\r\n", b"\n\n",
    b"<", b"&", b"&amp;", b"&nope;", b"]]>", b"<!--", b"{", b"}", b"[", b"]", b",", b";", b"\t", b"|", b":", b"#",
    b"\xff", b"\xc3", b"\xef\xbf\xbd", b"\xef\xbb\xbf", "\u202e".encode(), "e\u0301".encode(), "😀".encode(),
    b"true", b"no", b"null", b"missing", b"otherwise", b"end", b"when", b"when", b"default", b"on error", b"reject",
    b"A" * 5000, b"9" * 40, b"(" * 60, b"[" * 400, b"-" * 50,
]  # fmt: skip
_DOCTYPE = (
    b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
)


def damaged(rng: random.Random, data: bytes) -> bytes:
    """`data` after one to three damages."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        data = rng.choice(_ALL)(rng, data)
    return data


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _span(rng: random.Random, data: bytes, most: int = 400) -> tuple[int, int]:
    start = _place(rng, data)
    return start, min(len(data), start + rng.randrange(most))


def _flip_bit(rng: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def _other_byte(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _insert_odd(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.choice(ODD) + data[at:]


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: _place(rng, data)]


def _cut_out(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    start, end = _span(rng, data)
    return data[:end] + data[start:end] * rng.randrange(1, 4) + data[end:]


def _swap_parts(rng: random.Random, data: bytes) -> bytes:
    a, b, c = sorted(_place(rng, data) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(3):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case _:
            lines[at], lines[other] = lines[other], lines[at]
    return b"".join(lines)


def _token(rng: random.Random, data: bytes) -> bytes:
    """One word for another, or for something odd."""
    words = data.split(b" ")
    if len(words) > 1:
        words[rng.randrange(len(words))] = rng.choice([rng.choice(ODD), rng.choice(words)])
    return b" ".join(words)


def _cell(rng: random.Random, data: bytes) -> bytes:
    """A cell for something odd, whatever parts the cells."""
    mark = rng.choice((b",", b";", b"\t", b'"', b">", b"|"))
    cells = data.split(mark)
    if len(cells) > 1:
        cells[rng.randrange(len(cells))] = rng.choice(ODD)
    return mark.join(cells)


def _delimiters(rng: random.Random, data: bytes) -> bytes:
    old, new = rng.sample([b",", b";", b"\t", b"|", b'"', b"'", b".", b":", b"=", b"<"], 2)
    return data.replace(old, new, rng.choice((-1, 1, 5)))


def _encoding(rng: random.Random, data: bytes) -> bytes:
    name = rng.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7")
    )
    return data.decode("utf-8", "replace").encode(name, "replace")


def _line_ends(rng: random.Random, data: bytes) -> bytes:
    return data.replace(
        b"\n", rng.choice((b"\r\n", b"\r", b"\n\r", b"\n\n", b"\x0b", "\u2028".encode(), b""))
    )


def _archive(rng: random.Random, data: bytes) -> bytes:
    if rng.randrange(2):
        packed = gzip.compress(data, 1)
    else:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            for number in range(rng.choice((0, 1, 1, 1, 2))):
                archive.writestr(f"feed{number}.csv", data)
        packed = held.getvalue()
    return _flip_bit(rng, packed) if rng.randrange(2) else packed


def _entities(rng: random.Random, data: bytes) -> bytes:
    at = data.find(b"?>") + 2 if b"?>" in data else 0
    return data[:at] + rng.choice(_DOCTYPE) + data[at:]


def _nothing_left(rng: random.Random, data: bytes) -> bytes:
    return rng.choice(
        (b"", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 50, b" " * 50, data[:1], b"[]", b"{}")
    )


_ALL: list[Damage] = [
    *[_flip_bit] * 4, *[_other_byte] * 4, *[_insert_odd] * 6, *[_cell] * 6, *[_token] * 3, *[_lines] * 3,
    *[_cut_out] * 2, *[_repeat] * 2, *[_delimiters] * 2, _cut, _swap_parts, _encoding, _line_ends, _archive,
    _entities, _nothing_left,
]  # fmt: skip

"""Functions on text: clean it, cut it, look into it, take it apart."""

from __future__ import annotations

from engine.functions.declare import IntegerColumn, ListColumn, TextColumn, YesNoColumn, function
from engine.functions.exact import fitted

LONGEST_TEXT = 2**31 - 1  # characters of one cell; no feed comes near
LONGEST_PATTERN = 500


def _length_fault(length: int) -> str | None:
    return None if 0 < length <= LONGEST_TEXT else "the length must be at least 1"


def _middle_fault(start: int, length: int) -> str | None:
    return "characters are counted from 1" if start < 1 else _length_fault(length)


def _old_fault(old: str, new: str = "") -> str | None:
    del new  # anything may be put in
    return None if old else "there is nothing to look for in an empty text"


def _separator_fault(separator: str) -> str | None:
    return None if separator else "an empty text separates nothing"


def _pattern_fault(pattern: str) -> str | None:
    """Ask the engine that will run `pattern`: no other knows its dialect exactly."""
    import polars as pl
    from polars.exceptions import PolarsError

    if not pattern:
        return "an empty pattern finds nothing"
    if len(pattern) > LONGEST_PATTERN:
        return f"a pattern has at most {LONGEST_PATTERN} characters"
    for tried in (pattern, _whole(pattern)):
        try:
            pl.select(pl.lit("").str.contains(tried))
        except PolarsError as error:
            lines = [line for line in str(error).splitlines() if line.startswith("error: ")]
            why = lines[0].removeprefix("error: ") if lines else "it would take too much memory"
            return f'"{pattern}" is not a pattern that can be used: {why}'
    return None


def _whole(pattern: str) -> str:
    return rf"\A(?:{pattern})\z"


@function(
    examples={'trim("  Lampe  ")': '"Lampe"', 'trim("Lampe de bureau")': '"Lampe de bureau"'},
    known_as=("strip", "supprespace"),
)
def trim(text: TextColumn) -> TextColumn:
    """`text` without the blanks at both ends, no-break spaces and line ends included."""
    return text.str.strip_chars()


@function(
    examples={'normalise_spaces("  Lampe   de bureau ")': '"Lampe de bureau"'},
    known_as=("normalize_spaces",),
)
def normalise_spaces(text: TextColumn) -> TextColumn:
    """`text` with one space for each run of blanks, and none at the ends.

    No-break spaces, tabs and line ends count as blanks.
    """
    return text.str.replace_all(r"\s+", " ").str.strip_chars()


@function(
    examples={'lower("LAMPE Été")': '"lampe été"'},
    known_as=("lcase", "lowercase", "strtolower", "tolower", "minuscule"),
)
def lower(text: TextColumn) -> TextColumn:
    """`text` in small letters."""
    return text.str.to_lowercase()


@function(
    examples={'upper("Lampe été")': '"LAMPE ÉTÉ"'},
    known_as=("ucase", "uppercase", "strtoupper", "toupper", "majuscule"),
)
def upper(text: TextColumn) -> TextColumn:
    """`text` in capitals."""
    return text.str.to_uppercase()


@function(
    examples={
        'capitalise("lampe de bureau LED")': '"Lampe de bureau LED"',
        'capitalise(lower("ÉTAGÈRE"))': '"Étagère"',
        'capitalise("")': '""',
    },
    known_as=("capitalize", "ucfirst"),
)
def capitalise(text: TextColumn) -> TextColumn:
    """`text` with its first letter as a capital; the rest stays as it is."""
    return text.str.head(1).str.to_uppercase() + text.str.slice(1)


@function(
    examples={'title_case("lampe de BUREAU")': '"Lampe De Bureau"'},
    known_as=("initcap", "ucwords", "proper", "nompropre"),
)
def title_case(text: TextColumn) -> TextColumn:
    """`text` with a capital at the start of each word, and small letters after it."""
    return text.str.to_titlecase()


@function(
    check=_old_fault,
    examples={
        'replace("1,5 l et 2,5 l", ",", ".")': '"1.5 l et 2.5 l"',
        'replace("a.b", ".", "$0")': '"a$0b"',
    },
    known_as=("str_replace", "substitute", "substitue", "remplacer"),
)
def replace(text: TextColumn, old: str, new: str) -> TextColumn:
    """`text` with `new` wherever `old` stands; capitals and small letters differ."""
    return text.str.replace_all(old, new, literal=True)


@function(check=_old_fault, examples={'remove("REF-12-34", "-")': '"REF1234"'})
def remove(text: TextColumn, old: str) -> TextColumn:
    """`text` without any `old`."""
    return text.str.replace_all(old, "", literal=True)


@function(
    check=_length_fault,
    examples={
        'shorten("Chaise longue", 8)': '"Chaise"',
        'shorten("Chaise longue", 6)': '"Chaise"',
        'shorten("Chaise longue", 13)': '"Chaise longue"',
        'shorten("Anticonstitutionnel", 4)': '"Anti"',
    },
    known_as=("truncate", "ellipsis"),
)
def shorten(text: TextColumn, length: int) -> TextColumn:
    """Cut `text` to at most `length` characters, after a whole word where one fits."""
    import polars as pl

    cut = text.str.head(length)
    # A blank after the cut: its last word is whole. Else the last word goes, unless it is the first.
    whole = text.str.slice(length, 1).str.contains(r"\s")
    words = pl.coalesce(cut.str.extract(r"(?s)\A(.*\S)\s+\S*\z", 1), cut)
    shortened = pl.when(whole).then(cut).otherwise(words).str.strip_chars_end()
    return pl.when(text.str.len_chars() <= length).then(text).otherwise(shortened)


@function(
    check=_length_fault,
    examples={'left("FR-1234", 2)': '"FR"', 'left("été", 9)': '"été"'},
    known_as=("gauche",),
)
def left(text: TextColumn, length: int) -> TextColumn:
    """The first `length` characters of `text`, all of it where it is shorter."""
    return text.str.head(length)


@function(
    check=_length_fault,
    examples={'right("FR-1234", 4)': '"1234"', 'right("a", 2)': '"a"'},
    known_as=("droite",),
)
def right(text: TextColumn, length: int) -> TextColumn:
    """The last `length` characters of `text`, all of it where it is shorter."""
    return text.str.tail(length)


@function(
    check=_middle_fault,
    examples={'middle("FR-1234", 4, 2)': '"12"', 'middle("FR", 4, 2)': '""'},
    known_as=("mid", "stxt", "substr", "substring"),
)
def middle(text: TextColumn, start: int, length: int) -> TextColumn:
    """`length` characters of `text` from the one numbered `start`, counted from 1."""
    return text.str.slice(start - 1, length)


@function(
    examples={'length("été")': "3", 'length("")': "0"},
    known_as=("len", "strlen", "char_length", "nbcar"),
)
def length(text: TextColumn) -> IntegerColumn:
    """The number of characters of `text`."""
    return fitted(text.str.len_chars(), 0, 0, LONGEST_TEXT)


@function(
    examples={'starts_with("FR-12", "FR")': "yes", 'starts_with("FR-12", "fr")': "no"},
    known_as=("startswith", "str_starts_with"),
)
def starts_with(text: TextColumn, start: TextColumn) -> YesNoColumn:
    """Whether `text` begins with `start`; capitals and small letters differ."""
    return text.str.starts_with(start)


@function(
    examples={'ends_with("photo.jpg", ".jpg")': "yes", 'ends_with("jpg", ".jpg")': "no"},
    known_as=("endswith", "str_ends_with"),
)
def ends_with(text: TextColumn, end: TextColumn) -> YesNoColumn:
    """Whether `text` ends with `end`; capitals and small letters differ."""
    return text.str.ends_with(end)


@function(
    examples={'contains("Lot de 2", "de")': "yes", 'contains("a.c", "abc")': "no"},
    known_as=("instr", "strpos", "includes", "str_contains", "cherche", "search", "find"),
)
def contains(text: TextColumn, part: TextColumn) -> YesNoColumn:
    """Whether `part` stands anywhere in `text`; capitals and small letters differ."""
    return text.str.contains(part, literal=True)


@function(
    check=_pattern_fault,
    examples={
        'matches("AB-12", "[A-Z]+-[0-9]+")': "yes",
        'matches("AB-12-x", "[A-Z]+-[0-9]+")': "no",
    },
    known_as=("regexp", "regexp_like", "preg_match"),
)
def matches(text: TextColumn, pattern: str) -> YesNoColumn:
    """Whether all of `text` fits `pattern`, a regular expression.

    Write `.*` before and after it to find the pattern anywhere in a line.
    """
    return text.str.contains(_whole(pattern))


@function(
    missing=True,
    check=_pattern_fault,
    examples={
        'extract("Lot de 12 verres", "[0-9]+")': '"12"',
        'extract("Taille: XL", "Taille: ([A-Z]+)")': '"XL"',
        'extract("Lot de verres", "[0-9]+")': "missing",
    },
    known_as=("regexp_substr", "regexextract"),
)
def extract(text: TextColumn, pattern: str) -> TextColumn:
    """The first part of `text` that fits `pattern`, or what its first parentheses hold."""
    import polars as pl

    groups = pl.select(pl.lit("").str.extract_groups(pattern)).to_series().dtype
    parenthesised = isinstance(groups, pl.Struct) and bool(groups.fields)
    return text.str.extract(pattern, 1 if parenthesised else 0)


@function(
    examples={
        'join_texts(" ", "Lampe", "LED", "noire")': '"Lampe LED noire"',
        'join_texts("", "FR", "-12")': '"FR-12"',
    },
    known_as=("concat", "concatenate", "concatener", "textjoin", "concat_ws", "joindre_texte"),
)
def join_texts(separator: str, *texts: TextColumn) -> TextColumn:
    """`texts` one after the other, with `separator` between them; missing where one is missing."""
    import polars as pl

    return pl.concat_str(texts, separator=separator)


@function(
    check=_separator_fault,
    examples={
        'join(split("rouge | bleu||", "|"), ",")': '"rouge,bleu"',
        'count(split("", "|"))': "0",
    },
    known_as=("explode",),
)
def split(text: TextColumn, separator: str) -> ListColumn:
    """The parts of `text` between `separator`s, without outer blanks; empty parts are left out."""
    import polars as pl

    part = pl.element().str.strip_chars()
    return text.str.split(separator).list.eval(part.filter(part != ""))


@function(
    examples={
        'without_accents("Crème brûlée à Noël")': '"Creme brulee a Noel"',
        'without_accents("Cœur, Straße")': '"Coeur, Strasse"',
    },
)
def without_accents(text: TextColumn) -> TextColumn:
    """`text` with plain Latin letters: é becomes e, œ becomes oe; other scripts stay."""
    plain = text.str.normalize("NFD").str.replace_all(r"[\u{300}-\u{36F}]", "")
    return plain.str.replace_many(list(_LETTERS), list(_LETTERS.values())).str.normalize("NFC")


# Letters that Unicode does not take apart into a plain letter and an accent.
_LETTERS = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
}

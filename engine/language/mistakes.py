"""What a person most likely meant where a rule file cannot be read.

Each recogniser looks at the line and the place where reading stopped, and answers with a diagnostic
or None; the first answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.diagnostics.codes import dates as date_codes
from engine.diagnostics.codes import money as money_codes
from engine.diagnostics.codes import names as name_codes
from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.language.foreign_signs import FOREIGN_LOOKS, foreign_sign
from engine.language.keywords import (
    FRENCH,
    FRENCH_UNITS,
    KEYWORDS,
    PERCENT_WORDS,
    SHORT_UNITS,
    STATEMENTS,
    TOP_LEVEL,
)
from engine.language.stop import Stop
from engine.language.suggestions import close_names
from engine.language.table_mistakes import bars_missing, pasted_table, row_not_closed
from engine.values.units import UNITS

_GIVEN = re.compile(r"\s*([a-zà-öø-ÿœ_][\wÀ-ÿœŒ]*)\s*=(?!=)")
_STATEMENT = re.compile(r"\s*(?:[A-Z]\w*\s*=|(?:let|require|always|exclude|only|decide)\b)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s*$")
_UNITS = (*UNITS, "EUR", "minutes", "hours", "days", "weeks", "months", "pieces")
_ROUNDED = re.compile(r"\brounded\b\s*(?P<mode>(half\s+)?up\b|down\b)?\s*(?P<to>to\b)?\s*$")


def recognise(stop: Stop) -> Diagnostic:
    """The diagnostic for `stop`."""
    for look in _RECOGNISERS:
        found = look(stop)
        if found is not None:
            return found
    return _unexpected(stop)


def means_well(stop: Stop) -> bool:
    """Whether the word at the place is nearly one that may stand there."""
    near = (pasted_table, _small_letter, _french, _misspelt, foreign_sign)
    return any(look(stop) for look in near)


def _text_not_closed(stop: Stop) -> Diagnostic | None:
    line = re.sub(r"\\.", "__", stop.line)
    if line.count('"') % 2 == 0:
        return None
    start = line.rindex('"')
    end = len(stop.line.rstrip())
    span = stop.span(start, end)
    edit = Replacement(stop.span(end - 1, end), stop.line[end - 1] + '"')
    helps = [Help("close the text with a quote", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.TEXT_NOT_CLOSED, span, helps=helps)


_GROUPED = r"(?<![\w.,])[1-9]\d{0,2}(?:\.\d{3})+,\d+|(?<![\w.,])[1-9]\d{0,2}(?: \d{3})+,\d+"
_WITH_COMMA = re.compile(rf"(?:{_GROUPED}|\b\d+(?:,\d+)+(?:\.\d+)?)\b")


def _decimal_comma(stop: Stop) -> Diagnostic | None:
    for found in _WITH_COMMA.finditer(stop.line):
        if found.start() <= stop.column <= found.end() + 1:
            span = found.span()
            helps = _without_comma(stop, span, found[0], "")
            return Diagnostic.of(codes.DECIMAL_COMMA, stop.span(*span), text=found[0], helps=helps)
    return None


def _without_comma(stop: Stop, span: tuple[int, int], number: str, behind: str) -> list[Help]:
    """What a number as people write it may stand for: `1,234` and `1.234` for 1234 as well."""
    pointed = number.replace(",", ".")
    means, level = [pointed], EditLevel.SAFE
    if re.fullmatch(r"\d+(?:\.\d{3})+,\d+", number):
        means = [number.replace(".", "").replace(",", ".")]
    elif " " in number:  # two numbers between which something is missing look the same
        means, level = [pointed.replace(" ", "")], EditLevel.CHOICE
    elif behind and re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", number):
        means, level = [number.replace(".", ""), number], EditLevel.CHOICE
    elif re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", number):
        means, level = [number.replace(",", ""), pointed], EditLevel.CHOICE
    return [stop.replacing(*span, one + behind, level) for one in means if one.count(".") <= 1]


_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}


def _currency_sign(stop: Stop) -> Diagnostic | None:
    plain = r"\d+(?:,\d+)*(?:\.\d+)?"
    number = (
        rf"({_GROUPED}|(?<![\w.,])[1-9]\d{{0,2}}(?:(?: \d{{3}})+|(?:\.\d{{3}})+)(?!\d)|{plain})"
    )
    for pattern, amount, sign in (
        (number + r"\s*([€$£]|euros?\b|Euros?\b|eur\b)", 1, 2),
        (r"([€$£]|\bEUR\b)\s*" + number, 2, 1),
    ):
        for found in re.finditer(pattern, stop.line):
            if found.start() <= stop.column <= found.end() + 1:
                word = _SIGNS.get(found[sign], "EUR")
                helps = _without_comma(stop, found.span(), found[amount], f" {word}")
                span = stop.span(*found.span())
                return Diagnostic.of(codes.CURRENCY_SIGN, span, text=found[0], helps=helps)
    return None


def _otherwise(stop: Stop) -> Diagnostic | None:
    """`= when ... then ... otherwise ...` on one line, and `else` where `otherwise` is meant."""
    if stop.word not in ("otherwise", "else", "sinon"):
        return None
    end = stop.column + len(stop.word)
    if stop.word == "else" and stop.begins and "_OTHERWISE" in stop.accepted:
        helps = [stop.replacing(stop.column, end, "otherwise", EditLevel.SAFE)]
        return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=stop.word, helps=helps)
    found = re.match(r"(\s*)((?:let\s+)?\w+\s*=)?\s*(when)\b.*\bthen\b", stop.before)
    if not (found and "_NL" in stop.accepted):
        return None
    indent = found[1] + ("  " if found[2] else "")
    begun = len(stop.before.rstrip())
    edits = [Replacement(stop.span(begun, end), f"\n{indent}otherwise")]
    if found[2]:
        span = stop.span(found.end(2) - 1, found.end(3))
        edits.insert(0, Replacement(span, f"=\n{indent}when"))
    says = "each `when`, and `otherwise`, begins a line of its own"
    helps = [Help(says, EditLevel.SAFE, tuple(edits))]
    return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=stop.word, helps=helps)


def _equals_compares(stop: Stop) -> Diagnostic | None:
    if stop.word != "=" or "_IS" not in stop.accepted:
        return None
    helps = [stop.replacing(stop.column, stop.column + 1, "is", EditLevel.SAFE)]
    return Diagnostic.of(codes.EQUALS_COMPARES, stop.here, helps=helps)


def _stray_end(stop: Stop) -> Diagnostic | None:
    if stop.word != "end" or stop.line.strip() != "end" or "_END" in stop.accepted:
        return None
    edit = Replacement(stop.here, "")
    helps = [Help("take it out, or look for an `end` too many above", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(codes.STRAY_END, stop.here, helps=helps)


def _local_time(stop: Stop) -> Diagnostic | None:
    if "ZONE" not in stop.accepted or len(stop.accepted) > 2:
        return None
    end = len(stop.line[: stop.column].rstrip())
    found = re.search(r"[\d: -]+$", stop.line[:end])
    start = found.start() + len(found[0]) - len(found[0].lstrip()) if found else max(end - 1, 0)
    edit = Replacement(stop.span(start, end), stop.line[start:end] + " Europe/Paris")
    helps = [Help("add its zone: ` Europe/Paris`", EditLevel.CHOICE, (edit,))]
    return Diagnostic.of(date_codes.LOCAL_TIME, stop.span(start, end), helps=helps)


def _small_letter(stop: Stop) -> Diagnostic | None:
    """`comment = "x"`: an attribute that begins with a small letter, or a `let` without its word."""
    found = _GIVEN.match(stop.line)
    if not (found and stop.begins and "UPPER" in stop.accepted):
        return None
    name = found[1]
    capital = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    end = stop.column + len(name)
    helps = [
        stop.replacing(stop.column, end, capital, EditLevel.CHOICE),
        stop.replacing(stop.column, end, f"let {name}", EditLevel.CHOICE),
    ]
    return Diagnostic.of(name_codes.UNKNOWN_ATTRIBUTE, stop.here, name=name, helps=helps)


def _rounding(stop: Stop) -> Diagnostic | None:
    """`rounded to 0.01 EUR`, `rounded half up 0.01 EUR`: no mode, or no `to`, or no step."""
    if not (found := _ROUNDED.search(stop.before)):
        return None
    if not found["mode"]:
        fault = "say how: `rounded half up`, `rounded up` or `rounded down`"
        helps = [stop.inserting("half up")] if stop.word else []
    elif not found["to"]:
        fault = "say to what: `to 0.01 EUR`"
        helps = [stop.inserting("to")] if stop.word else []
    else:
        fault, helps = "a step is a number, such as `0.01 EUR`", []
    return Diagnostic.of(money_codes.ROUNDING_STEP, stop.here, fault=fault, helps=helps)


def _unit(stop: Stop) -> Diagnostic | None:
    """`3 kgs`, `3 Kg`: a number with a word after it that is no unit; `12.5.3`."""
    found = _NUMBER.search(stop.before)
    if not found or "UNIT" not in stop.accepted:
        return None
    start, end = found.start(), stop.column + len(stop.word)
    if rest := re.match(r"\.[\d.]+", stop.line[stop.column :]):
        span = stop.span(start, stop.column + rest.end())
        text = stop.line[start : stop.column + rest.end()]
        return Diagnostic.of(codes.BROKEN_LITERAL, span, text=text, what="a number")
    if not stop.word.isalpha():
        return None
    if stop.word.lower() in PERCENT_WORDS:
        number = found[0].strip()
        helps = [stop.replacing(start, end, f"{number}%", EditLevel.SAFE)]
        text, span = stop.line[start:end], stop.span(start, end)
        return Diagnostic.of(
            codes.BROKEN_LITERAL, span, text=text, what="a percentage", helps=helps
        )
    if short := SHORT_UNITS.get(stop.word.lower()):
        unit = short[:-1] if found[0].strip() == "1" else short
        helps = [stop.replacing(start, end, f"{found[0].strip()} {unit}", EditLevel.SAFE)]
        text, what = stop.line[start:end], "a number with a unit"
        span = stop.span(start, end)
        return Diagnostic.of(codes.BROKEN_LITERAL, span, text=text, what=what, helps=helps)
    if meant := FRENCH_UNITS.get(stop.word.lower()):
        helps = [stop.replacing_word(meant, EditLevel.SAFE)]
        return Diagnostic.of(codes.FRENCH_KEYWORD, stop.here, word=stop.word, helps=helps)
    if not (close := close_names(stop.word, _UNITS)):
        return None
    helps = [stop.replacing(stop.column, end, unit, EditLevel.CHOICE) for unit in close]
    text = stop.line[start:end]
    what = "a number with a unit or a currency"
    return Diagnostic.of(
        codes.BROKEN_LITERAL, stop.span(start, end), text=text, what=what, helps=helps
    )


def _consequence(stop: Stop) -> Diagnostic | None:
    """`else` with nothing after it, or with a text alone."""
    if not {"_REJECT", "_WARN", "_DROP"} <= stop.accepted or stop.word[:1].isalpha():
        return None
    what = '`reject "..."`, `warn "..."` or `drop ... with "..."`'
    helps = [stop.inserting("reject")] if stop.word.startswith('"') else []
    return Diagnostic.of(codes.MISSING_PART, stop.here, what=what, helps=helps)


def _french(stop: Stop) -> Diagnostic | None:
    meanings = FRENCH.get(stop.word.lower(), ())
    meant = next((one for one in meanings if f"_{one.upper()}" in stop.accepted), None)
    if meant is None:
        return None
    helps = [stop.replacing_word(meant, EditLevel.SAFE)]
    return Diagnostic.of(codes.FRENCH_KEYWORD, stop.here, word=stop.word, helps=helps)


def _misspelt(stop: Stop) -> Diagnostic | None:
    if not stop.word.isalpha():
        return None
    close = _closest(stop.word.lower(), _keywords(stop))
    if not close or stop.word in KEYWORDS.values():
        return None  # a word of its own is no other misspelt: what stands before it may be
    level = EditLevel.SAFE if len(close) == 1 else EditLevel.CHOICE
    end = stop.column + len(stop.word)
    helps = [stop.replacing(stop.column, end, one, level) for one in close]
    return Diagnostic.of(codes.MISSPELT_KEYWORD, stop.here, word=stop.word, helps=helps)


def _keywords(stop: Stop) -> list[str]:
    return sorted(KEYWORDS[a[1:]] for a in stop.accepted if a[1:] in KEYWORDS and a[0] == "_")


def _distance(word: str, other: str) -> int:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only a faulty file needs it

    return OSA.distance(word, other)


def _closest(word: str, words: list[str]) -> list[str]:
    """The words that `word` is nearest to; none where it is near to none."""
    near = sorted((_distance(word, w), w) for w in words)
    if not near or near[0][0] > max(1, len(word) // 3):
        return []
    return [w for distance, w in near if distance == near[0][0]]


def _reserved(stop: Stop) -> Diagnostic | None:
    names = {"LOWER", "UPPER"} & stop.accepted
    if stop.word not in KEYWORDS.values() or not names or len(stop.accepted) > 3:
        return None
    new = f"{stop.word}_value"
    helps = [stop.replacing(stop.column, stop.column + len(stop.word), new, EditLevel.CHOICE)]
    return Diagnostic.of(codes.RESERVED_WORD, stop.here, word=stop.word, helps=helps)


# What is missing when these are the only way on, and in which words to say so.
_PARTS = (
    ("_THEN", "`then`", " then "),
    ("_ELSE", '`else reject "..."` (or warn, or drop)', ' else reject ""'),
    ("_BECAUSE", '`because "..."`', ' because ""'),
    ("_BY", "`by first row that fits` (or exactly one row, every row)", None),
    ("_USING", '`using "..."`', None),
    ("_KEY", "`key` and the key's column", None),
    ("_FOR", "`for` and what for", None),
    ("_WITH", '`with "..."`', ' with ""'),
    ("_TO", "`to` and the step", None),
    ("_FROM", "`from` and the table", None),
    ("_OF", "`of`", " of "),
    ("_IN", "`in` and the zone", None),
    ("TEXT", "a text in quotes", ' ""'),
)


def _missing_part(stop: Stop) -> Diagnostic | None:
    for terminal, what, text in _PARTS:
        if terminal not in stop.accepted or (
            terminal in ("_TO", "TEXT", "_IN", "_FOR", "_FROM") and len(stop.accepted) > 2
        ):
            continue
        if terminal in ("_THEN", "_ELSE", "_BECAUSE") or len(stop.accepted) <= 2 or not stop.word:
            helps = []
            if text and terminal in ("_THEN", "_OF") and stop.word:
                helps = [stop.inserting(text.strip())]
            elif terminal == "TEXT" and (rest := stop.line[stop.column :].strip()):
                end = stop.column + len(rest)
                inner = rest.replace('"', "'")
                helps = [stop.replacing(stop.column, end, f'"{inner}"', EditLevel.CHOICE)]
            return Diagnostic.of(codes.MISSING_PART, stop.here, what=what, helps=helps)
    if not stop.word and ("_WHEN" in stop.accepted or {"NUMBER", "LOWER", "TEXT"} <= stop.accepted):
        return Diagnostic.of(codes.MISSING_PART, stop.here, what="a value")
    if '"="' in stop.accepted or "EQUAL" in stop.accepted:
        return Diagnostic.of(codes.MISSING_PART, stop.here, what="`=`")
    return None


_RECOGNISERS: tuple[Callable[[Stop], Diagnostic | None], ...] = (
    _text_not_closed,
    _currency_sign,
    _decimal_comma,
    _equals_compares,
    *FOREIGN_LOOKS,
    _otherwise,
    _stray_end,
    row_not_closed,
    bars_missing,
    pasted_table,
    _local_time,
    _small_letter,
    _rounding,
    _consequence,
    _unit,
    _french,
    _misspelt,
    _reserved,
    _missing_part,
)

_OPERATORS = ("+", "-", "*", "/", "<", ">", "<=", ">=", "and", "or", "default", "rounded")
MOST_WAYS = 3  # ways on that a message names
_WAYS = {
    "TEXT": 'a text in quotes (`"..."`)',
    "NUMBER": "a number",
    "LOWER": "a name such as a field",
    "UPPER": "an attribute",
    "_NL": "the end of the line",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "COMMA": "`,`",
    "_PIPE": "`|`",
    "_BARS": "`||`",
    "ZONE": "a time zone",
    "CURRENCY_CODE": "a currency such as EUR",
}


_NAME = re.compile(r"[^\W\d_]\w*")
_NAME_BEFORE = re.compile(r"=\s*([^\W\d])\w*\s+$")


def _unexpected(stop: Stop) -> Diagnostic:
    if not stop.word:
        helps = _ways_on(stop)
        what = "the rest of this line"
        return Diagnostic.of(codes.MISSING_PART, stop.here, what=what, helps=helps)
    word = stop.word
    before = _NAME_BEFORE.search(stop.before)
    if before and _NAME.fullmatch(word) and (before[1] + word[0]) != (before[1] + word[0]).lower():
        says = "a name has no blanks: write the field that the column is read into, see the schema"
        helps = [*_ways_on(stop), Help(says)]
        return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=word, helps=helps)
    if stop.line[: stop.column].strip() == "":
        known = TOP_LEVEL if "_MAPPING" in stop.accepted else STATEMENTS
        says = f"a line here begins with {', '.join(f'`{k}`' for k in known[:6])} ..."
        if "_MAPPING" in stop.accepted and _STATEMENT.match(stop.line):
            says = "statements stand between `mapping offer for ...` and its `end`"
        if stop.word in _OPERATORS:
            says = "a value ends with its line; only within brackets it goes on in the next one"
        elif "UPPER" in stop.accepted:
            says = "a line here gives an attribute its value (`Price = ...`), or begins with `let`, `require`, `end` ..."
        return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=word, helps=[Help(says)])
    return Diagnostic.of(codes.UNEXPECTED_WORD, stop.here, word=word, helps=_ways_on(stop))


def _ways_on(stop: Stop) -> list[Help]:
    ways = [_WAYS[a] for a in _WAYS if a in stop.accepted]
    near = sorted(_keywords(stop), key=lambda k: (_distance(stop.word.lower(), k), k))
    more = len(near) + len(ways) > MOST_WAYS
    ways = ([f"`{k}`" for k in near[:2]] + ways)[:MOST_WAYS]
    says = ", ".join(ways[:-1]) + " or " * (len(ways) > 1) + "".join(ways[-1:])
    return [Help(f"what can follow: {says}{', among others' * more}")] if ways else []

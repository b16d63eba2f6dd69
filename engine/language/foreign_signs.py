"""Signs and words of programs, queries and spreadsheets where a rule file cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.diagnostics.codes import money as money_codes
from engine.diagnostics.codes import names as name_codes
from engine.diagnostics.codes import syntax as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Replacement
from engine.language.foreign_forms import FORMS
from engine.language.keywords import FOREIGN, LOOKUPS, NOTHING_THERE
from engine.language.stop import Stop

# What stands before the `=` that gives a value.
_SET = re.compile(r"\s*(?:[A-Z]\w*|(?:let|milestone)\s+\w+)\s*")
_GIVES = re.compile(r":=|=>|->|<-|={2,3}|:(?!\d)")
_NOTHING = "|".join(NOTHING_THERE)
_SIGN = re.compile(
    r"===?|!==?|<>|=!|&&|=>|=<|\?[?:]|[≠≥≤×÷^]|(?<!\*)\*\*(?!\*)|(?<![&])&(?![&])|(?<![|])\|\|(?![|])|!"
    r"|\b(?:else[ \t]*if|sinon[ \t]+si|elif|elsif|elseif|if|unless|where)\b",
    re.IGNORECASE,
)
_ABSENT = re.compile(rf"\s*(===?|!==?|<>)\s*(?:{_NOTHING})\b", re.IGNORECASE)
_BINDS = re.compile(r"[<>]|[=!]=|&&|\|\||\b(?:is|in|and|or)\b", re.IGNORECASE)
_NEAR = 3  # columns from where reading stopped: a sign may have been read in part
_CONDITION = re.compile(r"\b(?:when|require|always|if|where)\b", re.IGNORECASE)
_PURE = r"[^\"]*?(?:\"[^\"]*\"[^\"]*?)*?"  # texts within it are whole


def gives_a_value(stop: Stop) -> Diagnostic | None:
    """`Price := ...`, `Price: ...`, `Price == ...` for `=`."""
    before = _SET.match(stop.line)
    sign = _GIVES.match(stop.line, before.end()) if before else None
    if sign is None or abs(sign.start() - stop.column) > 1:
        return None
    return _told(stop, sign, [stop.replacing(*sign.span(), "=", EditLevel.SAFE)])


def absent(stop: Stop) -> Diagnostic | None:
    """`weight == null`, `weight != null`."""
    start = len(stop.before.rstrip(" \t<=!"))  # reading may have stopped within the sign
    found = _ABSENT.match(stop.line, start)
    if found is None:
        return None
    asks = "missing" if found[1][0] == "=" else "present"
    edit = Replacement(stop.span(start, found.end()), f" {asks}")
    helps = [Help(f"write `{asks}`", EditLevel.SAFE, (edit,))]
    span = stop.span(found.start(1), found.end())
    word = " ".join(found[0].split())
    return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=word, helps=helps)


_SAME = r"===?|=|is\b(?!\s+not\b)"
_OTHER = r"!==?|<>|=!|≠|is\s+not\b"


def sign_in_cell(stop: Stop) -> Diagnostic | None:
    """`| = 3 |`, `| != 3 |`: a cell is held against its column, and says `not` for the others."""
    begun = stop.line.rfind("|", 0, stop.column) + 1
    sign = re.compile(rf"\s*(?P<sign>{_SAME}|{_OTHER})", re.IGNORECASE).match(stop.line, begun)
    if sign is None or not stop.line.lstrip().startswith("|") or stop.column > sign.end() + 1:
        return None
    if _ABSENT.match(stop.line, begun) or re.match(r"=[<>]", stop.line[sign.start("sign") :]):
        return None
    other = re.fullmatch(_OTHER, sign["sign"], re.IGNORECASE)
    span = stop.span(*sign.span("sign"))
    if other and "||" in stop.line[:begun]:
        says = "a cell behind `||` says what a value is; not what it is not"
        return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=sign["sign"], helps=[Help(says)])
    meant = "" if not other else "not" if stop.line[sign.end() :][:1] == " " else "not "
    edit = Replacement(span, meant)
    says = "write `not`" if other else "take it out: a cell is held against its column"
    helps = [Help(says, EditLevel.SAFE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=sign["sign"], helps=helps)


def sign_in_test(stop: Stop) -> Diagnostic | None:
    """`expect Price == 3 EUR`, `given weight is 3 kg`: a test gives and expects values with `=`."""
    if not re.match(r"\s*(?:given|expect|try)\b", stop.line):
        return None
    for sign in re.finditer(rf":=|=[<>]|===?|{_OTHER}|[<>]=?|[≥≤]|\bis\b", stop.line):
        if not sign.start() - 1 <= stop.column <= sign.end() or _inside_text(stop, sign.start()):
            continue
        if sign[0] not in (":=", "==", "===", "is"):
            return _told(stop, sign, [Help("a test says what a value is, with `=`")])
        if re.search(r"\b(?:rejected|excluded|warned|omitted)\s*$", stop.line[: sign.start()]):
            edit = Replacement(stop.span(*sign.span()), "")
            return _told(stop, sign, [Help("take it out", EditLevel.SAFE, (edit,))])
        return _told(stop, sign, [stop.replacing(*sign.span(), "=", EditLevel.SAFE)])
    return None


_CASE = re.compile(r"\s*(?:when|if|elif|elsif|elseif|else\s+if|si)\b", re.IGNORECASE)


def arrow(stop: Stop) -> Diagnostic | None:
    """`when ... => value`, `when ...: value`: scripts have the value of a case behind a sign."""
    sign = re.match(r"=>|->|:", stop.line[stop.column :])
    bare = re.sub(r'"[^"]*"', "", stop.line)
    if sign is None or "_THEN" not in stop.accepted or not _CASE.match(stop.line):
        return None
    if re.search(r"\bthen\b", bare):
        return None
    ends = (stop.column, stop.column + len(sign[0]))
    before = "" if stop.line[stop.column - 1] == " " else " "
    helps = [stop.replacing(*ends, before + "then", EditLevel.CHOICE)]
    if sign[0] == "=>":  # which some write for `>=`
        helps.append(stop.replacing(*ends, ">=", EditLevel.CHOICE))
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.span(*ends), word=sign[0], helps=helps)


def foreign_sign(stop: Stop) -> Diagnostic | None:
    """A sign or word that has another form here: `&&`, `!=`, `elif`, `≥`."""
    table = stop.line.lstrip().startswith("|")
    for found in _SIGN.finditer(stop.line):
        if not found.start() - 1 <= stop.column <= found.start() + _NEAR:
            continue
        if (table and found[0] == "||") or _inside_text(stop, found.start()):
            continue
        meant = FOREIGN[" ".join(found[0].lower().split())]
        if meant.startswith("when") and not stop.accepted & {"_WHEN", "_NL"}:
            continue
        if meant.startswith("when") and stop.begins and "_WHEN" not in stop.accepted:
            continue  # a block of another language, or a word before the first declaration
        return _told(stop, found, _sign_helps(stop, found, meant))
    return None


def _sign_helps(stop: Stop, found: re.Match[str], meant: str) -> list[Help]:
    sign, behind = found[0], stop.line[found.end() :]
    if sign in ("**", "^"):
        return [Help("there are no powers: multiply the value by itself")]
    blank = " " if sign == "!" and behind[:1] != " " else ""
    level = EditLevel.SAFE if _sure(sign, behind) else EditLevel.CHOICE
    help_ = stop.replacing(*found.span(), meant + blank, level)
    texts = Help('texts are put together with `join_texts("", first, second)`')
    condition = _CONDITION.search(stop.line[: found.start()])
    if sign == "&":  # sheets put texts together with it, in conditions as well
        return [help_, texts] if condition else [texts]
    if sign == "||" and not condition:  # queries do, and scripts give a default
        return [stop.replacing(*found.span(), "default", EditLevel.CHOICE), texts]
    return [help_]


def _sure(sign: str, behind: str) -> bool:
    """Whether what is meant binds as the sign does; `behind`: the rest of the line."""
    if sign in ("&", "?:"):  # `?:` also replaces what is 0 or empty
        return False
    if sign == "??":  # elsewhere it takes in a comparison behind it
        return not _BINDS.search(behind)
    return sign.lower() != "unless" or not _BINDS.search(behind)


def _inside_text(stop: Stop, at: int) -> bool:
    return re.sub(r"\\.", "__", stop.line[:at]).count('"') % 2 == 1


def _told(stop: Stop, found: re.Match[str], helps: list[Help]) -> Diagnostic:
    span = stop.span(*found.span())
    return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=found[0].strip(), helps=helps)


# --- between and around values --------------------------------------------------------------


_BEGINS = re.compile(r"\s*(?:given|expect|try|end)\b")


def semicolon(stop: Stop) -> Diagnostic | None:
    """`;` between statements, or between arguments as in spreadsheets with a decimal comma."""
    if stop.word != ";":
        return None
    if "_NL" not in stop.accepted:  # within brackets
        # Who keeps arguments apart with `;` has a comma before decimals.
        edits = [
            Replacement(stop.span(found.start(), found.end()), "," if found[0] == ";" else ".")
            for found in re.finditer(r";|(?<=\d),(?=\d)", stop.line)
            if not _inside_text(stop, found.start())
        ]
        decimals = any(edit.text == "." for edit in edits)
        level = EditLevel.CHOICE if decimals else EditLevel.SAFE
        says = "write `,` between them" + ", and `.` before decimals" * decimals
        helps = [Help(says, level, tuple(edits))]
    elif "COMMA" in stop.accepted and not _BEGINS.match(stop.line, stop.column + 1):
        helps = [stop.replacing_word(",", EditLevel.SAFE)]  # `given ... but a = 1; b = 2`
    else:
        indent = stop.line[: len(stop.line) - len(stop.line.lstrip())]
        end = len(stop.line.rstrip())
        rest = stop.line[stop.column + 1 : end].strip()
        edit = Replacement(stop.span(stop.column, end), f"\n{indent}{rest}")
        says = "each statement stands on a line of its own"
        helps = [Help(says, EditLevel.SAFE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=";", helps=helps)


_MEMBER = re.compile(r"(\$?\w+)(?:\.|->|\[\s*['\"])(\w+)(?:['\"]\s*\])?")


_METHOD = re.compile(r"(\w+)\.(\w+)\(\s*\)")
_DOTS = re.compile(r"\s\.\s*|\.(?=\s*\")")


def dotted(stop: Stop) -> Diagnostic | None:
    """`brand.upper()`, `brand . " "`: a function of the value, texts put together."""
    for found in _METHOD.finditer(stop.line):
        if found.start() <= stop.column <= found.end() and not _inside_text(stop, found.start()):
            text = f"{found[2].lower()}({found[1]})"
            return _told(stop, found, [stop.replacing(*found.span(), text, EditLevel.CHOICE)])
    if stop.word != "." or not _DOTS.match(stop.line, max(stop.column - 1, 0)):
        return None
    helps = [Help('texts are put together with `join_texts("", first, second)`')]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=".", helps=helps)


def last_comma(stop: Stop) -> Diagnostic | None:
    """`Stock = 3,`, `..., because`, as in lists and sentences; `-- a comment`, as in queries."""
    indent = len(stop.line) - len(stop.line.lstrip())
    if stop.begins and stop.line.startswith("--", indent):
        helps = [stop.replacing(indent, indent + 2, "#", EditLevel.SAFE)]
        span = stop.span(indent, indent + 2)
        return Diagnostic.of(codes.FOREIGN_COMMENT, span, sign="--", helps=helps)
    rest = stop.line[stop.column + 1 :].split()
    way = f"_{rest[0].upper()}" if rest else "_NL"
    if stop.word != "," or way not in stop.accepted:
        return None
    says = "no comma stands before `" + rest[0] + "`" if rest else "a statement ends with its line"
    edit = Replacement(stop.here, "")
    helps = [Help(f"take it out: {says}", EditLevel.SAFE, (edit,))]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=",", helps=helps)


def decimals(stop: Stop) -> Diagnostic | None:
    """`rounded half up to 2 decimals`: the step is written, with its currency."""
    found = re.search(r"\bto\s+([0-6])\s+$", stop.before)
    if found is None or not re.match(r"(?:decimal|décimale|places?|digit)", stop.word):
        return None
    step = "1" if found[1] == "0" else f"0.{'0' * (int(found[1]) - 1)}1"
    end = stop.column + len(stop.word)
    helps = [
        stop.replacing(found.start(1), end, text, EditLevel.CHOICE)
        for text in (f"{step} EUR", step)
    ]
    fault = "say to what: `to 0.01 EUR`"
    span = stop.span(found.start(1), end)
    return Diagnostic.of(money_codes.ROUNDING_STEP, span, fault=fault, helps=helps)


def member(stop: Stop) -> Diagnostic | None:
    """`product.price`, `$price`, `$product["price"]`: a field has its name alone."""
    for found in _MEMBER.finditer(stop.line):
        if found.start() <= stop.column <= found.end() and not found[1].isdigit():
            if _inside_text(stop, found.start()) or stop.line[found.end() :][:1] == "(":
                continue
            helps = [stop.replacing(*found.span(), found[2], EditLevel.CHOICE)]
            return _told(stop, found, helps)
    for found in re.finditer(r"[$@]([^\W\d]\w*)", stop.line):
        if found.start() <= stop.column < found.end() and not _inside_text(stop, found.start()):
            gives = stop.begins and re.match(r"\s*=", stop.line[found.end() :])
            name = f"let {found[1]}" if gives and found[1][0].islower() else found[1]
            return _told(stop, found, [stop.replacing(*found.span(), name, EditLevel.CHOICE)])
    return None


def capital_function(stop: Stop) -> Diagnostic | None:
    """`MAX(0, stock)`: functions have small letters, as in no spreadsheet."""
    found = re.search(r"\b([A-Z][A-Z0-9_]*)\s*$", stop.before)
    if stop.word != "(" or found is None:
        return None
    edit = stop.replacing(*found.span(1), found[1].lower(), EditLevel.CHOICE)
    if found[1].lower() in LOOKUPS:
        edit = Help("a table is looked up with `take COLUMN from TABLE for KEY`")
    facts: dict[str, Any] = {"what": "function", "name": found[1]}
    return Diagnostic.of(name_codes.UNKNOWN_NAME, stop.span(*found.span(1)), helps=[edit], **facts)


_ASKED = re.compile(
    r"\b(contains|starts\s+with|ends\s+with|i?like|matches)\b\s*(\"[^\"]*\")?", re.IGNORECASE
)


def asked_by_function(stop: Stop) -> Diagnostic | None:
    """`brand contains "x"`, `brand like "x%"`: a function asks it."""
    found = _ASKED.match(stop.line, stop.column)
    value = re.search(r"([^\W\d]\w*)(\s+not)?\s*$", stop.before, re.IGNORECASE)
    if found is None:
        return None
    function, text = _function(found)
    helps = [Help(f"a function asks it: `{function}({value[1] if value else 'name'}, {text})`")]
    # A sign for any letters within the text, or none at all: that is no question of these functions.
    pattern = found[1].lower() in ("like", "ilike") and not re.fullmatch(
        r'"%[^%"]+%?"|"[^%"]+%"', text if not found[2] else found[2]
    )
    if value and found[2] and not pattern:
        edit = f"{'not ' if value[2] else ''}{function}({value[1]}, {text})"
        helps = [stop.replacing(value.start(1), found.end(), edit, EditLevel.CHOICE)]
    span = stop.span(*found.span(1))
    return Diagnostic.of(codes.FOREIGN_OPERATOR, span, word=found[1], helps=helps)


def _function(found: re.Match[str]) -> tuple[str, str]:
    """The function that asks what `found` asks, and its text."""
    word = "_".join(found[1].lower().split())
    text = found[2] or '"..."'
    if word not in ("like", "ilike"):
        return word, text
    bare = text.strip('"')
    kept = f'"{bare.strip("%")}"'
    if bare.startswith("%") == bare.endswith("%"):
        return "contains", kept
    return ("ends_with" if bare.startswith("%") else "starts_with"), kept


def between(stop: Stop) -> Diagnostic | None:
    """`price between 1 EUR and 2 EUR`: two comparisons."""
    if stop.word.lower() != "between":
        return None
    low_high = r"between\s+(\S+(?:\s+[A-Z]{3}|\s*%|\s+\w+)?)\s+and\s+(\S+(?:\s+[A-Z]{3}\b|\s*%)?)"
    found = re.compile(low_high, re.IGNORECASE).match(stop.line, stop.column)
    value = re.search(r"([^\W\d]\w*)\s*$", stop.before)
    helps = [Help("write two comparisons: `x >= 1 and x <= 2`")]
    if found and value:
        name = value[1]
        text = f"{name} >= {found[1]} and {name} <= {found[2]}"
        helps = [stop.replacing(value.start(1), found.end(), text, EditLevel.CHOICE)]
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word=stop.word, helps=helps)


_TEXTS = re.compile(r'"[^"]*"(?:\s*,\s*"[^"]*")*')


def bracketed_list(stop: Stop) -> Diagnostic | None:
    """`in ["A", "B"]`, `in "A", "B"`: a list stands in parentheses."""
    if "LPAR" not in stop.accepted:
        return None
    in_cell = re.search(r"^\s*\|(?:.*\|)?\s*$", stop.before) is not None
    found = re.compile(r"\[([^]\[]*)\]").match(stop.line, stop.column)
    if found and not (in_cell or re.search(r"\bin\s*$", stop.before)):
        return None
    bare = None if len(stop.accepted) > 1 else _TEXTS.match(stop.line, stop.column)
    whole = found or bare
    if whole is None:
        return None
    text = found[1] if found else whole[0]
    edit = Replacement(stop.span(*whole.span()), text.strip() if in_cell else f"({text})")
    says = (
        "the values of a cell stand without brackets" if in_cell else "a list stands in parentheses"
    )
    helps = [Help(says, EditLevel.SAFE, (edit,))]
    if found is None:
        place = stop.span(*whole.span())
        return Diagnostic.of(codes.MISSING_PART, place, what="`(` around the list", helps=helps)
    return Diagnostic.of(codes.FOREIGN_OPERATOR, stop.here, word="[", helps=helps)


FOREIGN_LOOKS: tuple[Callable[[Stop], Diagnostic | None], ...] = (
    *FORMS,
    gives_a_value,
    absent,
    sign_in_cell,
    sign_in_test,
    arrow,
    foreign_sign,
    semicolon,
    bracketed_list,
    last_comma,
    decimals,
    dotted,
    member,
    capital_function,
    asked_by_function,
    between,
)

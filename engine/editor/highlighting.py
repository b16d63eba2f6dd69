"""The colours of rules in editors: a TextMate grammar, made from the table of keywords and the grammar.

Only few words are kept for good: `order` may be a field, and `first` a let. So which keywords count
on a line is read from the parser: those that can stand where the line's sort of rule goes on.
`python -m engine.editor.highlighting` writes the file of the VS Code extension anew.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from engine.language.grammar import grammar
from engine.language.keywords import KEYWORDS

FILE = Path(__file__).parent / "vscode/syntaxes/feedwright.tmLanguage.json"
SCOPE = "source.feedwright"
_CONSTANTS = ("YES", "NO", "NOW", "MISSING", "INHERITED", "OMIT", "CLEAR", "ANY", "NONE", "NOTHING")
_OPERATORS = ("AND", "OR", "NOT", "IN", "IS", "PRESENT", "BEFORE", "AFTER")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_BEGIN = r"(?<![\w.])"
_NEEDS = ("MANDATORY", "OPTIONAL", "FORBIDDEN")
_WRONG = {"REJECT", "REJECTED", "DENY", "DENIED", "EXCLUDE", "EXCLUDED", "DROP", "WARN", "WARNED"}


def textmate() -> dict[str, Any]:
    """The TextMate grammar of the language, as its JSON file holds it."""
    clauses, spoken, in_rows = _clauses(), _words_beside_expressions(), _words_of_rows()
    number, unit = _terminal("NUMBER"), _terminal("UNIT")
    lasting, currency = _terminal("DURATION_UNIT"), _terminal("CURRENCY_CODE")
    lower, upper = _terminal("LOWER"), _terminal("UPPER")
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Feedwright rules",
        "scopeName": SCOPE,
        "fileTypes": ["rules"],
        "patterns": [
            {"include": "#comment"},
            {"include": "#row"},
            {"include": "#clause"},
            {"include": "#need"},
            {"include": "#line"},
        ],
        "repository": {
            "comment": {"name": _scope("comment.line.number-sign"), "match": "#.*$"},
            "text": {
                "name": _scope("string.quoted.double"),
                "begin": '"',
                "end": '"|$',
                "patterns": [
                    {"name": _scope("constant.character.escape"), "match": r"\\."},
                    {"name": _scope("variable.other.interpolated"), "match": r'\{[^{}"]*\}'},
                ],
            },
            "amounts": {
                "patterns": [
                    {
                        "name": _scope("constant.other.instant"),
                        "match": rf"{_terminal('DATE')}(?:\s+{_terminal('TIME')}(?:\s+{_terminal('ZONE')})?)?",
                    },
                    {
                        "name": _scope("constant.other.zone"),
                        "match": r"(?<![\w.])[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+)+",
                    },
                    {
                        "match": rf"({number})\s*(%|{currency}|{lasting}|{unit})",
                        "captures": {
                            "1": {"name": _scope("constant.numeric")},
                            "2": {"name": _scope("keyword.other.unit")},
                        },
                    },
                    {"name": _scope("constant.numeric"), "match": number},
                ]
            },
            "names": {
                "patterns": [
                    {
                        "name": _scope("entity.name.function"),
                        "match": rf"{_BEGIN}{lower}(?=\s*\()",
                    },
                    {"name": _scope("support.type.property-name"), "match": f"{_BEGIN}{upper}"},
                    {"name": _scope("variable.other"), "match": f"{_BEGIN}{lower}"},
                ]
            },
            "signs": {
                "patterns": [
                    {"name": _scope("punctuation.separator.table"), "match": r"\|\|?"},
                    {"name": _scope("keyword.operator"), "match": r"<=|>=|[-+*/<>=]"},
                ]
            },
            # A line that begins with a word of no expression: all of its words may be keywords.
            "clause": {
                "begin": rf"^\s*(?:{_one_of(clauses)})(?!\w)(?!\s*[=(])",
                "beginCaptures": {"0": {"patterns": _keywords(clauses)}},
                "end": "$",
                "patterns": _parts(set(KEYWORDS)),
            },
            # In an action: `carrier mandatory one of table carriers`.
            "need": {
                "begin": rf"^\s*({lower})\s+(?={_one_of(_NEEDS)}(?!\w))",
                "beginCaptures": {"1": {"name": _scope("variable.parameter")}},
                "end": "$",
                "patterns": _parts(set(KEYWORDS)),
            },
            "row": {
                "begin": r"^\s*(?=\|)",
                "end": "$",
                "patterns": _parts(in_rows),
            },
            "line": {"patterns": _parts(spoken)},
        },
    }


def _parts(keywords: set[str]) -> list[dict[str, Any]]:
    """What a line is made of, where `keywords` are keywords."""
    parts = ("comment", "text", "amounts")
    return [
        *({"include": f"#{name}"} for name in parts),
        *_keywords(keywords),
        {"include": "#names"},
        {"include": "#signs"},
    ]


def _keywords(names: set[str]) -> list[dict[str, Any]]:
    """One pattern for each sort of keyword: editors colour the sorts apart."""
    sorts = {
        "constant.language": names & set(_CONSTANTS),
        "keyword.operator.word": names & set(_OPERATORS),
        "keyword.control.refusal": names & _WRONG,
        "keyword.control": names - set(_CONSTANTS) - set(_OPERATORS) - _WRONG,
    }
    # `total = 3`, `max(` and `key default 0` name a field, a function: only reserved words may.
    return [
        {
            "name": _scope(sort),
            "match": rf"{_BEGIN}(?:{_one_of(found)})(?!\w)(?!\s*=)",
        }
        for sort, found in sorts.items()
        if found
    ]


def _first_words() -> set[str]:
    """The keywords that a line may begin with: those that the parser takes behind a line's end."""
    states = grammar().parser.parser._parse_table.states  # noqa: SLF001 - Lark shows its tables nowhere else
    shift = {
        target
        for actions in states.values()
        for name, (action, target) in actions.items()
        if name == "_NL" and action.name == "Shift"
    }
    return {name for at in shift for name in _keywords_among(states[at])}


def _clauses() -> set[str]:
    """The keywords that begin a line without an expression: `table`, `given`, not `when`."""
    spoken = _closure(_holding())
    opened: dict[str, set[str]] = defaultdict(set)
    for rule, ways in _rules().items():
        for word in (name for parts in ways for name in _keywords_among(parts[:1])):
            opened[word].add(rule)
    return {w for w in _first_words() if not opened[w] & _holding() and opened[w] - spoken}


def _holding() -> set[str]:
    """The rules of the grammar that hold an expression."""
    inside = {"expression", "value"}
    return {rule for rule, ways in _rules().items() if any(inside & set(p) for p in ways)}


def _words_beside_expressions() -> set[str]:
    """The keywords of rules that hold an expression, and of the rules that these are made of."""
    return _words(_closure(_holding()))


def _words_of_rows() -> set[str]:
    """The keywords of rules that are written between bars, and of their cells."""
    bars = {"_PIPE", "_BARS"}
    in_bars = {rule for rule, ways in _rules().items() if any(bars & set(p) for p in ways)}
    return _words(_closure(in_bars))


def _closure(rules: Iterable[str]) -> set[str]:
    """`rules` and all that they are made of; a block's statements are lines of their own."""
    made, known = _rules(), set(rules)
    waiting = list(known)
    while waiting:
        for part in (name for parts in made[waiting.pop()] for name in parts):
            inside = any(way[:1] == ["statement"] for way in made.get(part, []))
            if part in made and part not in known and part != "statement" and not inside:
                known.add(part)
                waiting.append(part)
    return known


def _words(rules: Iterable[str]) -> set[str]:
    return {w for r in rules for parts in _rules()[r] for w in _keywords_among(parts)}


@cache
def _rules() -> dict[str, list[list[str]]]:
    """What each rule of the grammar is made of, one list for each way to write it."""
    found: dict[str, list[list[str]]] = defaultdict(list)
    for rule in grammar().rules:
        found[str(rule.origin.name)].append([part.name for part in rule.expansion])
    return found


def _keywords_among(names: Iterable[str]) -> Iterator[str]:
    return (name[1:] for name in names if name.startswith("_") and name[1:] in KEYWORDS)


def _terminal(name: str) -> str:
    """How the grammar reads a number, a date, a name."""
    found: str = next(t.pattern.to_regexp() for t in grammar().terminals if t.name == name)
    return _GROUP.sub("(?:", found)


def _one_of(names: Iterable[str]) -> str:
    return "|".join(sorted(KEYWORDS[name] for name in names))


def _scope(name: str) -> str:
    return f"{name}.feedwright"


def text_of(made: dict[str, Any]) -> str:
    """The grammar as its file holds it."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text_of(textmate()), encoding="utf-8", newline="\n")

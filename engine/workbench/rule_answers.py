"""Answers about rules as typed: what is wrong, what may be typed, what a word means, the canonical form.

Places go out as a browser counts them, in units of UTF-16.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source, Span
from engine.editor.completion import complete
from engine.editor.hover import hover
from engine.editor.outline import formatted
from engine.language.keywords import KEYWORDS
from engine.workbench.bench import Bench
from engine.workbench.typed import place_of, units_of

RULES = ".rules"


def check_json(bench: Bench, name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """What is found in the project's rules, and in `name` where the project does not list it."""
    checked = bench.checked(texts)
    found = [_diagnostic(one, checked.report.sources) for one in checked.report]
    if name.endswith(RULES) and name not in checked.report.sources:
        desk = bench.desk(name, texts)
        found += [_diagnostic(one, desk.report.sources) for one in desk.diagnostics]
    ruleset = checked.ruleset
    channels = sorted({part.channel for part in ruleset.slices}) if ruleset else None
    return {"diagnostics": found, "channels": channels, "well": ruleset is not None}


def _diagnostic(one: Diagnostic, sources: Mapping[str, Source]) -> dict[str, Any]:
    return {
        "code": one.code.number,
        "severity": one.severity.value,
        "message": one.says,
        **_place(one.span, sources),
        "line": one.span.line,
        "mark": one.mark,
        "labels": [
            {"message": label.says, "file": label.span.file, "line": label.span.line}
            for label in one.labels
        ],
        "notes": list(one.notes),
        "helps": [
            {
                "message": help_.says,
                "level": help_.level.value if help_.level else None,
                "edits": [{**_place(r.span, sources), "text": r.text} for r in help_.replacements],
            }
            for help_ in one.helps
        ],
    }


def _place(span: Span, sources: Mapping[str, Source]) -> dict[str, Any]:
    source = sources.get(span.file)
    text = source.text if source is not None else ""
    return {"file": span.file, "from": units_of(text, span.start), "to": units_of(text, span.end)}


def complete_json(
    bench: Bench, name: str, texts: Mapping[str, str], offset: int
) -> list[dict[str, str]]:
    """What may be typed at a place of the rule file `name`."""
    desk = bench.desk(name, texts)
    found = complete(desk, place_of(desk.source.text, offset))
    return [{"label": c.label, "sort": c.sort.value, "detail": c.detail} for c in found]


def hover_json(bench: Bench, name: str, texts: Mapping[str, str], offset: int) -> str | None:
    """What the word at a place of the rule file `name` means, in Markdown."""
    desk = bench.desk(name, texts)
    return hover(desk, place_of(desk.source.text, offset))


def format_json(bench: Bench, name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The canonical text of the rule file `name`; none where it cannot be read."""
    return {"text": formatted(bench.desk(name, texts))}


def words_json(bench: Bench) -> dict[str, list[str]]:
    """The words that the editor colours: the language's table of keywords, and names of the library."""
    name = bench.project.rules[0]
    sources = bench.typed({})
    found = sources.rules(name, "")
    known: dict[str, list[str]] = {"keywords": sorted(KEYWORDS.values())}
    if found is not None:
        desk = bench.desk(found.name, {})
        known["attributes"] = sorted(desk.attributes)
        known["functions"] = sorted(desk.functions)
    return known

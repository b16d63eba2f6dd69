"""Attributes, functions, diagnostics, settings and lineage written out as Markdown.

In: declarations, schemas and checked rules. Out: the text of `rules/REFERENCE.md`, the same on every
run. Nothing is told here that does not stand in a declaration: to change a sentence, change that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from engine.diagnostics.codes import all_codes
from engine.feeds.schema_help import HELP, INTRODUCTION
from engine.feeds.source_schema import KEYWORDS
from engine.functions import library
from engine.language import ruleset as r
from engine.language.analyses.terms import roots_of, subterms
from engine.language.vocabulary import Function, Parameter
from engine.marketplace.attributes import Attribute, OfferSchema, WireName
from engine.resources import bundled
from engine.values.kinds import KindName

SETTINGS_SCHEMA = "schemas/settings.schema.json"
_NUMERIC = frozenset({KindName.NUMBER, KindName.INTEGER, KindName.MONEY, KindName.PERCENT})


def reference(schema: OfferSchema, ruleset: r.Ruleset | None) -> str:
    """The whole page; lineage needs checked rules and is left out without them."""
    lines = [
        "# Reference",
        "",
        "Written by `feedwright docs` from the declarations; do not edit.",
        *_attributes(schema),
        *_functions(library()),
        *_diagnostics(),
        *_source_schema(),
        *_settings(),
        *(_lineage(schema, ruleset) if ruleset else ()),
    ]
    return "\n".join(lines) + "\n"


# --- attributes ---------------------------------------------------------------------------------


def _attributes(schema: OfferSchema) -> Iterator[str]:
    read = json.loads(bundled("schemas/octopia/sources.json"))
    yield from ("", "## Attributes", "", "What rules may write on an offer, in wire order.", "")
    yield "How sure a fact is:"
    yield ""
    for tag, means in read["confidence"].items():
        yield f"- `{tag}` {means}"
    for attribute in schema.attributes.values():
        yield from _attribute(attribute)


def _attribute(attribute: Attribute) -> Iterator[str]:
    yield from ("", f"### {attribute.name}", "")
    if attribute.help:
        yield from (attribute.help, "")
    needed = ", ".join(sorted(attribute.required_on))
    facts = {
        "kind": f"list of {attribute.kind}" if attribute.listed else str(attribute.kind),
        "bounds": _bounds(attribute),
        "required on": needed,
        "sent together with": attribute.group or "",
        "values": _values(attribute),
        "JSON": _wire(attribute.json) or f"no name is publicly known{_note(attribute.json_note)}",
        "XML": _wire(attribute.xml),
        "confidence": _fact(attribute.fact.confidence, attribute.fact.source),
        "note": attribute.fact.note,
    }
    yield from ("| | |", "|---|---|")
    for name, told in facts.items():
        if told:
            yield f"| {name} | {_cell(told)} |"


def _bounds(attribute: Attribute) -> str:
    told = []
    if attribute.minimum is not None:
        sign = "above" if attribute.exclusive_minimum else "at least"
        told.append(f"{sign} {attribute.minimum:f}")
    if attribute.maximum is not None:
        sign = "below" if attribute.exclusive_maximum else "at most"
        told.append(f"{sign} {attribute.maximum:f}")
    if attribute.kind.name in _NUMERIC:
        told.append(f"at most {attribute.scale} decimals" if attribute.scale else "no decimals")
    if attribute.min_length:
        told.append(f"at least {attribute.min_length} characters")
    if attribute.max_length is not None:
        told.append(f"at most {attribute.max_length} characters")
    if attribute.pattern is not None:
        told.append(f"pattern `{attribute.pattern}`")
    return ", ".join(told)


def _values(attribute: Attribute) -> str:
    return ", ".join(f"`{value.rule}`" for value in attribute.values)


def _wire(name: WireName | None) -> str:
    return f"`{name.path}` ({_fact(name.fact.confidence, name.fact.source)})" if name else ""


def _fact(confidence: str, source: str) -> str:
    return f"{confidence or 'not stated'}; {source or 'no source'}"


def _note(text: str) -> str:
    return f": {text}" if text else ""


# --- functions ----------------------------------------------------------------------------------


def _functions(functions: Mapping[str, Function]) -> Iterator[str]:
    yield from ("", "## Functions")
    for family, members in groupby(functions.values(), key=lambda f: f.family):
        yield from ("", f"### Functions of {family}")
        for one in members:
            yield from _function(one)


def _function(one: Function) -> Iterator[str]:
    arguments = ", ".join(_parameter(p) for p in one.parameters)
    result = str(one.result) if one.result else "the kind of its arguments"
    yield from ("", f"#### {one.name}({arguments})", "", one.help, "")
    told = [f"Gives {result}"]
    told += ["may fail, so say `on error`"] * one.fails
    told += ["may be missing"] * one.missing
    yield f"{'; '.join(told)}."
    yield ""
    for expression, value in one.examples.items():
        yield f"- `{expression}` is `{value}`"


def _parameter(parameter: Parameter) -> str:
    if parameter.optional:
        return f"{parameter.name} = {parameter.default!r}"
    return f"{parameter.name}, ..." if parameter.repeated else parameter.name


# --- diagnostics --------------------------------------------------------------------------------


def _diagnostics() -> Iterator[str]:
    yield from ("", "## Diagnostics", "", "`feedwright explain CODE` shows the page of each.", "")
    yield from ("| code | name | severity | says |", "|---|---|---|---|")
    for code in all_codes().values():
        yield f"| {code.number} | {code.name} | {code.severity} | {_cell(code.says)} |"


# --- source schema ------------------------------------------------------------------------------


def _source_schema() -> Iterator[str]:
    yield from ("", "## Source schema", "", INTRODUCTION, "")
    yield from ("| word | of | written | says |", "|---|---|---|---|")
    for word, (written, says) in HELP.items():
        kinds = KEYWORDS.get(word)
        of = ", ".join(kinds) if kinds else "any"
        yield f"| `{word}` | {of} | {_cell(written)} | {_cell(says)} |"


# --- settings -----------------------------------------------------------------------------------


def _settings() -> Iterator[str]:
    schema = json.loads(bundled(SETTINGS_SCHEMA))
    yield from ("", "## Settings", "", schema["description"], "")
    yield from ("| setting | | |", "|---|---|---|")
    for path, entry in _entries(schema, schema, ""):
        yield f"| `{path}` | {_kind(entry)} | {_cell(entry.get('description', ''))} |"


def _entries(
    whole: Mapping[str, Any], entry: Mapping[str, Any], path: str, depth: int = 0
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The settings below `entry`: named ones, those of any name (`NAME`), those of lists (`[]`)."""
    if depth > 6:  # a feed that is joined may itself be joined
        return
    for name, below in entry.get("properties", {}).items():
        yield from _entry(whole, below, f"{path}.{name}".lstrip("."), depth)
    any_name = entry.get("additionalProperties")
    if isinstance(any_name, dict):
        yield from _entry(whole, any_name, f"{path}.NAME".lstrip("."), depth)


def _entry(
    whole: Mapping[str, Any], below: Mapping[str, Any], path: str, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "$ref" in below:
        resolved = whole["$defs"][below["$ref"].rpartition("/")[2]]
        below = {**resolved, **{k: v for k, v in below.items() if k != "$ref"}}
    if below.get("description"):
        yield path, below
    inner = below.get("items", {})
    yield from _entries(whole, below, path, depth + 1)
    if "properties" in inner:
        yield from _entries(whole, inner, f"{path}[]", depth + 1)


def _kind(entry: Mapping[str, Any]) -> str:
    if "enum" in entry:
        return "one of " + ", ".join(f"`{v}`" for v in entry["enum"])
    kinds = {"string": "text", "array": "list", "object": "settings below it"}
    named = entry.get("type", [])
    listed = [named] if isinstance(named, str) else list(named)
    listed += [str(x["type"]) for x in entry.get("anyOf", []) if "type" in x]
    return " or ".join(kinds[k] for k in listed)


# --- lineage ------------------------------------------------------------------------------------


def _lineage(schema: OfferSchema, ruleset: r.Ruleset) -> Iterator[str]:
    yield from ("", "## Lineage", "")
    yield "Which fields of the product each attribute comes from, and where it goes."
    for part in ruleset.slices:
        yield from ("", f"### {part.channel}{_period(part)}", "")
        yield from (
            "| fields | attribute | JSON | XML | clause | rule |",
            "|---|---|---|---|---|---|",
        )
        for name, fields, clause, line in _origins(part):
            wire = schema.attributes.get(name)
            told = (
                ", ".join(f"`{f}`" for f in fields) or "constant",
                f"`{name}`",
                f"`{wire.json.path}`" if wire and wire.json else "not known",
                f"`{wire.xml.path}`" if wire and wire.xml else "",
                clause,
                line,
            )
            yield f"| {' | '.join(_cell(t) for t in told)} |"


def _period(part: r.Slice) -> str:
    told = ""
    if part.start is not None:
        told += f" from {part.start:%Y-%m-%d %H:%M} UTC"
    if part.end is not None:
        told += f" until {part.end:%Y-%m-%d %H:%M} UTC"
    return told


def _origins(part: r.Slice) -> Iterator[tuple[str, list[str], str, str]]:
    """Each attribute: its name, the fields behind it, the clause, the place of its rule."""
    known: dict[str, list[str]] = {}
    made: dict[str, tuple[list[str], str, str]] = {}
    for step in part.steps:
        match step:
            case r.LetStep():
                known[step.name] = _fields(roots_of(step), known)
            case r.AttributeStep():
                fields = _fields(roots_of(step), known)
                known[step.attribute.name] = fields
                made[step.attribute.name] = (fields, step.clause, _place(step))
            case r.DecideStep():
                for attribute in step.attributes:
                    known[attribute.name] = _fields(roots_of(step), known)
                    made[attribute.name] = (known[attribute.name], step.clause, _place(step))
            case r.ExcludeStep() | r.RequireStep() | r.AlwaysStep():
                pass  # these judge an offer and write nothing on it
    for name, (fields, clause, place) in made.items():
        yield name, fields, clause, place


def _fields(roots: Iterable[r.Bound], known: Mapping[str, list[str]]) -> list[str]:
    found: dict[str, None] = {}
    for root in roots:
        for inner in subterms(root):
            match inner:
                case r.FieldValue(field=field):
                    found[field.name] = None
                case r.LetValue(name=name) | r.AttributeValue(name=name):
                    found |= dict.fromkeys(known.get(name, ()))
                case _:
                    pass
    return list(found)


def _place(step: r.AttributeStep | r.DecideStep) -> str:
    return f"{step.span.file}:{step.span.line}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())

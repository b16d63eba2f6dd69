"""What a word means: of an attribute, a field, a function, a name of the rules, a keyword."""

from __future__ import annotations

from collections.abc import Iterator

from engine.editor.desk import Desk
from engine.editor.samples import example_values
from engine.editor.words import Word, word_at
from engine.language.keywords import KEYWORDS
from engine.language.vocabulary import Attribute, Function
from engine.values.field import Field

_KEYWORDS = {
    "inherited": "What the mapping says without this override.",
    "omit": "The attribute is not sent.",
    "clear": "The attribute is sent explicitly empty.",
    "reject": "The row makes no offer; the sentence says why.",
    "default": "What counts where a value is missing. It repairs nothing that fails.",
    "error": "`on error`: what counts where an operation fails.",
    "present": "Whether there is a value. Inside of such a condition it is not missing any more.",
    "missing": "Whether there is no value.",
    "rounded": "`rounded half up | up | down to 0.01 EUR`: rounding is always written.",
    "now": "The instant of the run (`--at`).",
    "require": "What each product must fulfil, and what follows where it does not.",
    "always": "A promise about every offer: proved where rules are checked, or checked row by row.",
    "exclude": "Products that are left out on purpose, with the reason.",
    "decide": "A table of conditions and results.",
    "take": "A look-up: `take column from table for key`.",
}


def hover(desk: Desk, offset: int) -> str | None:
    """What stands at `offset`, in Markdown; None where there is nothing to say."""
    word = word_at(desk.source, offset)
    if word is None:
        return None
    lines = list(_told(desk, word))
    return "\n\n".join(lines) if lines else None


def _told(desk: Desk, word: Word) -> Iterator[str]:
    name = word.text
    if name in desk.functions and word.after.lstrip().startswith("("):
        yield from _function(desk.functions[name])
    elif word.before.rstrip().endswith((" from", " table")) and name in desk.tables:
        yield _table(desk, name)
    elif name in desk.attributes:
        yield from _attribute(desk.attributes[name])
    elif name in desk.lets:
        yield f"**{name}**: defined here"
        yield f"```rules\n{_line_of(desk, name)}\n```"
    elif name in desk.fields:
        yield from _field(desk, desk.fields[name])
    elif name in desk.tables:
        yield _table(desk, name)
    elif name in desk.declarations.milestones:
        at = desk.declarations.milestones[name].at
        yield f"**{name}**: milestone, {f'{at:%Y-%m-%d %H:%M} UTC' if at else 'to be confirmed'}"
    elif name in desk.declarations.channels:
        yield f"**{name}**: sales channel"
    elif name in KEYWORDS.values() and name in _KEYWORDS:
        yield f"**{name}**: {_KEYWORDS[name]}"


def _attribute(one: Attribute) -> Iterator[str]:
    yield f"**{one.name}**: {one.kind}" + (", a list" if one.listed else "")
    if one.help:
        yield one.help
    facts = []
    if one.required_on:
        facts.append(f"required on {', '.join(sorted(one.required_on))}")
    if one.minimum is not None:
        facts.append(f"{'above' if one.exclusive_minimum else 'at least'} {one.minimum:f}")
    if one.maximum is not None:
        facts.append(f"{'below' if one.exclusive_maximum else 'at most'} {one.maximum:f}")
    if one.max_length is not None:
        facts.append(f"at most {one.max_length} characters")
    if one.kind.choices:
        facts.append("one of " + ", ".join(f"`{c}`" for c in one.kind.choices[:12]))
    if facts:
        yield "; ".join(facts)


def _field(desk: Desk, one: Field) -> Iterator[str]:
    title = f" ({one.title})" if one.title and one.title != one.name else ""
    needed = "" if one.required else ", may be missing"
    yield f"**{one.name}**{title}: {one.kind}{needed}, from column `{one.reading.column}`"
    if one.help:
        yield one.help
    examples = example_values(desk.project, one.reading.column)
    if examples:
        yield "in the sample feed: " + ", ".join(f"`{text}`" for text in examples)


def _function(one: Function) -> Iterator[str]:
    parameters = ", ".join(p.name + (" ..." if p.repeated else "") for p in one.parameters)
    yield f"**{one.name}**({parameters})" + (": may fail" if one.fails else "")
    if one.help:
        yield one.help
    if one.examples:
        shown = [f"{text}  gives  {value}" for text, value in one.examples.items()]
        yield "```rules\n" + "\n".join(shown[:4]) + "\n```"


def _table(desk: Desk, name: str) -> str:
    columns = desk.tables[name]
    return f"**{name}**: table" + (f" of {', '.join(f'`{c}`' for c in columns)}" if columns else "")


def _line_of(desk: Desk, name: str) -> str:
    span = desk.lets[name].span
    source = desk.declarations.report.sources[span.file]
    return source.text[span.start : span.end].rstrip()

"""What a word means: of an attribute, a field, a function, a name of the rules, a keyword."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.editor.desk import Desk
from engine.editor.samples import example_values
from engine.editor.words import Word, word_at
from engine.language import syntax as s
from engine.language.keywords import KEYWORDS
from engine.language.vocabulary import Attribute, Function
from engine.language.walks import nodes_of
from engine.values.field import Field

_FROM = re.compile(r"\s+from\s+(\w+)")
_MOST = 5
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
    "only": "`only when`: what is assigned inside is not sent where the condition is no.",
    "warn": "The offer is made, with a warning.",
    "drop": "The attribute is left out, with a warning.",
    "override": "Changes a mapping or an action on a channel, or for some time.",
    "milestone": "An instant with a name; `to be confirmed` where nobody knows it yet.",
    "extends": "The channel takes over mappings and windows of another.",
    "source": "The clause of the notice that the rules below implement; `explain` shows it.",
    "states": "The states of orders, and what each channel calls them.",
    "route": "On which channel an order is handled.",
    "allowed": "`allowed in`: the states in which the action may be asked for.",
    "leads": "`leads to`: the state in which the action leaves the order.",
    "mandatory": "The parameter must be given.",
    "optional": "The parameter may be given.",
    "forbidden": "The parameter must not be given; the sentence says why.",
    "suggest": "What to do instead of an action that is not there.",
    "expect": "What a test waits for.",
    "given": "The product or order that a test is about.",
    "confirmed": "`to be confirmed`: nobody knows the instant yet; what leans on it says so.",
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
    elif word.before.rstrip().endswith("take"):
        yield from _column(desk, word)
    elif name in desk.attributes:
        yield from _attribute(desk.attributes[name])
        yield from _rests_on(desk, [n for n in _values_of(desk) if name in _given_by(n)])
    elif name in desk.lets:
        yield f"**{name}**: defined here"
        yield f"```rules\n{_text_of(desk, desk.lets[name])}\n```"
        yield from _rests_on(desk, [desk.lets[name]])
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
    else:
        yield from _of_orders(desk, word)


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


def _column(desk: Desk, word: Word) -> Iterator[str]:
    """A column that is looked up: in which tables, and what stands in it."""
    named = _FROM.match(word.after)
    for node in desk.declarations.tables:
        table = node.name.text
        if word.text not in desk.tables[table] or (named and named[1] != table):
            continue
        yield f"**{word.text}**: column of the table `{table}`"
        if isinstance(node, s.TableFromCsv):
            read = desk.files.text_table(node.path.value, node.span.file)
            known = read[0] if read is not None else None
            at = desk.tables[table].index(word.text)
            cells = [row[at] for row in known.rows if at < len(row)] if known is not None else []
            values = [value for value in dict.fromkeys(cells) if value.strip()][:_MOST]
            if values:
                yield "in it: " + ", ".join(f"`{value}`" for value in values)


def _of_orders(desk: Desk, word: Word) -> Iterator[str]:
    """A state or an action: what the channels call it, what may be done in it."""
    for tree in desk.trees:
        for node in tree.declarations:
            match node:
                case s.States(columns=columns, rows=rows):
                    for row in (row for row in rows if row.state.text == word.text):
                        natives = zip(columns[1:], row.natives, strict=False)
                        named = [f"{c.text}: `{n.value}`" for c, n in natives if n is not None]
                        yield f"**{word.text}**: a state of orders"
                        yield "; ".join(named)
                case s.Action(name=name, channels=channels) if name.text == word.text:
                    on = ", ".join(c.text for c in channels)
                    yield f"**{word.text}**: an action on {on}"
                    yield f"```rules\n{_text_of(desk, node)}\n```"
                case s.NoAction(name=name, channels=channels) if name.text == word.text:
                    on = ", ".join(c.text for c in channels)
                    yield f"**{word.text}**: not there on {on}"
                case _:
                    pass


def _values_of(desk: Desk) -> list[s.Assignment | s.Decide]:
    return [
        node
        for tree in desk.trees
        for node in nodes_of(tree)
        if isinstance(node, s.Assignment | s.Decide)
    ]


def _given_by(node: s.Assignment | s.Decide) -> tuple[str, ...]:
    if isinstance(node, s.Assignment):
        return (node.attribute.text,)
    return tuple(name.text for name in node.attributes)


def _rests_on(desk: Desk, nodes: Sequence[s.Node]) -> Iterator[str]:
    """The fields that values are made of, through names, with values of the sample feed."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = list(nodes)
    while waiting:
        for name in _names_in(waiting.pop(0)):
            if name in desk.lets and name not in seen:
                seen.add(name)
                waiting.append(desk.lets[name])
            elif name in desk.fields:
                found.setdefault(name)
    lines = []
    for name in list(found)[:_MOST]:
        examples = example_values(desk.project, desk.fields[name].reading.column)
        shown = ", ".join(f"`{text}`" for text in examples)
        lines.append(f"- `{name}`" + (f": {shown} in the sample feed" if shown else ""))
    if lines:
        yield "made of\n" + "\n".join(lines)


def _names_in(node: s.Node) -> Iterator[str]:
    for inner in nodes_of(node):
        if isinstance(inner, s.Reference):
            yield inner.name
        elif isinstance(inner, s.Decide):
            yield from (name.text for name in inner.inputs)


def _text_of(desk: Desk, node: s.Node) -> str:
    source = desk.declarations.report.sources[node.span.file]
    return source.text[node.span.start : node.span.end].rstrip()

"""The files of a ruleset gathered: what each top-level declaration says, and where names come from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.codes import dates, names, periods, syntax, types
from engine.diagnostics.diagnostic import Diagnostic, Help, Label, Report
from engine.diagnostics.place import Source, Span, Spans
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.files import ProjectFiles
from engine.language.instants import instant_of, zone_fault
from engine.language.parser import parse
from engine.language.suggestions import did_you_mean
from engine.language.vocabulary import Vocabulary
from engine.values.field import SourceSchema


class Declarations(Struct):
    """All declarations of a rule file and of the files it uses, in order."""

    report: Report
    files: list[s.RulesFile] = field(default_factory=list)
    currency: str = "EUR"
    timezone: str = "Europe/Paris"
    source: SourceSchema | None = None
    order_source: SourceSchema | None = None
    vocabulary: Vocabulary | None = None
    milestones: dict[str, r.MilestoneRules] = field(default_factory=dict)
    channels: dict[str, s.Channel] = field(default_factory=dict)
    tables: list[s.TableFromCsv | s.TableInPlace] = field(default_factory=list)
    mappings: list[s.Mapping] = field(default_factory=list)
    overrides: list[s.Override] = field(default_factory=list)
    tests: list[s.Test | s.TestTable] = field(default_factory=list)
    orders: list[s.OrderDeclaration] = field(default_factory=list)
    reads: list[Span] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)  # names that lines which cannot be read define


def gather(
    entry: Source, files: ProjectFiles, report: Report, others: Iterable[Source] = ()
) -> Declarations:
    """Read `entry`, the `others` beside it, and the files they use; each of them once."""
    found = Declarations(report)
    for source in (entry, *others):
        if source.name not in report.sources:
            _file(source, files, found, ())
    if found.orders and not (found.mappings or found.overrides or found.tests):
        # Rules about orders alone need neither products nor offers.
        found.source = found.source or SourceSchema("schemas/product.schema.json", {})
        found.vocabulary = found.vocabulary or Vocabulary({}, {}, frozenset())
    for part, example, known in (
        ("read product", "schemas/product.schema.json", found.source),
        ("write offer", "schemas/offer.schema.json", found.vocabulary),
    ):
        if known is None and not report.errors:
            says = f'write `{part} using "{example}"`'
            what = f"`{part}`"
            span = _first_line(found)
            report.add(Diagnostic.of(syntax.MISSING_PART, span, what=what, helps=[Help(says)]))
    return found


def _first_line(found: Declarations) -> Span:
    file = found.files[0].span.file
    return Spans(file, found.report.sources[file].text).line_span(1)


def _file(source: Source, files: ProjectFiles, found: Declarations, chain: tuple[str, ...]) -> None:
    found.report.sources[source.name] = source
    tree, faults = parse(source)
    found.report.extend(faults)
    found.files.append(tree)
    found.lost |= tree.lost
    for declaration in tree.declarations:
        match declaration:
            case s.Use(path=path):
                _use(path, source, files, found, (*chain, source.name))
            case s.Read(kind=kind):
                _known_kind(kind, ("product", "order"), "way to read", found.report)
                _schema(declaration, files, found)
            case s.Write(kind=kind):
                _known_kind(kind, ("offer",), "way to write", found.report)
                _schema(declaration, files, found)
            case s.Timezone(zone=zone):
                end = declaration.span.end
                fault = zone_fault(zone, source.span(end - len(zone), end))
                found.report.extend([fault] if fault else [])
                found.timezone = zone
            case s.Currency(currency=currency):
                found.currency = currency
            case s.Milestone():
                _milestone(declaration, found)
            case s.Channel(name=name):
                _once(name, "channel", found.channels.get(name.text), found.report)
                found.channels[name.text] = declaration
            case s.TableFromCsv() | s.TableInPlace():
                found.tables.append(declaration)
            case s.Mapping(kind=kind):
                _known_kind(kind, ("offer",), "mapping of", found.report)
                found.mappings.append(declaration)
            case s.Override(kind=kind):
                _known_kind(kind, ("offer",), "override of", found.report)
                found.overrides.append(declaration)
            case s.Test() | s.TestTable():
                found.tests.append(declaration)
            case (
                s.States()
                | s.Route()
                | s.Action()
                | s.OverrideAction()
                | s.NoAction()
                | s.OrderTest()
                | s.OrderTestTable()
            ):
                found.orders.append(declaration)


def _known_kind(name: s.Name, known: tuple[str, ...], what: str, report: Report) -> None:
    """Report a word where only a few may stand: what is read, written, mapped, sent, edited."""
    if name.text in known:
        return
    listed = " or ".join(f"`{word}`" for word in known)
    helps = did_you_mean(name.span, name.text, known, f"here stands {listed}")
    facts: dict[str, Any] = {"what": what, "name": name.text}
    report.add(Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, **facts))


def _use(
    path: s.Text,
    source: Source,
    files: ProjectFiles,
    found: Declarations,
    chain: tuple[str, ...],
) -> None:
    used = files.rules(path.value, source.name)
    if used is None:
        says = "paths are looked for beside this file, then in the project"
        facts: dict[str, Any] = {"what": "rule file", "name": path.value}
        found.report.add(Diagnostic.of(names.UNKNOWN_NAME, path.span, helps=[Help(says)], **facts))
    elif used.name in chain:
        cycle = " → ".join((*chain[chain.index(used.name) :], used.name))
        helps = [Help("move what both need into a file of its own, and let both use that")]
        found.report.add(Diagnostic.of(names.IMPORT_CYCLE, path.span, cycle=cycle, helps=helps))
    elif used.name not in found.report.sources:
        _file(used, files, found, chain)


def _schema(node: s.Read | s.Write, files: ProjectFiles, found: Declarations) -> None:
    path, file = node.path, node.span.file
    answer: tuple[object, list[Diagnostic]] | None
    if isinstance(node, s.Read):
        answer = files.source_schema(path.value, file)
    else:
        answer = files.vocabulary(path.value, file)
    if answer is None:
        says = "paths are looked for beside this file, then in the project, then in Feedwright"
        facts: dict[str, Any] = {"what": "schema file", "name": path.value}
        found.report.add(Diagnostic.of(names.UNKNOWN_NAME, path.span, helps=[Help(says)], **facts))
        return
    read, faults = answer
    found.report.extend(faults)
    if isinstance(read, SourceSchema) and node.kind.text == "order":
        found.order_source = read
    elif isinstance(read, SourceSchema):
        found.source = read
    elif isinstance(read, Vocabulary):
        found.vocabulary = read


def _milestone(node: s.Milestone, found: Declarations) -> None:
    _once(node.name, "milestone", found.milestones.get(node.name.text), found.report)
    at, faults = instant_of(node.at) if node.at else (None, [])
    found.report.extend(faults)
    found.milestones[node.name.text] = r.MilestoneRules(node.name.text, at, node.span)


def _once(
    name: s.Name,
    what: str,
    first: s.Node | r.MilestoneRules | None,
    report: Report,
) -> None:
    if first is not None:
        labels = [Label(first.span, "first declared here")]
        facts: dict[str, Any] = {
            "name": name.text,
            "twice": "declared twice as",
            "channel": f"a {what}",
        }
        report.add(Diagnostic.of(names.SET_TWICE, name.span, labels=labels, **facts))


def moment(
    node: s.Moment | None,
    found: Declarations,
) -> tuple[datetime | None, str | None]:
    """The instant of a moment, and the name of the milestone where it is to be confirmed."""
    if node is None:
        return None, None
    if isinstance(node, s.Instant):
        at, faults = instant_of(node)
        found.report.extend(faults)
        return at, None
    milestone = found.milestones.get(node.text)
    if milestone is None and node.text in found.lost:
        return None, None
    if milestone is None:
        known = ", ".join(f"`{m}`" for m in found.milestones) or "none"
        helps = did_you_mean(node.span, node.text, found.milestones, f"declared here: {known}")
        facts: dict[str, Any] = {"what": "milestone", "name": node.text}
        found.report.add(Diagnostic.of(names.UNKNOWN_NAME, node.span, helps=helps, **facts))
        return None, None
    return milestone.at, (milestone.name if milestone.at is None else None)


def reversed_interval(start: s.Moment | None, end: s.Moment | None, found: Declarations) -> None:
    """Report a period that ends before it begins."""
    first, _ = moment(start, found)
    last, _ = moment(end, found)
    if first and last and last <= first and end is not None:
        labels = [Label(start.span, f"begins {first:%Y-%m-%d %H:%M} UTC")] if start else []
        found.report.add(
            Diagnostic.of(
                dates.EMPTY_INTERVAL,
                end.span,
                mark=f"ends {last:%Y-%m-%d %H:%M} UTC",
                labels=labels,
            ),
        )


def channel_rules(found: Declarations) -> dict[str, r.ChannelRules]:
    """The channels with their own and inherited windows."""
    rules: dict[str, r.ChannelRules] = {}
    for name, node in found.channels.items():
        chain = _ancestors(node, found)
        windows: list[s.SendWindow] = []
        for ancestor in chain:
            own = [w for w in ancestor.windows if isinstance(w, s.SendWindow)]
            subjects = {w.subject.text for w in windows}
            windows += [w for w in own if w.subject.text not in subjects]
        for window in node.windows:
            reversed_interval(window.start, window.end, found)
            _window(window, found.report)
        extends = node.extends.text if node.extends else None
        rules[name] = r.ChannelRules(name, extends, tuple(windows), node.span)
    return rules


_SENT = ("offers", "orders", "products")
_EDITED = ("mappings",)


def _window(window: s.SendWindow | s.EditWindow, report: Report) -> None:
    """Report a window of something that is never sent, or of no cadence."""
    if isinstance(window, s.EditWindow):
        _known_kind(window.subject, _EDITED, "window to edit", report)
        return
    _known_kind(window.subject, _SENT, "window to send", report)
    if window.every is None:
        return
    if window.every.amount == 0:
        facts: dict[str, Any] = {"name": "every", "wanted": "a time above 0", "found": "0"}
        report.add(Diagnostic.of(types.WRONG_VALUE, window.every.span, **facts))
    if not window.automatically:
        helps = [Help("what is sent manually is sent when you say so: leave out `every ...`")]
        facts = {"word": "every", "helps": helps}
        report.add(Diagnostic.of(syntax.UNEXPECTED_WORD, window.every.span, **facts))


def _ancestors(node: s.Channel, found: Declarations) -> list[s.Channel]:
    """`node` and what it extends, nearest first; a cycle or an unknown name is reported."""
    chain = [node]
    while chain[-1].extends is not None:
        name = chain[-1].extends
        parent = found.channels.get(name.text)
        if parent is None and name.text in found.lost:
            return chain
        if parent is None:
            helps = did_you_mean(
                name.span, name.text, found.channels, "channels are declared with `channel`"
            )
            facts: dict[str, Any] = {"what": "channel", "name": name.text}
            found.report.add(Diagnostic.of(names.UNKNOWN_NAME, name.span, helps=helps, **facts))
            return chain
        if parent in chain:
            ring = chain[chain.index(parent) :]
            if parent is min(ring, key=lambda c: c.span):  # once, not from each of its channels
                cycle = " → ".join([*(c.name.text for c in ring), parent.name.text])
                helps = [Help("let one of them stand alone: take its `extends` out")]
                told = Diagnostic.of(periods.CHANNEL_CYCLE, name.span, cycle=cycle, helps=helps)
                found.report.add(told)
            return chain
        chain.append(parent)
    return chain


def ancestors(name: str, found: Declarations) -> list[str]:
    """`name` and the channels it extends, nearest first."""
    node = found.channels.get(name)
    return [c.name.text for c in _ancestors(node, found)] if node else [name]

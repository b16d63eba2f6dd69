"""Channels and time: overrides that change nothing or are over, channels that send at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from engine.diagnostics.codes import periods as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement
from engine.diagnostics.place import Span
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.study import Study, merged
from engine.language.instants import instant_of
from engine.language.walks import shape

# Each order belongs to one channel; offers and products would reach the marketplace twice.
_SENT_ONCE = ("offers", "products")


def check_periods(study: Study) -> list[Diagnostic]:
    """Look at overrides, at sending windows, and at milestones to be confirmed."""
    return merged(_idle_overrides(study), _both_send(study), _over(study), _unconfirmed(study))


# --- H801 ---------------------------------------------------------------------------------------


def _idle_overrides(study: Study) -> Iterator[Diagnostic]:
    overrides = [n for n in study.nodes if isinstance(n, s.Override)]
    for override in overrides:
        idle = [n for n in override.body if _changes_nothing(study, override, n, overrides)]
        if idle and len(idle) == len(override.body):
            edit = study.without_lines(override.span)
            yield _idle(idle[0].span.to(idle[-1].span), "leave the override out", edit)
        else:
            for node in idle:
                yield _idle(node.span, "leave it out", study.without_lines(node.span))


def _idle(span: Span, says: str, edit: tuple[Replacement, ...]) -> Diagnostic:
    helps = [Help(says, EditLevel.SAFE, edit)]
    return Diagnostic.of(codes.OVERRIDE_CHANGES_NOTHING, span, helps=helps)


def _changes_nothing(
    study: Study, override: s.Override, node: s.Statement, overrides: list[s.Override]
) -> bool:
    """Whether a statement of an override says what holds without it, on all its channels."""
    if not isinstance(node, s.Assignment | s.Let):
        return False
    name = _defined(node)
    channels = {c.text for c in override.channels}
    others = [o for o in overrides if o is not override and channels & {c.text for c in o.channels}]
    if any(name in _all_defined(o.body) for o in others):
        return False
    if isinstance(node.value, s.Inherited):
        return True
    return all(_says_the_same(study, channel, node) for channel in channels)


def _defined(node: s.Statement) -> str | None:
    match node:
        case s.Assignment(attribute=name) | s.Let(name=name):
            return name.text
        case _:
            return None


def _all_defined(body: tuple[s.Statement, ...]) -> set[str | None]:
    """What is defined anywhere in a body."""
    return {*(_defined(node) for node in body), *_guarded(body)}


def _says_the_same(study: Study, channel: str, node: s.Assignment | s.Let) -> bool:
    """Whether the mappings of `channel` hold the very same statement, under no condition."""
    mappings = _mappings_of(study, channel)
    inside = {n for m in mappings for n in _guarded(m.body)}
    same = [
        n
        for m in mappings
        for n in m.body
        if isinstance(n, s.Assignment | s.Let) and _defined(n) == _defined(node)
    ]
    found = len(same) == 1 and _defined(node) not in inside
    return found and shape(same[0]) == shape(node)


def _guarded(body: tuple[s.Statement, ...], *, inside: bool = False) -> Iterator[str | None]:
    """What is defined in `only when` blocks or by tables."""
    for node in body:
        match node:
            case s.OnlyWhen(body=inner):
                yield from _guarded(inner, inside=True)
            case s.Decide(attributes=attributes):
                yield from (a.text for a in attributes)
            case _ if inside:
                yield _defined(node)
            case _:
                pass


def _mappings_of(study: Study, channel: str) -> list[s.Mapping]:
    """The mappings of `channel`, or of the nearest channel it extends that has any."""
    name: str | None = channel
    while name is not None:
        found = [
            n
            for n in study.nodes
            if isinstance(n, s.Mapping) and name in {c.text for c in n.channels}
        ]
        if found:
            return found
        rules = study.ruleset.channels.get(name)
        name = rules.extends if rules else None
    return []


# --- H805 ---------------------------------------------------------------------------------------


class _Stretch(Struct, frozen=True):
    start: datetime | None
    end: datetime | None

    def meets(self, other: _Stretch) -> bool:
        """Whether the two have an instant in common."""
        starts = [x.start for x in (self, other) if x.start is not None]
        ends = [x.end for x in (self, other) if x.end is not None]
        return not starts or not ends or max(starts) < min(ends)


def _both_send(study: Study) -> Iterator[Diagnostic]:
    """A channel and one that it extends, at one marketplace: both would send the same offers."""
    for channel in study.ruleset.channels.values():
        for other in _extended(study, channel):
            for subject in _SENT_ONCE:
                yield from _pair(study, channel, other, subject)


def _extended(study: Study, channel: r.ChannelRules) -> Iterator[r.ChannelRules]:
    name = channel.extends
    while name is not None and name in study.ruleset.channels:
        yield study.ruleset.channels[name]
        name = study.ruleset.channels[name].extends


def _pair(
    study: Study, channel: r.ChannelRules, other: r.ChannelRules, subject: str
) -> Iterator[Diagnostic]:
    for own in _automatic(channel, subject):
        for theirs in _automatic(other, subject):
            mine, yours = _stretch(study, own), _stretch(study, theirs)
            if mine and yours and mine.meets(yours):
                inherited = own.span == theirs.span
                place = _first_line(study, channel.span) if inherited else own.span
                says = f"{other.name} sends them here" + (", and passes it on" if inherited else "")
                helps = [Help("end one with `until`, and begin the other there with `from`")]
                yield Diagnostic.of(
                    codes.BOTH_SEND,
                    place,
                    left=channel.name,
                    right=other.name,
                    subject=subject,
                    labels=[Label(theirs.span, says)],
                    helps=helps,
                )
                return


def _automatic(channel: r.ChannelRules, subject: str) -> list[s.SendWindow]:
    return [w for w in channel.windows if w.subject.text == subject and w.automatically]


def _stretch(study: Study, window: s.SendWindow) -> _Stretch | None:
    """When a window is open; None where a milestone of it is to be confirmed."""
    edges = []
    for moment in (window.start, window.end):
        at = instant_at(study, moment)
        if moment is not None and at is None:
            return None
        edges.append(at)
    return _Stretch(*edges)


def instant_at(study: Study, moment: s.Moment | None) -> datetime | None:
    """The instant of a moment; None where there is none, or it is to be confirmed."""
    match moment:
        case s.Name(text=name):
            milestone = study.ruleset.milestones.get(name)
            return milestone.at if milestone else None
        case s.Instant():
            return instant_of(moment)[0]
        case None:
            return None


def _first_line(study: Study, span: Span) -> Span:
    end = study.text(span).find("\n")
    return span if end < 0 else study.part(span, span.start, span.start + end)


# --- E813, E814 ---------------------------------------------------------------------------------


def _over(study: Study) -> Iterator[Diagnostic]:
    """Overrides whose period has ended, where it is known what time it is."""
    for node in study.nodes:
        if not isinstance(node, s.Override | s.OverrideAction | s.NoAction):
            continue
        if study.now is not None and node.end is not None:
            end = instant_at(study, node.end)
            if end is not None and end <= study.now:
                edit = study.without_lines(node.span)
                helps = [Help("leave it out", EditLevel.CHOICE, edit)]
                when = f"{end:%Y-%m-%d %H:%M} UTC"
                yield Diagnostic.of(codes.ALREADY_OVER, node.end.span, when=when, helps=helps)


def _unconfirmed(study: Study) -> Iterator[Diagnostic]:
    """Each milestone to be confirmed that something leans on, told once."""
    for milestone in study.ruleset.milestones.values():
        places = list(leaning(study.nodes, milestone.name)) if milestone.at is None else []
        if places:
            labels = [Label(milestone.span, "to be confirmed")]
            labels += [Label(span, "leans on it too") for span in places[1:]]
            says = "write its instant as soon as it is known: `2025-12-31 23:59 Europe/Paris`"
            yield Diagnostic.of(
                codes.UNCONFIRMED,
                places[0],
                name=milestone.name,
                labels=labels,
                helps=[Help(says)],
            )


def leaning(nodes: Iterable[s.Node], name: str) -> Iterator[Span]:
    """Each place among `nodes` that names the milestone `name`."""
    for node in nodes:
        match node:
            case s.Reference(name=used) if used == name:
                yield node.span
            case s.SendWindow(start=start, end=end) | s.EditWindow(start=start, end=end):
                yield from _named(name, start, end)
            case (
                s.Override(start=start, end=end)
                | s.OverrideAction(start=start, end=end)
                | s.NoAction(start=start, end=end)
            ):
                yield from _named(name, start, end)
            case _:
                pass


def _named(name: str, *moments: s.Moment | None) -> Iterator[Span]:
    for moment in moments:
        if isinstance(moment, s.Name) and moment.text == name:
            yield moment.span

"""The timeline for people and programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.language.orders.checker import shown_instant
from engine.language.timeline import Change, Moment, Start, Timeline

UNCONFIRMED = "to be confirmed"


def timeline_text(line: Timeline, zone: str, at: datetime) -> str:
    """The timeline as text; a line marks where `at` is."""
    lines: list[str] = []
    here = f"--- {shown_instant(at, zone)} is here ---"
    marked = False
    for moment in line.moments:
        later = moment.at is None or moment.at > at
        if later and not marked:
            lines += [here, ""]
            marked = True
        lines += [*_moment(moment, zone), ""]
    lines += [] if marked else [here, ""]
    if line.always:
        lines += ["always", *(f"    {_change(change)}" for change in line.always), ""]
    if line.starts:
        lines += ["how offers start", *(f"    {_start(start, zone)}" for start in line.starts)]
    return "\n".join(lines).rstrip() + "\n"


def _moment(moment: Moment, zone: str) -> list[str]:
    when = shown_instant(moment.at, zone) if moment.at else UNCONFIRMED
    names = f"  {', '.join(moment.milestones)}" if moment.milestones else ""
    changes = [f"    {_change(change)}" for change in moment.changes]
    return [f"{when}{names}", *(changes or ["    nothing changes"])]


def _change(change: Change) -> str:
    return f"{change.says} ({change.span.file}:{change.span.line})"


def _start(start: Start, zone: str) -> str:
    when = f"from {shown_instant(start.at, zone)} on" if start.at else "from the beginning"
    if not start.mapped:
        return f"{start.channel}, {when}: INCOMPLETE, no mapping is written for it"
    if start.lacking:
        return f"{start.channel}, {when}: INCOMPLETE, never set: {', '.join(start.lacking)}"
    return f"{start.channel}, {when}: every required attribute is set"


def timeline_json(line: Timeline) -> dict[str, Any]:
    """The timeline as JSON data."""
    return {
        "moments": [
            {
                "at": moment.at.isoformat() if moment.at else None,
                "milestones": list(moment.milestones),
                "changes": [_change_json(change) for change in moment.changes],
            }
            for moment in line.moments
        ],
        "always": [_change_json(change) for change in line.always],
        "starts": [
            {
                "channel": start.channel,
                "at": start.at.isoformat() if start.at else None,
                "complete": start.mapped and not start.lacking,
                "mapped": start.mapped,
                "lacking": list(start.lacking),
                "rule": {"file": start.span.file, "line": start.span.line},
            }
            for start in line.starts
        ],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {"says": change.says, "rule": {"file": change.span.file, "line": change.span.line}}

"""The timeline as one page: what changes when, where `now` is, and how channels start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.language.orders.checker import shown_instant
from engine.language.timeline import Change, Start, Timeline
from engine.preview.page import render_page


def timeline_page(line: Timeline, zone: str, at: datetime) -> str:
    """The page; it marks where `at` is."""
    moments = [
        {
            "when": shown_instant(moment.at, zone) if moment.at else "",
            "at": moment.at.isoformat() if moment.at else "",
            "milestones": moment.milestones,
            "changes": [_change(change) for change in moment.changes],
            "past": moment.at is not None and moment.at <= at,
        }
        for moment in line.moments
    ]
    return render_page(
        "timeline.html.j2",
        now=shown_instant(at, zone),
        now_at=at.isoformat(),
        past=[m for m in moments if m["past"]],
        to_come=[m for m in moments if not m["past"]],
        always=[_change(change) for change in line.always],
        starts=[_start(start, zone) for start in line.starts],
    )


def _change(change: Change) -> Mapping[str, Any]:
    return {"says": change.says, "place": f"{change.span.file}:{change.span.line}"}


def _start(start: Start, zone: str) -> Mapping[str, Any]:
    return {
        "channel": start.channel,
        "when": f"from {shown_instant(start.at, zone)} on" if start.at else "from the beginning",
        "complete": start.mapped and not start.lacking,
        "mapped": start.mapped,
        "lacking": ", ".join(start.lacking),
        "place": f"{start.span.file}:{start.span.line}",
    }

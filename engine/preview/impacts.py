"""What a change of rules changes: as terminal text, JSON, or Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import ndiff
from typing import Any

from engine.diagnostics.place import Source, Span
from engine.diagnostics.visible import visible
from engine.insight.causes import Cause
from engine.insight.impact import Change, Impact
from engine.offers.results import Outcome
from engine.preview.movements import move_words

Sources = tuple[Mapping[str, Source], Mapping[str, Source]]
_WAYS = {
    (Outcome.OFFER, Outcome.REJECTED): "newly rejected",
    (Outcome.OFFER, Outcome.EXCLUDED): "newly excluded",
    (Outcome.REJECTED, Outcome.OFFER): "newly accepted",
    (Outcome.EXCLUDED, Outcome.OFFER): "no longer excluded",
    (Outcome.REJECTED, Outcome.EXCLUDED): "excluded, rejected before",
    (Outcome.EXCLUDED, Outcome.REJECTED): "rejected, excluded before",
}
SAME = "Both versions mean the same: nothing can change, whatever the feed."


def impact_text(impact: Impact, sources: Sources) -> Iterator[str]:
    """The lines of a report for a terminal."""
    yield _sum(impact)
    yield from (f"  {line}" for line in _counts(impact))
    yield from (f"  WATCH OUT: {line}" for line in _warnings(impact))
    for change in impact.ranked():
        yield ""
        yield f"{change.attribute}: {_offers(change.rows)}, by {_cause(change.cause)}"
        yield from (f"    {line}" for line in _rule_lines(change.cause, sources))
        yield from (f"  {line}" for line in _moves(change))
        for shown in change.examples:
            yield f"  row {shown.row} {visible(shown.sku or '')}: {_step(shown.old, shown.new)}"
    for title, way in (("No offer any more", "lost"), ("An offer now", "won")):
        told = impact.ranked_reasons(way)
        if told:
            yield ""
            yield f"{title}, {'because' if way == 'lost' else 'which was refused because'}:"
        for one in told:
            reason = one.example
            place = f"  {reason.file}:{reason.line}" if reason.file else ""
            yield f"  {_rows(one.rows)}  {reason.code}{place}"
            yield f"    row {one.example_row} {visible(one.example_sku or '')}: {reason.message}"


def impact_markdown(impact: Impact, sources: Sources) -> str:
    """A summary for a pull request."""
    lines = ["### What this change of rules does", "", escaped(_sum(impact)), ""]
    lines += [f"- {escaped(line)}" for line in _counts(impact)]
    lines += [f"- **Watch out:** {escaped(line)}" for line in _warnings(impact)]
    if impact.changes:
        lines += ["", "| attribute | offers | change | caused by | for example |"]
        lines += ["|---|---:|---|---|---|"]
    for change in impact.ranked():
        examples = "; ".join(
            f"{e.sku or e.row}: {_step(e.old, e.new)}" for e in change.examples[:2]
        )
        told = [change.attribute, str(change.rows), ", ".join(_moves(change))]
        told += [_cause(change.cause).replace("`", ""), examples]
        lines.append("| " + " | ".join(escaped(cell) for cell in told) + " |")
    lost = impact.ranked_reasons("lost")
    if lost:
        lines += ["", "| no offer any more | why | for example |", "|---:|---|---|"]
    for one in lost:
        place = f" {one.example.file}:{one.example.line}" if one.example.file else ""
        told = [str(one.rows), f"{one.example.code}{place}"]
        told.append(f"{one.example_sku or one.example_row}: {one.example.message}")
        lines.append("| " + " | ".join(escaped(cell) for cell in told) + " |")
    changed = [
        line
        for c in dict.fromkeys(c.cause for c in impact.ranked())
        for line in _rule_lines(c, sources)
    ]
    if changed:
        lines += ["", "```diff", *(line.replace("`", "'") for line in changed), "```"]
    return "\n".join(lines) + "\n"


def impact_json(impact: Impact | None) -> dict[str, Any]:
    """The report as JSON data: stable keys; `same` where both versions mean the same."""
    if impact is None:
        return {"same": True, "changes": [], "outcomes": {}, "reasons": []}
    return {
        "same": False,
        "rows": impact.read,
        "offers_touched": impact.touched,
        "outcomes": {
            f"{old}->{new}": rows
            for old, news in sorted(impact.outcomes.items())
            for new, rows in sorted(news.items())
        },
        "stock_falls_to_zero": impact.emptied,
        "decimal_slips": dict(sorted(impact.slips.items())),
        "changes": [_change_json(change) for change in impact.ranked()],
        "reasons": [
            {
                "way": way,
                "rows": one.rows,
                "example_row": one.example_row,
                **one.example.as_json(),
            }
            for way in ("lost", "won")
            for one in impact.ranked_reasons(way)
        ],
    }


def _change_json(change: Change) -> dict[str, Any]:
    cause = change.cause
    found: dict[str, Any] = {
        "attribute": change.attribute,
        "offers": change.rows,
        "added": change.added,
        "removed": change.removed,
        "cause": {"sort": cause.sort, "name": cause.shown}
        | {
            w: {"file": s.file, "line": s.line}
            for w, s in (("old", cause.old), ("new", cause.new))
            if s
        },
    }
    if change.movement is not None and change.movement.rows:
        move = change.movement
        found["movement"] = {
            "up": move.up,
            "down": move.down,
            "lowest": move.lowest,
            "highest": move.highest,
            "median_percent": move.median,
            "farthest_percent": move.farthest,
        }
    found["examples"] = [
        {"row": e.row, "sku": e.sku, "old": e.old, "new": e.new} for e in change.examples
    ]
    return found


# --- sentences ----------------------------------------------------------------------------------


def _sum(impact: Impact) -> str:
    if not impact.any:
        return f"{_rows(impact.read)} read: no row changes."
    return (
        f"{_rows(impact.read)} read: {_offers(impact.touched)} with other values, "
        f"{_rows(impact.moved)} with another outcome."
    )


def _counts(impact: Impact) -> Iterator[str]:
    for (old, new), words in _WAYS.items():
        rows = impact.count(old, new)
        if rows:
            yield f"{words}: {_rows(rows)}"


def _warnings(impact: Impact) -> Iterator[str]:
    for name, rows in sorted(impact.slips.items()):
        yield f"{name} is off by exactly 10, 100 or 1000 in {_offers(rows)}: a decimal slip?"
    if impact.emptied:
        yield f"stock falls to 0 in {_offers(impact.emptied)}"


def _cause(cause: Cause) -> str:
    span = cause.new or cause.old
    place = f" ({span.file}:{span.line})" if span is not None and span.file else ""
    match cause.sort:
        case "field":
            return f"how the field `{cause.shown}` is read{place}"
        case "let":
            return f"`{cause.shown}`{place}"
        case "requirement":
            return f"a requirement that leaves it out{place}"
        case _:
            return f"the rule of {cause.shown}{place}"


def _rule_lines(cause: Cause, sources: Sources) -> Iterator[str]:
    """The lines of the rule, as they were and as they are, where their words differ."""
    old = _lines(cause.old, sources[0])
    new = _lines(cause.new, sources[1])
    if old == new:
        if new:
            yield "the rule reads as before; a table or what it names is another"
        return
    yield from (line for line in ndiff(old, new) if line[0] in "-+")


def _lines(span: Span | None, sources: Mapping[str, Source]) -> list[str]:
    source = sources.get(span.file) if span is not None else None
    if span is None or source is None:
        return []
    text = source.text[span.start : span.end]
    return [visible(line.strip()) for line in text.split("\n") if line.strip()]


def _moves(change: Change) -> Iterator[str]:
    if change.added:
        yield f"{change.added} newly sent"
    if change.removed:
        yield f"{change.removed} no longer sent"
    move = change.movement
    if move is not None and move.rows:
        yield from move_words(move)


def _step(old: str | None, new: str | None) -> str:
    return f"{visible(old) if old is not None else '(none)'} -> {visible(new) if new is not None else '(none)'}"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _offers(count: int) -> str:
    return "1 offer" if count == 1 else f"{count} offers"


def escaped(text: str) -> str:
    """`text` so that Markdown shows it as it is."""
    for mark in ("\\", "|", "`", "*", "_", "<", "[", "]"):
        text = text.replace(mark, f"\\{mark}" if mark != "<" else "&lt;")
    return text

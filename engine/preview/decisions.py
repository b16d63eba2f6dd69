"""A decision about an order, for people."""

from __future__ import annotations

import json

from engine.orders.batch import Decided
from engine.orders.decision import Decision, Suggestion


def decision_text(decision: Decision) -> str:
    """The decision, its reason, and the requests, as lines for a terminal."""
    code = f" [{decision.code}]" if decision.code else ""
    lines = [f"{decision.ruling.value}{code}: {decision.reason}"]
    if decision.rule.file:
        lines.append(f"  by {decision.rule.file}:{decision.rule.line}")
    if decision.suggest is not None:
        lines.append(f"  instead: {_suggestion(decision.suggest)}")
    lines += [f"  warning: {says}" for says in decision.warnings]
    if decision.stand_ins:
        named = " and ".join(f"the {what}" for what in decision.stand_ins)
        lines.append(f"  nobody said {named}: the requests show stand-ins")
    for request in decision.requests:
        lines.append(f"  {request.method} {request.path}")
        lines += [f"    {name}: {value}" for name, value in request.headers]
        lines.append(f"    {json.dumps(request.body, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def decided_line(decided: Decided) -> str:
    """One of many decisions, on a line."""
    decision = decided.decision
    what = f"{decided.action} {decided.order}: " if decided.action else ""
    code = f" {decision.code}" if decision.code else ""
    instead = f"; instead: {_suggestion(decision.suggest)}" if decision.suggest else ""
    warned = "".join(f"; warning: {says}" for says in decision.warnings)
    ruling = decision.ruling.value
    return f"line {decided.line}  {ruling}{code}  {what}{decision.reason}{instead}{warned}\n"


def _suggestion(suggestion: Suggestion) -> str:
    needs = f" with {', '.join(suggestion.parameters)}" if suggestion.parameters else ""
    says = f" ({suggestion.says})" if suggestion.says else ""
    return f"{suggestion.action or 'nothing'}{needs}{says}"

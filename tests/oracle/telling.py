"""Checked rules as text again, so that a failure of the random comparison can be read."""

from __future__ import annotations

from engine.language import ruleset as r
from engine.values.kinds import KindName


def tell(one: r.Slice) -> str:
    """`one` much as a person would have typed it, with the line that faults name."""
    return "\n".join(f"{step.span.line:4} {_step(step)}" for step in one.steps)


def _step(step: r.Step) -> str:
    match step:
        case r.LetStep(name=name, value=value):
            return f"let {name} = {told(value)}"
        case r.AttributeStep(attribute=attribute, value=value):
            return f"{attribute.name} = {told(value)}"
        case r.DecideStep():
            rows = [
                f"\n       | {told(row.condition)} || {' | '.join(map(told, row.results))} |"
                for row in step.rows
            ]
            names = ", ".join(a.name for a in step.attributes)
            guard = f"only when {told(step.guard)} " if step.guard else ""
            return f"{guard}decide {names} by {step.policy.value}{''.join(rows)}"
        case r.ExcludeStep(condition=condition):
            return f"exclude when {told(condition)}"
        case r.RequireStep():
            guard = f" when {told(step.guard)}" if step.guard else ""
            then = f"{step.consequence.value} {step.drops or ''}"
            return f"require {told(step.condition)}{guard} else {then}"
        case r.AlwaysStep(condition=condition):
            return f"always {told(condition)}"


def told(one: r.Bound) -> str:  # noqa: C901 - one return a form
    """An expression as text, every operation in parentheses."""
    match one:
        case r.Constant(value=str() as text):
            return f'"{text}"'
        case r.Constant(value=bool() as yes):
            return "yes" if yes else "no"
        case r.Constant(value=value, kind=kind):
            words = {KindName.MONEY: " EUR", KindName.QUANTITY: " kg", KindName.DURATION: " s"}
            return f"{value}{words.get(kind.name, '')}"
        case r.FieldValue(field=field):
            return field.name
        case r.LetValue(name=name) | r.AttributeValue(name=name):
            return name
        case r.NowValue():
            return "now"
        case r.Compute():
            return f"({told(one.left)} {one.operator.value} {told(one.right)})"
        case r.Negate(value=value):
            return f"-({told(value)})"
        case r.Compare():
            return f"({told(one.left)} {one.comparator.value} {told(one.right)})"
        case r.OneOf(value=value, items=items, negated=negated):
            word = "not in" if negated else "in"
            return f"({told(value)} {word} ({', '.join(map(told, items))}))"
        case r.Present(value=value, present=present):
            return f"({told(value)} {'present' if present else 'missing'})"
        case r.Opposite(condition=condition):
            return f"not ({told(condition)})"
        case r.AllOf(conditions=conditions):
            return f"({' and '.join(map(told, conditions))})"
        case r.AnyOf(conditions=conditions):
            return f"({' or '.join(map(told, conditions))})"
        case r.Repaired(repair=repair, value=value, alternative=alternative):
            return f"({told(value)} {repair.value} {told(alternative)})"
        case r.Round(value=value, mode=mode, step=step):
            return f"({told(value)} rounded {mode.value} to {step})"
        case r.TakeFrom(table=table, column=column, keys=keys):
            return f"(take {column} from {table.name} for {', '.join(map(told, keys))})"
        case r.CallOf(function=function, arguments=arguments):
            return f"{function.name}({', '.join(map(told, arguments))})"
        case r.DayEdge(start=start, value=value, zone=zone):
            return f"({'start' if start else 'end'} of {told(value)} in {zone})"
        case r.Choose(branches=branches, otherwise=otherwise):
            cases = [f"when {told(b.condition)} then {told(b.value)}" for b in branches]
            return f"({' '.join(cases)} otherwise {told(otherwise)})"
        case r.Omitted():
            return "omit"
        case r.Cleared():
            return "clear"
        case r.Rejected(span=span):
            return f'reject "line {span.line}"'
        case _:
            raise AssertionError(f"no words for {one}")

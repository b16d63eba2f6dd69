"""Numbers that may grow past what is computed exactly: 38 digits, as far as bounds tell."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from engine.diagnostics.codes import money as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.language import ruleset as r
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.study import Findings, Study
from engine.language.analyses.terms import subterms
from engine.language.kinding import decimals
from engine.language.syntax import Operator
from engine.values.kinds import KindName

MAX_DIGITS = 18  # of a cell, see `program/cells.py`
LIMIT = 2**127 - 1


class Size(Struct, frozen=True):
    """Whole numbers of 10**-scale; none is larger than `most`, whatever its sign."""

    most: int
    scale: int

    def at_scale(self, scale: int) -> int:
        """The largest number with more decimals."""
        return self.most * int(10 ** (scale - self.scale))


def check_sizes(study: Study) -> list[Diagnostic]:
    """Report arithmetic whose result may have more than 38 digits; the smallest part is marked."""
    findings = Findings()
    for known in study.slices:
        for value in known.terms:
            if isinstance(value, r.Compute) and _too_large(known, value):
                inner = [x for x in subterms(value) if x is not value and isinstance(x, r.Compute)]
                if not any(_too_large(known, x) for x in inner):
                    says = "round a part of it, or give the fields a `maximum` in the source schema"
                    found = Diagnostic.of(codes.TOO_LARGE, value.span, helps=[Help(says)])
                    findings.add("large", value.span, found)
    return findings.somewhere()


def _too_large(known: Knowledge, value: r.Compute) -> bool:
    size = _size(known, value)
    return size is not None and size.most > LIMIT


def _size(known: Knowledge, value: r.Bound) -> Size | None:
    """How large `value` may be; None where that is not known here."""
    match value:
        case r.Constant(value=Decimal() as number):
            scale = decimals(value, {}) or 0
            return Size(abs(int(number.scaleb(scale))), scale)
        case r.FieldValue():
            return _field(value)
        case r.LetValue() | r.AttributeValue():
            named = known.definition(value)
            return None if named is None else _size(known, named)
        case r.Negate(value=inner):
            return _size(known, inner)
        case r.Repaired(value=inner, alternative=other):
            return _larger(_size(known, inner), _size(known, other))
        case r.Compute():
            return _computed(value.operator, _size(known, value.left), _size(known, value.right))
        case _:
            return None


def _field(value: r.FieldValue) -> Size | None:
    field, scale = value.field, decimals(value, {})
    if scale is None or not field.kind.numeric:
        return None
    per_cent = 100 if field.kind.name is KindName.PERCENT else 1
    edges = (field.minimum, field.maximum)
    sizes = [abs(int((e / per_cent).scaleb(scale))) for e in edges if e is not None]
    return Size(max(sizes) if len(sizes) == len(edges) else 10**MAX_DIGITS, scale)


def _larger(left: Size | None, right: Size | None) -> Size | None:
    if left is None or right is None:
        return left or right
    scale = max(left.scale, right.scale)
    return Size(max(left.at_scale(scale), right.at_scale(scale)), scale)


def _computed(operator: Operator, left: Size | None, right: Size | None) -> Size | None:
    if left is None or right is None:
        return None
    match operator:
        case Operator.MULTIPLY:
            return Size(left.most * right.most, left.scale + right.scale)
        case Operator.ADD | Operator.SUBTRACT:
            scale = max(left.scale, right.scale)
            return Size(left.at_scale(scale) + right.at_scale(scale), scale)
        case Operator.DIVIDE:
            return None

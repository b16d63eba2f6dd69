"""Cases (`when ... then ...`): whether they cover everything, and whether each can be reached."""

from __future__ import annotations

from engine.diagnostics.codes import cases as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.conditions import is_constant
from engine.language.analyses.coverage import Coverage, example, uncovered_in
from engine.language.analyses.keys import Key, key
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.study import Findings, Study, merged
from engine.language.analyses.terms import Path, steps_with_paths


def check_cases(study: Study) -> list[Diagnostic]:
    """Gaps, cases that are never reached, cases that stand twice."""
    written = {node.span: node for node in study.nodes if isinstance(node, s.Cases)}
    gaps, doubts = Findings(), Findings()
    for known in study.slices:
        for value, path in steps_with_paths(known.rules):
            if isinstance(value, r.Choose) and value.span in written:
                look = _Look(study, known, value, path, doubts)
                look.rows()
                if written[value.span].otherwise is None:
                    gaps.add("gap", value.span, look.gap())
    return merged(gaps.somewhere(), doubts.everywhere())


class _Look:
    """A look at one value by cases, in one slice."""

    def __init__(
        self, study: Study, known: Knowledge, value: r.Choose, path: Path, doubts: Findings
    ) -> None:
        self.study, self.known, self.value, self.path = study, known, value, path
        self.doubts = doubts
        self.conditions = [b.condition for b in value.branches]
        self.coverage = Coverage.of(known, self.conditions, path)

    def gap(self) -> Diagnostic | None:
        """The report of a product that no case fits."""
        if self.coverage is None or not self.coverage.uncovered:
            return None
        found = example(
            self.known, self.path, self.conditions, lambda sp: uncovered_in(sp, self.conditions)
        )
        if found is None:
            return None
        helps = [Help('add `otherwise ...`: a value, `omit`, or `reject "..."`')]
        return Diagnostic.of(codes.NOT_COMPLETE, self.value.span, example=found, helps=helps)

    def rows(self) -> None:
        """Say of each case, and of `otherwise`, whether it is reached."""
        if self.coverage is None or not self.coverage.live:
            return
        twice = self._twice()
        rest = self.coverage.live
        for index, branch in enumerate(self.value.branches):
            fits = self.coverage.rows[index]
            constant = is_constant(self.known, branch.condition)
            found = None
            if index in twice:
                found = self._row_twice(index, twice[index])
            elif constant is None and not fits & rest:
                found = self._never_reached(index)
            self.doubts.add("row", branch.span, found)
            rest &= ~fits
            if constant is True:
                return  # said of the condition itself; what follows is no second mistake
        helps = [Help("leave it out, or look at the limits of the cases above it")]
        never = None
        if not rest:
            span = self.value.otherwise.span
            never = Diagnostic.of(codes.OTHERWISE_NEVER, span, helps=helps)
        if self.value.otherwise.span != self.value.span:
            self.doubts.add("otherwise", self.value.otherwise.span, never)

    def _twice(self) -> dict[int, int]:
        """The cases that say what an earlier one says, with that one."""
        first: dict[Key, int] = {}
        twice = {}
        for index, branch in enumerate(self.value.branches):
            said = (key(branch.condition), key(branch.value))
            if said in first:
                twice[index] = first[said]
            first.setdefault(said, index)
        return twice

    def _row_twice(self, index: int, first: int) -> Diagnostic:
        span = self.value.branches[index].span
        edit = self.study.without_lines(span)
        helps = [Help("leave out the second", EditLevel.SAFE, edit)] if edit else []
        labels = [Label(self.value.branches[first].span, "stands here already")]
        return Diagnostic.of(codes.ROW_TWICE, span, helps=helps, labels=labels)

    def _never_reached(self, index: int) -> Diagnostic:
        span = self.value.branches[index].span
        hiding, why = self._hiding(index)
        edit = self.study.without_lines(span) if index else ()
        says = "leave it out, or put it above what hides it"
        helps = [Help(says, EditLevel.CHOICE, edit) if edit else Help(says)]
        labels = [Label(self.value.branches[h].span, "fits all that this one fits") for h in hiding]
        return Diagnostic.of(codes.NEVER_REACHED, span, labels=labels, notes=why, helps=helps)

    def _hiding(self, index: int) -> tuple[list[int], list[str]]:
        """The case that hides another, or in words what does."""
        if self.coverage is None:
            return [], []
        own = self.coverage.rows[index] & self.coverage.live
        if not own:
            return [], ["the conditions around it leave nothing that it fits"]
        for earlier in range(index):
            if not own & ~self.coverage.rows[earlier]:
                return [earlier], []
        return [], ["the cases above it, taken together, fit all that this one fits"]

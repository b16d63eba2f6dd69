"""Decision tables: gaps, overlaps, rows that are never reached, columns that change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.diagnostics.codes import cases as codes
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.analyses.coverage import Coverage, example, uncovered_in
from engine.language.analyses.keys import Key, key
from engine.language.analyses.knowledge import Knowledge
from engine.language.analyses.space import Dimension, Space
from engine.language.analyses.study import Findings, Study, merged
from engine.language.analyses.terms import Fit
from engine.language.syntax import Comparator, HitPolicy
from engine.values.kinds import TEXT, YES_NO


def check_tables(study: Study) -> list[Diagnostic]:
    """Look at each decision table in each slice, and at the columns of look-up tables."""
    written = {node.span: node for node in study.nodes if isinstance(node, s.Decide)}
    faults, doubts = Findings(), Findings()
    for known in study.slices:
        for step in known.rules.steps:
            if isinstance(step, r.DecideStep) and step.span in written:
                look = _Look(study, known, step, written[step.span])
                look.complete(faults)
                look.overlaps(faults)
                sound = look.reached(doubts)
                look.columns(doubts, sound=sound)
    return merged(faults.somewhere(), doubts.everywhere(), _unused_columns(study))


class _Look:
    """A look at one decision table, in one slice."""

    def __init__(self, study: Study, known: Knowledge, step: r.DecideStep, node: s.Decide) -> None:
        self.study, self.known, self.step, self.node = study, known, step, node
        self.path = () if step.guard is None else (Fit(step.guard, fits=True),)
        self.conditions = [row.condition for row in step.rows]
        self.results = [tuple(key(x) for x in row.results) for row in step.rows]
        self.coverage = Coverage.of(known, self.conditions, self.path)

    # --- gaps -----------------------------------------------------------------------------------

    def complete(self, faults: Findings) -> None:
        """Report a product that no row fits, where an offer needs one."""
        coverage = self.coverage
        if coverage is None or not coverage.uncovered or not self._needs_a_row():
            return
        found = example(
            self.known, self.path, self.conditions, lambda sp: uncovered_in(sp, self.conditions)
        )
        if found is None:
            return
        helps = [Help("add a row for it, or a last row with `any`")]
        values = self._values_without_row()
        if values:
            told = " and ".join(f'"{v}"' for v in values)
            report = Diagnostic.of(
                codes.VALUE_WITHOUT_ROW, self.node.span, helps=helps, values=told
            )
        else:
            report = Diagnostic.of(codes.NOT_COMPLETE, self.node.span, helps=helps, example=found)
        faults.add("gap", self.node.span, report)

    def _needs_a_row(self) -> bool:
        if self.step.policy is not HitPolicy.EVERY:
            return True
        channel = self.known.rules.channel
        return any(channel in attribute.required_on for attribute in self.step.attributes)

    def _values_without_row(self) -> list[str]:
        """The values of a list that a column should name one by one, and that have no row."""
        for index in range(len(self.node.inputs)):
            cells = [row.conditions[index] for row in self.node.rows]
            subject = self._subject(index)
            listed = all(isinstance(cell, s.ListCell) for cell in cells)
            if listed and isinstance(subject, r.FieldValue) and subject.kind.choices:
                lacking = [v for v in subject.kind.choices if self._lacks(subject, v)]
                if lacking:
                    return lacking
        return []

    def _lacks(self, subject: r.FieldValue, value: str) -> bool:
        """Whether a product with `value` is certain to fit no row whatever else it has."""
        constant = r.Constant(subject.span, TEXT, missing=False, fails=False, value=value)
        test = r.Compare(
            subject.span,
            YES_NO,
            missing=subject.missing,
            fails=False,
            comparator=Comparator.IS,
            left=subject,
            right=constant,
        )
        space = Space(self.known)
        for condition in (test, *self.conditions):
            space.learn(condition)
        if not space.close():
            return False
        here = space.truth(test).yes
        if here & ~uncovered_in(space, self.conditions):
            return False
        there = example(
            self.known,
            self.path,
            [*self.conditions, test],
            lambda sp: uncovered_in(sp, self.conditions) & sp.truth(test).yes,
        )
        return there is not None

    # --- overlaps -------------------------------------------------------------------------------

    def overlaps(self, faults: Findings) -> None:
        """Report two rows that one product fits, where exactly one may."""
        if self.step.policy is not HitPolicy.EXACTLY_ONE or self.coverage is None:
            return
        twice = self._twice()
        for first, second in combinations(range(len(self.step.rows)), 2):
            both = self.coverage.rows[first] & self.coverage.rows[second] & self.coverage.live
            if both and second not in twice:
                faults.add("overlap", self.step.rows[second].span, self._overlap(first, second))

    def _overlap(self, first: int, second: int) -> Diagnostic | None:
        pair = [self.conditions[first], self.conditions[second]]
        found = example(
            self.known,
            self.path,
            pair,
            lambda sp: sp.truth(pair[0]).yes & sp.truth(pair[1]).yes,
        )
        if found is None:
            return None
        rows = self.step.rows
        labels = [Label(rows[first].span, "fits it too")]
        notes = ["`by exactly one row` refuses a product that two rows fit"]
        helps = [Help("draw the line between them, or write `by first row that fits`")]
        return Diagnostic.of(
            codes.ROWS_OVERLAP,
            rows[second].span,
            example=found,
            labels=labels,
            notes=notes,
            helps=helps,
        )

    # --- rows -----------------------------------------------------------------------------------

    def reached(self, doubts: Findings) -> bool:
        """Say of each row whether any product comes to it; whether one comes to all of them."""
        coverage = self.coverage
        if coverage is None or not coverage.live:
            return False
        twice = self._twice()
        rest = coverage.live
        sound = True
        for index, row in enumerate(self.step.rows):
            found = None
            if index in twice:
                found = self._row_twice(index, twice[index])
            elif not coverage.rows[index] & rest:
                found = self._never_reached(index)
            doubts.add("row", row.span, found)
            sound = sound and found is None
            if self.step.policy is HitPolicy.FIRST:
                rest &= ~coverage.rows[index]
        return sound

    def _twice(self) -> dict[int, int]:
        """The rows that say what an earlier one says, with that one."""
        first: dict[Key, int] = {}
        twice = {}
        for index, row in enumerate(self.step.rows):
            said = (key(row.condition), self.results[index])
            if said in first:
                twice[index] = first[said]
            first.setdefault(said, index)
        return twice

    def _row_twice(self, index: int, first: int) -> Diagnostic:
        span = self.step.rows[index].span
        # Only where the first row alone counts does nothing change.
        level = EditLevel.SAFE if self.step.policy is HitPolicy.FIRST else EditLevel.CHOICE
        helps = [Help("leave out the second", level, self.study.without_lines(span))]
        labels = [Label(self.step.rows[first].span, "stands here already")]
        return Diagnostic.of(codes.ROW_TWICE, span, helps=helps, labels=labels)

    def _never_reached(self, index: int) -> Diagnostic:
        span = self.step.rows[index].span
        labels, notes = [], []
        own = self.coverage.rows[index] & self.coverage.live if self.coverage else 0
        if not own:
            notes = ["no product can fit all its cells"]
        elif self.coverage:
            hiding = [h for h in range(index) if not own & ~self.coverage.rows[h]]
            labels = [Label(self.step.rows[h].span, "fits all that it fits") for h in hiding[:1]]
            together = "the rows above it, taken together, fit all that it fits"
            notes = [] if hiding else [together]
        edit = self.study.without_lines(span)
        helps = [Help("leave it out, or put it above what hides it", EditLevel.CHOICE, edit)]
        return Diagnostic.of(codes.NEVER_REACHED, span, labels=labels, notes=notes, helps=helps)

    # --- columns --------------------------------------------------------------------------------

    def columns(self, doubts: Findings, *, sound: bool) -> None:
        """Say of each input column whether it makes any difference, where all rows are `sound`."""
        if self.coverage is None or len(self.step.rows) != len(self.node.rows):
            return
        groups = self._by_result() if sound else None
        for index, name in enumerate(self.node.inputs):
            idle = groups is not None and self._idle(index, groups)
            found = Diagnostic.of(codes.COLUMN_WITHOUT_EFFECT, name.span, name=name.text)
            doubts.add("column", name.span, found if idle else None)

    def _by_result(self) -> list[int] | None:
        """For each result, the situations that give it; None where rows of one result add up."""
        if self.coverage is None:
            return None
        groups: dict[Key, int] = {}
        before = 0
        for result, fits in zip(self.results, self.coverage.rows, strict=True):
            now = fits & ~before if self.step.policy is HitPolicy.FIRST else fits
            if groups.get(result, 0) & now:
                return None
            groups[result] = groups.get(result, 0) | now
            before |= fits
        return list(groups.values())

    def _idle(self, index: int, groups: list[int]) -> bool:
        if all(isinstance(row.conditions[index], s.AnyCell) for row in self.node.rows):
            return True
        dimension = self._dimension(index)
        if self.coverage is None or dimension is None:
            return False
        return all(_same_along(dimension, self.coverage, group) for group in groups)

    def _dimension(self, index: int) -> Dimension | None:
        """The dimension of an input column, where the column alone looks at it."""
        subject = self._subject(index)
        if subject is None or self.coverage is None:
            return None
        name = key(self.known.resolved(subject))
        for other in range(len(self.node.inputs)):
            seen = self._subject(other)
            if other != index and seen is not None and key(self.known.resolved(seen)) == name:
                return None
        return self.coverage.space.dimensions.get(name)

    def _subject(self, index: int) -> r.Bound | None:
        """The value that an input column looks at."""
        for row, node in zip(self.step.rows, self.node.rows, strict=False):
            cells = [i for i, cell in enumerate(node.conditions) if not isinstance(cell, s.AnyCell)]
            if index in cells and isinstance(row.condition, r.AllOf):
                return _looked_at(row.condition.conditions[cells.index(index)])
        return None


def _looked_at(test: r.Bound) -> r.Bound | None:
    match test:
        case r.Compare(left=value) | r.OneOf(value=value) | r.Present(value=value):
            return value
        case r.Opposite(condition=inner):
            return _looked_at(inner)
        case r.AllOf(conditions=parts):
            return _looked_at(parts[0])
        case _:
            return None


def _same_along(dimension: Dimension, coverage: Coverage, group: int) -> bool:
    """Whether situations that differ along `dimension` alone are all in `group`, or none is."""
    slices = []
    for index, point in enumerate(dimension.points):
        here = coverage.space.at(dimension, point)
        shift = index * dimension.stride
        slices.append(((group & here) >> shift, (coverage.live & here) >> shift))
    return all(
        not (first ^ second) & live & also
        for (first, live), (second, also) in combinations(slices, 2)
    )


def _unused_columns(study: Study) -> Iterator[Diagnostic]:
    """Columns of look-up tables that no rule reads; tables that none reads are told elsewhere."""
    taken: dict[str, set[str]] = {}
    for known in study.slices:
        for value in known.terms:
            if isinstance(value, r.TakeFrom):
                taken.setdefault(value.table.name, set()).add(value.column)
    for name, columns in taken.items():
        table = study.ruleset.tables.get(name)
        for column in table.columns if table else ():
            if table and column.name not in columns and column.name not in table.keys:
                yield Diagnostic.of(codes.UNUSED_COLUMN, column.span, name=column.name)

"""Pieces of text on their way into one column: constants are merged, absent pieces left out.

Text of a million rows is mostly copying, so everything that is known beforehand is joined once, and
a whole offer is put together at once instead of brace by brace: by a kernel, or by one concatenation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from engine.native.library import kernels
from engine.native.line_kernels import Code, Steps


class Written(Struct, frozen=True):
    """The values of a `column`, which a kernel writes by `code`; `text` is the same text, by Polars.

    Of a number, `scale` and `decimals` are as `number_text` takes them.
    """

    column: pl.Expr
    code: Code
    text: pl.Expr
    scale: int = 0
    decimals: int = 0

    def steps(self, steps: Steps, columns: list[pl.Expr]) -> None:
        """Add the step that writes the value."""
        steps.value(self.code, self.scale, self.decimals)
        columns.append(self.column)


class OrElse(Struct, frozen=True):
    """A fragment, or a constant on rows where it is null."""

    fragment: Fragment | Group
    instead: str

    @property
    def text(self) -> pl.Expr:
        """The text as one column."""
        return self.fragment.expr().fill_null(self.instead)

    def steps(self, steps: Steps, columns: list[pl.Expr]) -> None:
        """Add the steps that write the one or the other."""
        begun = steps.constant(Code.ATTEMPT)
        self.fragment.steps(steps, columns)
        steps.constant(Code.OTHERWISE, self.instead)
        steps.ends(begun)


class Where(Struct, frozen=True):
    """A fragment where a condition is true, null elsewhere."""

    condition: pl.Expr
    fragment: Fragment | Group

    @property
    def text(self) -> pl.Expr:
        """The text as one column."""
        return pl.when(self.condition).then(self.fragment.expr())

    def steps(self, steps: Steps, columns: list[pl.Expr]) -> None:
        """Add the steps that ask for the condition and write."""
        steps.value(Code.CONDITION)
        columns.append(self.condition)
        self.fragment.steps(steps, columns)


class Fragment(Struct, frozen=True):
    """Text in pieces: constants, columns and what is made of them. Unless `always`, it is null on some rows.

    `condition`, where known, tells on which rows it is not null, without building the text.
    """

    pieces: tuple[Piece, ...]
    always: bool = True
    condition: pl.Expr | None = None

    @property
    def present(self) -> pl.Expr:
        """Where the text is not null."""
        if self.always:
            return pl.lit(value=True)
        return self.expr().is_not_null() if self.condition is None else self.condition

    def between(self, before: str, after: str = "") -> Fragment:
        """This text with constants around it; null where it is null."""
        return Fragment((before, *self.pieces, after), self.always, self.condition)

    def where(self, condition: pl.Expr) -> Fragment:
        """This text where `condition` is yes, null elsewhere."""
        known = constant(condition)
        if known is True:
            return self
        fits = condition.fill_null(value=False)
        present = fits if self.always else fits & self.present
        return Fragment((Where(fits, self),), always=False, condition=present)

    def or_else(self, instead: str) -> Fragment:
        """This text, or a constant where it is null."""
        return self if self.always else Fragment((OrElse(self, instead),))

    @property
    def text(self) -> str | None:
        """The text where it is the same on every row, else None."""
        if all(isinstance(piece, str) for piece in self.pieces):
            return "".join(piece for piece in self.pieces if isinstance(piece, str))
        return None

    def expr(self) -> pl.Expr:
        """The text as one column; null where any piece is."""
        merged = [_expr(piece) for piece in _merged(self.pieces)]
        return merged[0] if len(merged) == 1 else pl.concat_str(merged)

    def column(self) -> pl.Expr:
        """The same as `expr`, by a kernel where there is one."""
        columns: list[pl.Expr] = []
        steps = Steps()
        self.steps(steps, columns)
        if kernels() is None or not columns:
            return self.expr()
        return pl.map_batches(columns, steps.run, return_dtype=pl.String, is_elementwise=True)

    def steps(self, steps: Steps, columns: list[pl.Expr]) -> None:
        """Add the steps that write the text, and the columns that they take."""
        for piece in _merged(self.pieces):
            if isinstance(piece, str):
                steps.constant(Code.CONSTANT, piece)
            elif isinstance(piece, pl.Expr):
                steps.value(Code.TEXT)
                columns.append(piece)
            else:
                piece.steps(steps, columns)


def _expr(piece: Piece) -> pl.Expr:
    if isinstance(piece, str):
        return pl.lit(piece)
    return piece if isinstance(piece, pl.Expr) else piece.text


def _merged(pieces: Iterable[Piece]) -> Iterable[Piece]:
    constants = ""
    some = False
    for piece in pieces:
        if isinstance(piece, str):
            constants += piece
            continue
        if constants:
            yield constants
        constants, some = "", True
        yield piece
    if constants or not some:
        yield constants


def constant(expr: pl.Expr) -> object:
    """The value of an expression made of literals only; None for null and for any other."""
    if not _made_of_literals(expr):
        return None
    found = pl.select(expr)
    return found.item() if found.shape == (1, 1) else None


def _made_of_literals(expr: pl.Expr) -> bool:
    if expr.meta.root_names():
        return False
    if expr.meta.is_literal(allow_aliasing=True):
        return True
    inputs = expr.meta.pop()
    return bool(inputs) and all(_made_of_literals(one) for one in inputs)


def folded(piece: pl.Expr | Written, *, always: bool) -> Fragment | None:
    """A column as a fragment, computed now where it is constant; None where it is never."""
    text = _expr(piece)
    if not _made_of_literals(text):
        return Fragment((piece,), always)
    found = constant(text)
    return None if found is None else Fragment((str(found),))


def in_a_row(fragments: Iterable[Fragment | Group]) -> Fragment:
    """The fragments one after the other, each only where it is not null."""
    return Fragment(tuple(p for f in fragments for p in f.or_else("").pieces))


def separated(fragments: Sequence[Fragment | Group], separator: str) -> Fragment:
    """The fragments that are not null with `separator` between; "" where all are null."""
    anchor = next((n for n, f in enumerate(fragments) if f.always), None)
    if anchor is None:
        exprs = [f.expr() for f in fragments]
        text = pl.concat_str(exprs, separator=separator, ignore_nulls=True) if exprs else pl.lit("")
        return Fragment((text,))
    # With one that always stands, the others carry the separator with them: no second pass.
    before = [f.between("", separator) for f in fragments[:anchor]]
    after = [f.between(separator) for f in fragments[anchor + 1 :]]
    return in_a_row([*before, fragments[anchor], *after])


class Group(Struct, frozen=True):
    """Fragments that may all be null, in their brackets; null where all of them are.

    Most often they are there together or not at all, which is seen at the number of nulls. Then one
    concatenation makes the whole; else each is made with its constants, and those are joined.
    """

    before: str
    members: tuple[Fragment | Group, ...]
    separator: str
    after: str
    always: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The whole as one piece."""
        return (self,)

    @property
    def present(self) -> pl.Expr:
        """Where the text is not null."""
        return any_present(self.members)

    def between(self, before: str, after: str = "") -> Group:
        """This text with constants around it; null where it is null."""
        return replace(self, before=before + self.before, after=self.after + after)

    def where(self, condition: pl.Expr) -> Fragment | Group:
        """This text where `condition` is yes, null elsewhere."""
        if constant(condition) is True:
            return self
        return Fragment((self,), always=False, condition=self.present).where(condition)

    def or_else(self, instead: str) -> Fragment:
        """This text, or a constant where it is null."""
        return Fragment((OrElse(self, instead),))

    @property
    def text(self) -> pl.Expr:
        """The text as one column."""
        return self.expr()

    def steps(self, steps: Steps, columns: list[pl.Expr]) -> None:
        """Add the steps that write the text, and the columns that they take."""
        steps.constant(Code.LIST, self.before)
        for member in self.members:
            begun = steps.constant(Code.MEMBER, self.separator)
            member.steps(steps, columns)
            steps.constant(Code.MEMBER_END)
            steps.ends(begun)
        steps.constant(Code.LIST_END, self.after)

    def expr(self) -> pl.Expr:
        """The text as one column."""
        columns = [_expr(p) for m in self.members for p in m.pieces if not isinstance(p, str)]
        names = [f"column_{number}" for number in range(len(columns))]
        left = iter(names)
        read = [
            tuple(p if isinstance(p, str) else pl.col(next(left)) for p in m.pieces)
            for m in self.members
        ]
        between: list[Piece] = [self.before]
        for number, pieces in enumerate(read):
            between += [self.separator, *pieces] if number else pieces
        whole = Fragment((*between, self.after), always=False).expr()
        each = [Fragment(pieces, always=False).expr() for pieces in read]
        some = pl.concat_str(each, separator=self.separator, ignore_nulls=True)
        shown = pl.any_horizontal([text.is_not_null() for text in each])
        parts = pl.when(shown).then(pl.concat_str(pl.lit(self.before), some, pl.lit(self.after)))

        def text(found: Sequence[pl.Series]) -> pl.Series:
            frame = pl.DataFrame([c.alias(n) for c, n in zip(found, names, strict=True)])
            made = frame.select(whole.alias("text")).to_series()
            # `made` is null wherever a column is; as many nulls in each means: on the same rows.
            if all(column.null_count() == made.null_count() for column in found):
                return made
            return frame.select(parts.alias("text")).to_series()

        return pl.map_batches(columns, text, return_dtype=pl.String, is_elementwise=True)


# What a fragment is put together from.
Piece = str | pl.Expr | Written | OrElse | Where | Group


def enclosed(
    before: str, fragments: Sequence[Fragment | Group], separator: str, after: str
) -> Fragment | Group:
    """The fragments in their brackets; null where all of them are."""
    if any(f.always for f in fragments):
        return separated(fragments, separator).between(before, after)
    if len(fragments) > 1:
        return Group(before, tuple(fragments), separator, after)
    if fragments:
        return fragments[0].between(before, after)
    return Fragment((pl.lit(None, pl.String),), always=False)


def any_present(fragments: Sequence[Fragment | Group]) -> pl.Expr:
    """Whether any of the fragments is not null."""
    if not fragments:
        return pl.lit(value=False)
    return pl.any_horizontal([f.present for f in fragments])

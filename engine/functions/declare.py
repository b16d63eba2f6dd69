"""`@function`: a typed Python function becomes a function of the rules language.

Its name, hints, docstring and examples are the declaration. Columns are hinted by the markers below,
constants (a length, a pattern) by `str` and `int`, a repeated last parameter by `*names`. A result
hinted `tuple[TextColumn, Failed]` may fail. A name may end in `_` where Python has the same word.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

from msgspec import Struct

from engine.language.vocabulary import Function, Parameter
from engine.values.kinds import (
    DATE,
    INSTANT,
    INTEGER,
    NUMBER,
    TEXT,
    YES_NO,
    Kind,
    KindName,
    list_of,
)

if TYPE_CHECKING:
    import polars as pl

    from engine.values.scaled import Scaled


class Column(Struct, frozen=True):
    """What a hint stands for: the kinds that a parameter takes, and the kind of a result.

    A result without a kind of its own has the common kind of the arguments.
    """

    accepts: frozenset[KindName]
    result: Kind | None = None


_NUMERIC = (
    KindName.NUMBER,
    KindName.INTEGER,
    KindName.MONEY,
    KindName.PERCENT,
    KindName.QUANTITY,
    KindName.DURATION,
)


def _column(*accepts: KindName, result: Kind | None = None) -> Column:
    return Column(frozenset(accepts), result)


TextColumn: TypeAlias = Annotated["pl.Expr", _column(KindName.TEXT, KindName.CHOICE, result=TEXT)]
NumberColumn: TypeAlias = Annotated["Scaled", _column(*_NUMERIC, result=NUMBER)]
IntegerColumn: TypeAlias = Annotated["Scaled", _column(KindName.INTEGER, result=INTEGER)]
MoneyColumn: TypeAlias = Annotated["Scaled", _column(KindName.MONEY)]
AmountColumn: TypeAlias = Annotated[
    "Scaled",
    _column(KindName.NUMBER, KindName.INTEGER, KindName.MONEY, result=NUMBER),
]
DateColumn: TypeAlias = Annotated["pl.Expr", _column(KindName.DATE, result=DATE)]
InstantColumn: TypeAlias = Annotated["pl.Expr", _column(KindName.INSTANT, result=INSTANT)]
YesNoColumn: TypeAlias = Annotated["pl.Expr", _column(KindName.YES_NO, result=YES_NO)]
ListColumn: TypeAlias = Annotated["pl.Expr", _column(KindName.LIST, result=list_of(TEXT))]

# The common kind of the arguments; and which values failed.
Same: TypeAlias = Annotated["Scaled", _column()]
Failed: TypeAlias = Annotated["pl.Expr", "failed"]

_CONSTANTS = {str: KindName.TEXT, int: KindName.INTEGER}


def function(
    *,
    examples: Mapping[str, str],
    missing: bool = False,
    check: Callable[..., str | None] | None = None,
    known_as: tuple[str, ...] = (),
) -> Callable[[Callable[..., Any]], Function]:
    """Declare the function below as one of the library; see `Function` for the options.

    Raises:
        TypeError: when a hint or the docstring is left out, as soon as the module is imported.
    """

    def declare(build: Callable[..., Any]) -> Function:
        signature = inspect.signature(build, eval_str=True)
        result, fails = _result(signature.return_annotation)
        if not build.__doc__:
            raise TypeError(f"{build.__name__} has no docstring")
        return Function(
            name=build.__name__.removesuffix("_"),
            parameters=tuple(_parameter(p) for p in signature.parameters.values()),
            result=result,
            build=build,
            fails=fails,
            missing=missing,
            help=inspect.cleandoc(build.__doc__),
            examples=examples,
            check=check,
            family=build.__module__.rpartition(".")[2],
            known_as=known_as,
        )

    return declare


def _parameter(parameter: inspect.Parameter) -> Parameter:
    optional = parameter.default is not inspect.Parameter.empty
    name = parameter.name.removesuffix("_")
    constant = _CONSTANTS.get(parameter.annotation)
    if constant:
        return Parameter(
            name,
            frozenset({constant}),
            constant=True,
            optional=optional,
            default=parameter.default if optional else None,
        )
    repeated = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    return Parameter(name, _marker(parameter.annotation).accepts, repeated=repeated)


def _result(hint: Any) -> tuple[Kind | None, bool]:
    if get_origin(hint) is tuple:
        value, _ = get_args(hint)
        return _marker(value).result, True
    return _marker(hint).result, False


def _marker(hint: Any) -> Column:
    for fact in getattr(hint, "__metadata__", ()):
        if isinstance(fact, Column):
            return fact
    raise TypeError(f"{hint} is no hint for a column; engine/functions/declare.py lists them")

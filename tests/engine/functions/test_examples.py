"""Every example of every function, through the oracle."""

from datetime import UTC, datetime
from typing import Any

import pytest
from oracle.expressions import Context, evaluate
from oracle.functions import FAILED, FUNCTIONS

from engine.diagnostics.diagnostic import Report
from engine.diagnostics.place import Source
from engine.functions import library
from engine.language import ruleset as r
from engine.language import syntax as s
from engine.language.binding import Binder
from engine.language.parser import parse
from engine.language.scope import Scope
from engine.language.vocabulary import Vocabulary
from engine.values.field import SourceSchema

EXAMPLES = [
    pytest.param(name, expression, value, id=expression)
    for name, function in library().items()
    for expression, value in function.examples.items()
]


def bound(expression: str) -> r.Bound:
    """`expression` as the checker understands it, without a complaint."""
    source = Source("example.rules", f"rules 1\nmapping offer for x\n  let v = {expression}\nend\n")
    file, faults = parse(source)
    report = Report(sources={source.name: source})
    report.extend(faults)
    vocabulary = Vocabulary(library(), {}, frozenset())
    scope = Scope(SourceSchema("", {}), vocabulary, {}, {}, report)
    [mapping] = file.declarations
    assert isinstance(mapping, s.Mapping)
    [let] = mapping.body
    assert isinstance(let, s.Let)
    value = Binder(scope).value(let.value)
    assert [d.says for d in report] == []
    return value


def by_the_oracle(value: r.Bound) -> Any:
    return evaluate(value, Context({}.__getitem__, datetime(2025, 7, 29, 8, tzinfo=UTC)))


@pytest.mark.parametrize(("name", "expression", "value"), EXAMPLES)
def test_the_oracle_gives_what_the_example_says(name: str, expression: str, value: str) -> None:
    example = bound(expression)
    function = library()[name]
    match value:
        case "missing":
            assert function.missing
            assert by_the_oracle(example) is None
        case "error":
            assert function.fails
            assert by_the_oracle(example) is FAILED
        case _:
            assert by_the_oracle(example) == by_the_oracle(bound(value))


def test_each_function_shows_itself() -> None:
    for name, function in library().items():
        assert any(f"{name}(" in expression for expression in function.examples), name
        assert {"error"} & set(function.examples.values()) or not function.fails, name
        assert {"missing"} & set(function.examples.values()) or not function.missing, name


def test_the_oracle_knows_each_function() -> None:
    assert FUNCTIONS.keys() == library().keys()

import subprocess
import sys

import pytest

from engine.functions import FAMILIES, library
from engine.functions.declare import (
    Failed,
    MoneyColumn,
    Same,
    TextColumn,
    YesNoColumn,
    function,
)
from engine.language.vocabulary import Function, Parameter
from engine.values.kinds import TEXT, YES_NO, KindName


def test_hints_name_and_docstring_are_the_declaration() -> None:
    @function(examples={'ends("a", "b")': "no"}, missing=True)
    def ends_(text: TextColumn, *parts: TextColumn) -> YesNoColumn:
        """Whether `text` ends so."""
        return text.str.ends_with(parts[0])

    assert isinstance(ends_, Function)
    texts = frozenset({KindName.TEXT, KindName.CHOICE})
    assert ends_.name == "ends"
    assert ends_.parameters == (Parameter("text", texts), Parameter("parts", texts, repeated=True))
    assert ends_.result == YES_NO
    assert ends_.missing
    assert not ends_.fails
    assert ends_.help == "Whether `text` ends so."
    assert ends_.family == "test_declare"


def test_a_pair_with_failed_may_fail_and_plain_types_are_constants() -> None:
    @function(examples={})
    def cut(text: TextColumn, length: int, mark: str = ".") -> tuple[TextColumn, Failed]:
        """Cut."""
        return text.str.head(length), text == mark

    assert cut.fails
    assert cut.result == TEXT
    _, length, mark = cut.parameters
    assert length == Parameter("length", frozenset({KindName.INTEGER}), constant=True)
    text = frozenset({KindName.TEXT})
    assert mark == Parameter("mark", text, constant=True, optional=True, default=".")


def test_same_leaves_the_kind_to_the_arguments() -> None:
    @function(examples={})
    def keep(price: MoneyColumn) -> Same:
        """Keep."""
        return price

    assert keep.result is None
    assert keep.parameters[0].accepts == {KindName.MONEY}


def test_a_declaration_without_hint_or_docstring_is_refused() -> None:
    def bare(text: TextColumn) -> TextColumn:
        return text

    def unhinted(text: bytes) -> TextColumn:
        """Unhinted."""
        return text.hex()  # type: ignore[return-value]  # never runs

    with pytest.raises(TypeError, match="bare has no docstring"):
        function(examples={})(bare)
    with pytest.raises(TypeError, match="no hint for a column"):
        function(examples={})(unhinted)


def test_the_library_holds_each_function_once_with_help_and_examples() -> None:
    functions = library()
    declared = [v for f in FAMILIES for v in vars(f).values() if isinstance(v, Function)]
    assert len(declared) == len(functions) > 40
    for name, one in functions.items():
        assert one.name == name
        assert one.help.split("\n")[0].endswith((".", "?")), name
        assert one.examples, name
        assert one.family in {"text", "html", "numbers", "prices", "dates", "identifiers", "lists"}


def test_declarations_load_without_polars() -> None:
    code = "import sys, engine.functions as f; f.library(); sys.exit('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

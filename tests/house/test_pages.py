"""Each diagnostic has its page, each page its diagnostic, and no number is used twice."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from engine.diagnostics.codes import FAMILIES, Code, all_codes
from engine.diagnostics.pages import page

PAGES = Path(__file__).parents[2] / "engine/diagnostics/pages"


@pytest.mark.parametrize("code", all_codes().values(), ids=str)
def test_every_code_has_a_page(code: Code) -> None:
    text = page(code.number)
    assert text is not None, f"engine/diagnostics/pages/{code.number}.md is missing"
    first, *rest = text.split("\n")
    assert first == f"# {code.number} {code.name}"
    assert "## Bad" in rest
    assert "## Good" in rest


def test_every_page_has_a_code() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} <= set(all_codes())


def test_no_number_and_no_name_is_used_twice() -> None:
    codes = [
        value
        for family in FAMILIES
        for value in vars(import_module(f"engine.diagnostics.codes.{family}")).values()
        if isinstance(value, Code)
    ]
    for words in ([c.number for c in codes], [c.name for c in codes]):
        assert [word for word, count in Counter(words).items() if count > 1] == []

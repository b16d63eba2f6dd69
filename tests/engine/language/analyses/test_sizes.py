"""Numbers too large: told exactly where compiling would refuse them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from conformance.examples import Block, Example
from conformance.shop import Shop, told

from engine.language import analyses
from engine.language.ruleset import Ruleset
from engine.program.compiler import compile_slice
from engine.program.numbers import CompileError

AT = datetime(2025, 6, 1, tzinfo=UTC)


def shop(folder: Path, expression: str) -> Shop:
    body = f'let it = {expression} default 0\n\nexclude when it > 10 because "Too large"\n'
    return Shop(folder, Example("M309", "Bad", (Block("rules", "", body),)))


def compiles(ruleset: Ruleset) -> bool:
    part = ruleset.slice_at("cdiscount", AT)
    assert part is not None
    try:
        compile_slice(part, AT)
    except CompileError:
        return False
    return True


@pytest.mark.parametrize(
    ("expression", "large"),
    [
        (" * ".join(["net_content"] * 5), False),  # 10**(7 * 5), and three decimals each
        (" * ".join(["net_content"] * 6), True),
        (" * ".join(["stock_total"] * 6), False),  # 10**(6 * 6)
        (" * ".join(["stock_total"] * 7), True),
        ("stock_total * 1000000 * 1000000 * 1000000 * 1000000 * 1000000 + 1", False),
        ("(stock_total + 1) * net_content - 3", False),
        ("-" + " * ".join(["stock_total"] * 7), True),
    ],
)
def test_what_is_told_is_what_compiling_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expression: str, *, large: bool
) -> None:
    checked = shop(tmp_path, expression)
    assert ("M309" in told(checked.check()[1])) == large
    others = tuple(a for a in analyses.ANALYSES if a is not analyses.check_sizes)
    monkeypatch.setattr(analyses, "ANALYSES", others)
    ruleset, report = checked.check()
    assert ruleset is not None, [d.says for d in report]
    assert compiles(ruleset) != large

"""A shop to check rules in: the sample's schemas, rules around a body, and the codes that come out."""

from collections.abc import Callable

import pytest
from checking.shop import CHANNELS, Shop

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.parser import parse
from engine.language.printer import print_rules

Check = Callable[..., list[Diagnostic]]


@pytest.fixture
def check(shop: Shop) -> Check:
    """Check a body of a mapping; `top` stands beside it, `without` names what the body sets itself."""

    def run(
        body: str,
        *,
        top: str = "",
        without: tuple[str, ...] = (),
        channels: str = CHANNELS,
        quiet: tuple[str, ...] = ("K952",),
    ) -> list[Diagnostic]:
        text = shop.text(body, beside=top, without=without, channels=channels)
        tree, faults = parse(Source("a.rules", text))
        assert faults == []
        return [d for d in shop.report(print_rules(tree)) if d.code.number not in quiet]

    return run


@pytest.fixture
def codes(check: Check) -> Callable[..., list[str]]:
    """The codes that `check` gives."""

    def run(*args: str, **more: object) -> list[str]:
        return [d.code.number for d in check(*args, **more)]

    return run

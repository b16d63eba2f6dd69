"""Any text as rules gives diagnostics that point into it, and nothing else: never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking.rule_texts import rule_texts
from checking.shop import Shop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
LINES = [
    *(ROOT / "rules/offers.rules").read_text(encoding="utf-8").split("\n"),
    *(ROOT / "rules/orders.rules").read_text(encoding="utf-8").split("\n"),
]
ODD = [
    "",
    "\t",
    " ",
    "(",
    ")",
    '"',
    "|",
    "||",
    "end",
    "when",
    "=",
    ",",
    "é",
    "“",
    "€",
    "\r",
    "\0",
    "1",
    "#",
]
_ANY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A stretch of the sample, or a random file, with a few characters put in, out, or elsewhere."""
    if draw(st.booleans()):
        text = draw(rule_texts())
    else:
        start = draw(st.integers(0, len(LINES) - 1))
        text = "\n".join(["rules 1", *LINES[start : start + draw(st.integers(1, 30))]])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 12))
        text = text[:at] + draw(st.sampled_from(ODD)) + text[at + gone :]
    return text


def holds(shop: Shop, text: str) -> None:
    """Each diagnostic stands in the text, and each edit within it."""
    lines = text.split("\n")
    for told in shop.report(text):
        spans = [told.span, *(r.span for h in told.helps for r in h.replacements)]
        for span in (s for s in spans if s.file == "a.rules"):
            assert 0 <= span.start <= span.end <= len(text)
            assert 1 <= span.line <= len(lines)
            assert text.count("\n", 0, span.start) == span.line - 1


STATES = 'rules 1\nstates order\n| state | old |\n| New | "n" |\nend\n'


@settings(_ANY, max_examples=120)
@example(text="²")
@example(text="٢٩/٠٧/٢٠٢٥")
@example(text=STATES)
@example(text="|  Price =")
@given(text=st.one_of(broken(), broken(), broken(), st.text(max_size=60)))
def test_any_text_is_told_of(shop: Shop, text: str) -> None:
    holds(shop, text)


@pytest.mark.campaign
@settings(_ANY, max_examples=20_000)
@given(text=broken())
def test_much_more_of_it(shop: Shop, text: str) -> None:
    holds(shop, text)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One shop for all texts."""
    return Shop(tmp_path_factory.mktemp("shop"))

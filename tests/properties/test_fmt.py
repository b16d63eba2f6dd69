"""`fmt` keeps what is said: the tree, the comments in their order; and twice is once."""

from __future__ import annotations

from pathlib import Path

import pytest
from checking.rule_texts import rule_texts
from hypothesis import given, settings

from engine.diagnostics.place import Source
from engine.language.parser import parse
from engine.language.printer import print_rules
from engine.language.syntax import RulesFile
from engine.language.walks import shape

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("rules/*.rules"), *ROOT.glob("tests/**/rules/*.rules")])


def read(text: str) -> RulesFile:
    tree, faults = parse(Source("a.rules", text))
    assert [(f.code.number, f.says, str(f.span)) for f in faults] == []
    return tree


def comments(text: str, tree: RulesFile) -> list[tuple[str, bool, tuple[str, ...]]]:
    """Each comment, whether it stands beside something on its line, and in a bracket what is before."""
    lines = text.split("\n")
    return [
        (
            c.text.rstrip(),
            bool(lines[c.span.line - 1][: c.span.column - 1].strip()),
            c.before[:-1] if c.before[-1:] == (",",) else c.before,
        )
        for c in tree.comments
    ]


def keeps(text: str) -> None:
    tree = read(text)
    once = print_rules(tree)
    again = read(once)
    assert shape(again.declarations) == shape(tree.declarations)
    assert comments(once, again) == comments(text, tree)
    assert print_rules(again) == once
    assert all(line == line.rstrip() for line in once.split("\n"))


IN_BRACKETS = """rules 1

mapping offer for cdiscount
  let outlet = category in (  # which are cheap
      "Outlet",  # cheap ones
      # more to come
      "Refurbished"  # and these
      )  # done
  let price  = (cost_price  # what we pay
      + eco_fee  # and the tax
      ) * 2  # twice
  let stock  = max(0,
      # none is none
      stock_total default 0)  # never less
end
"""


def test_comments_in_brackets_stay_where_they_are() -> None:
    """Before the bracket closes, behind a comma or not, alone on a line or beside something."""
    keeps(IN_BRACKETS)
    assert print_rules(read(IN_BRACKETS)) == IN_BRACKETS
    tight = IN_BRACKETS.replace('"Refurbished"  #', '"Refurbished",   #').replace("      ", "\t")
    assert print_rules(read(tight)) == IN_BRACKETS


@settings(deadline=None, max_examples=120)
@given(rule_texts())
def test_random_files_keep_what_they_say(text: str) -> None:
    keeps(text)


@pytest.mark.campaign
@settings(deadline=None, max_examples=20_000)
@given(rule_texts())
def test_they_do_at_length(text: str) -> None:
    keeps(text)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_files_of_this_project_do(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    keeps(text)
    assert print_rules(read(text)) == text
    # Laid out by somebody who does not care: the same canonical text, comments apart.
    careless = "\n".join(f"\t{line.strip()}   " for line in text.split("\n"))
    assert print_rules(read(careless)) == text

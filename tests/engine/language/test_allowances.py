import pytest

from engine.diagnostics.codes import cases as codes
from engine.diagnostics.codes import names
from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.allowances import apply_allowances
from engine.language.parser import parse

TEXT = """\
rules 1
mapping offer for shop
  let a = 1  # allow N106: used by hand
  # allow N106: kept for
  # next year
  let b = 2

  # allow C602: the notice lists it
  decide Comment by first row that fits
    | x   || Comment |
    | 1   || "A"     |
    | any || "B"     |
  end
  # allow N105: only the first line below
  only when a
    let c = 3
  end
end
"""


def at_line(line: int, code: str) -> Diagnostic:
    source = Source("a.rules", TEXT)
    start = sum(len(text) + 1 for text in TEXT.split("\n")[: line - 1])
    span = source.span(start, start + 5)
    match code:
        case "N106":
            return Diagnostic.of(names.UNUSED, span, what="let", name="x")
        case "N105":
            return Diagnostic.of(names.HIDES_FIELD, span, name="x")
        case _:
            return Diagnostic.of(codes.NEVER_REACHED, span)


def left(*found: Diagnostic, text: str = TEXT, complete: bool = True) -> list[str]:
    """What is left, as `N106@3`; idle allowances are L989."""
    tree, faults = parse(Source("a.rules", text))
    assert faults == []
    kept = apply_allowances(list(found), (tree,), complete=complete)
    return [f"{d.code.number}@{d.span.line}" for d in kept]


def test_a_comment_speaks_of_its_own_line_or_of_the_statement_below() -> None:
    allowed = [
        at_line(3, "N106"),
        at_line(6, "N106"),
        at_line(12, "C602"),  # a row of the table below the comment
        at_line(15, "N105"),
    ]
    assert left(*allowed) == []


def test_only_what_it_names_where_it_stands() -> None:
    everything_allowed = [
        at_line(3, "N106"),
        at_line(6, "N106"),
        at_line(9, "C602"),
        at_line(15, "N105"),
    ]
    others = [at_line(3, "N105"), at_line(14, "C602"), at_line(16, "N105")]
    assert left(*everything_allowed, *others) == ["N105@3", "C602@14", "N105@16"]


def test_an_idle_allowance_is_reported() -> None:
    assert left(at_line(3, "N106"), at_line(9, "C602")) == ["L989@4", "L989@14"]


def test_after_an_error_nobody_knows_what_is_idle() -> None:
    assert left(complete=False) == []


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("# allow N106", "gives no reason: `# allow N106: why it is meant so`"),
        ("# allow N106:", "gives no reason: `# allow N106: why it is meant so`"),
        ("# allow N101: never", "names N101, an error: errors cannot be allowed"),
        ("# allow Z999: what", "names Z999, which is no code"),
    ],
)
def test_an_allowance_that_cannot_be(comment: str, fault: str) -> None:
    text = f"rules 1\nmapping offer for shop\n  {comment}\n  let a = 1\nend\n"
    source = Source("a.rules", text)
    start = text.index("let a")
    unused = Diagnostic.of(names.UNUSED, source.span(start, start + 5), what="let", name="a")
    tree, _ = parse(source)
    kept = apply_allowances([unused], (tree,))
    assert [d.says for d in kept if d.code.number == "L989"] == [f"this allowance {fault}"]
    assert unused in kept


def test_what_only_a_run_can_tell_is_not_called_idle() -> None:
    text = "rules 1\nmapping offer for shop\n  # allow R306: agreed with the marketplace\n  let a = 1\nend\n"
    assert left(text=text) == []


def test_errors_are_not_allowed() -> None:
    text = "rules 1\nmapping offer for shop\n  # allow N101: no\n  let a = 1\nend\n"
    source = Source("a.rules", text)
    start = text.index("let a")
    error = Diagnostic.of(names.UNKNOWN_FIELD, source.span(start, start + 5), name="x")
    tree, _ = parse(source)
    assert error in apply_allowances([error], (tree,))

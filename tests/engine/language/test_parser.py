from decimal import Decimal
from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.language import parser
from engine.language import syntax as s
from engine.language.grammar import build_grammar

ROOT = Path(__file__).parents[3]


def parse_body(body: str) -> tuple[tuple[s.Statement, ...], list[str]]:
    text = f"rules 1\nmapping offer for shop\n{body}\nend\n"
    file, faults = parser.parse(Source("t.rules", text))
    mapping = file.declarations[0] if file.declarations else None
    statements = mapping.body if isinstance(mapping, s.Mapping) else ()
    return statements, [f.code.number for f in faults]


def value_of(expression: str) -> s.Value:
    statements, faults = parse_body(f"let x = {expression}")
    assert faults == []
    let = statements[0]
    assert isinstance(let, s.Let)
    return let.value


def test_the_grammar_has_no_ambiguity() -> None:
    build_grammar(strict=True)


def test_the_sample_rules_parse_whole() -> None:
    source = Source("offers.rules", (ROOT / "rules/offers.rules").read_text(encoding="utf-8"))
    file, faults = parser.parse(source)
    assert faults == []
    kinds = [type(d).__name__ for d in file.declarations]
    assert kinds.count("Milestone") == 3
    assert kinds[kinds.index("Override") + 1 :][:2] == ["Test", "TestTable"]
    assert [c.text for c in file.comments] == [
        "# offers.rules: how one product becomes one offer, on both Cdiscount channels",
    ]


def test_rounded_takes_the_whole_sum_on_its_left() -> None:
    value = value_of("a + b * 2 rounded half up to 0.01 EUR")
    assert isinstance(value, s.Rounded)
    assert isinstance(value.value, s.Arithmetic)
    assert value.value.operator is s.Operator.ADD
    assert value.mode is s.RoundingMode.HALF_UP


def test_default_binds_looser_than_plus_and_tighter_than_less() -> None:
    value = value_of("a + b default 0 < 3")
    assert isinstance(value, s.Comparison)
    assert isinstance(value.left, s.Default)
    assert isinstance(value.left.value, s.Arithmetic)


def test_and_binds_tighter_than_or() -> None:
    value = value_of("a or b and not c")
    assert isinstance(value, s.Or)
    assert isinstance(value.right, s.And)


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("12.50 EUR", s.Money, Decimal("12.50")),
        ("30 kg", s.Quantity, Decimal(30)),
    ],
)
def test_amounts_are_exact(text: str, kind: type, amount: Decimal) -> None:
    value = value_of(text)
    assert isinstance(value, kind)
    assert value.amount == amount  # type: ignore[attr-defined]


def test_a_text_may_hold_quotes_and_hashes() -> None:
    value = value_of(r'"a \"b\" # c"')
    assert isinstance(value, s.Text)
    assert value.value == 'a "b" # c'


def test_a_list_in_brackets_may_span_lines() -> None:
    value = value_of('category in (\n "A",\n "B" )')
    assert isinstance(value, s.Membership)
    assert len(value.items) == 2


MISTAKES = [
    ("let x = if a then 2", ["P007"]),
    ("Price =\n when a 2 EUR\n otherwise 3 EUR", ["P003"]),
    ("Price =\n when a then 1 EUR\n otherwhise 3 EUR", ["P002"]),
    ("Price = 83,33 EUR", ["P008"]),
    ("Price = 12 €", ["P009"]),
    ("Price = EUR 12", ["P009"]),
    ('exclude when a == 2 because "x"', ["P007"]),
    ('exclude when a = 2 because "x"', ["P006"]),
    ('exclude when a && b because "x"', ["P007"]),
    ("exclude when a and b", ["P003"]),
    ('require a > 2 else reject "x', ["P013"]),
    ("let a = 29/07/2025", ["P018"]),
    ("let a = “Lamps”", ["P010"]),
    ("let end = 2", ["P014"]),
    ("only when a\n Price = 1 EUR", ["P004"]),
    ("Price = 1 EUR\nend", ["P005"]),
    ("si a alors b", ["P007"]),
    ("Price =\n quand a then 1 EUR\n otherwise 2 EUR", ["P015"]),
    ("decide Price by first row that fits\n | a | Price |\n | 1 || 2 EUR |\nend", ["P012"]),
    ("Stock = 10 plus 5", ["P001"]),
    ('let a = b in ("x",\n "y")\nlet b = 2 plus 3\nlet c = 83,33 EUR', ["P001", "P008"]),
    ('let a = b in ("x",\n "y" 2,\n "z")\nlet b = 2 + 3', ["P001"]),
    ("Stock = 1\u200b0", ["P017"]),
    ("Com\u200bment = omit", ["P017"]),
    ("Comm\u0435nt = omit", ["P017"]),
    ("decide Price by first row that fits\n | a || Price |\n | 1 | 2 || 2 EUR |\nend", ["P011"]),
]


@pytest.mark.parametrize(("body", "codes"), MISTAKES)
def test_one_mistake_gives_one_message(body: str, codes: list[str]) -> None:
    assert parse_body(body)[1] == codes


def test_three_mistakes_give_three_messages_and_the_rest_is_read() -> None:
    statements, faults = parse_body(
        "let a = = 2\nStock = 5\nlet b = 83,33 EUR\nPrice =\n when a 2 EUR\n otherwise 3 EUR",
    )
    assert faults == ["P001", "P008", "P003"]
    assert [type(x).__name__ for x in statements] == ["Assignment"]


def test_deep_nesting_is_a_message_and_no_crash() -> None:
    assert parse_body("let x = " + "(" * 10_000 + "1" + ")" * 10_000)[1] == ["P020"]


def test_a_file_of_garbage_ends_soon() -> None:
    _, faults = parser.parse(Source("g", "%%% nonsense\n" * 10_000))
    assert 1 <= len(faults) <= parser.MAX_MISTAKES + 1


def test_what_hides_in_a_word_is_taken_out_of_it() -> None:
    statements, _ = parse_body("Comm\u0435nt = 1\u200b0 EUR")
    assert isinstance(statements[0], s.Assignment)
    assert statements[0].attribute.text == "Comment"
    assert isinstance(statements[0].value, s.Money)
    assert statements[0].value.amount == 10


def test_the_words_of_lines_that_cannot_be_read_are_known() -> None:
    file, _ = parser.parse(Source("a", "rules 1\nmapping offer for a\nStock = = 2\nVat = 20%\nend"))
    assert "Stock" in file.lost
    assert "Vat" not in file.lost

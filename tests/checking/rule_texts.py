"""Random rule files as text: every form of the language, carelessly laid out, with comments."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
FIELDS = st.sampled_from(
    ["sku", "brand", "price_excl_vat", "weight", "prix_ht", "été", "to", "key"]
)
ATTRIBUTES = st.sampled_from(["Price", "Stock", "Comment", "StrikedPrice", "Été"])
LITERALS = st.sampled_from(
    [
        '"Lampe"', '"a # b"', '"say \\"x\\""', '"{brand} costs {Price}"', '""', "2", "1.50", "0",
        "12.50 EUR", "20%", "5.5%", "30 kg", "1.5 l", "3 pieces", "2 days", "1 month", "15 minutes",
        "2025-07-29", "2025-07-29 10:00 Europe/Paris", "2025-07-29 10:00:30 UTC", "yes", "no",
    ]
)  # fmt: skip
INSTANT = "2025-07-29 10:00 Europe/Paris"
WORDS = ["# why", "#", "# été, “soldes”", "## TODO: later", '# "quoted" | a || b', "#no space"]


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions; each operand is safe to stand anywhere, or in parentheses."""
    group = inner.map(lambda e: f"( {e} )")
    either = st.one_of(LITERALS, FIELDS, group)
    pairs = st.tuples(either, st.sampled_from(["+", "-", "*", "/"]), either).map(" ".join)
    orders = st.sampled_from(["<", "<=", ">", ">=", "is", "is not", "before", "after"])
    compared = st.tuples(either, orders, either).map(" ".join)
    joined = st.tuples(group, st.sampled_from(["and", "or"]), group).map(" ".join)
    repaired = st.tuples(either, st.sampled_from(["default", "on error"]), either).map(" ".join)
    members = st.lists(LITERALS, min_size=1, max_size=3)
    return st.one_of(
        pairs,
        compared,
        joined,
        repaired,
        # A bracket may go on in the next line.
        st.tuples(either, st.sampled_from(["in", "not in"]), members, st.sampled_from(" \n")).map(
            lambda t: f"{t[0]} {t[1]} ({f',{t[3]}'.join(t[2])})"
        ),
        st.tuples(either, st.sampled_from(["present", "missing"])).map(" ".join),
        group.map(lambda e: f"not {e}"),
        either.map(lambda e: f"-{e}"),
        st.tuples(either, st.sampled_from(["half up", "up", "down"])).map(
            lambda t: f"{t[0]} rounded {t[1]} to 0.01 EUR"
        ),
        st.lists(inner, max_size=3).map(lambda es: f"max({', '.join(es)})"),
        st.tuples(FIELDS, FIELDS).map(lambda t: f"take {t[0]} from fees for ({t[1]}, 2)"),
        FIELDS.map(lambda f: f"take fee from fees for {f}"),
        FIELDS.map(lambda f: f"start of {f} in Europe/Paris"),
        FIELDS.map(lambda f: f"end of {f} in UTC"),
        st.sampled_from(["omit", "clear", "now", "inherited", 'reject "No"', "Price"]),
    )


EXPRESSIONS = st.recursive(st.one_of(LITERALS, FIELDS), _compound, max_leaves=6)
CELLS = st.one_of(
    st.sampled_from(["any", "missing", "present", "<= 30 kg", "2 to 5", '"A", "B"', 'not "A"']),
    LITERALS,
)


@st.composite
def _cases(draw: st.DrawFn) -> list[str]:
    lines = [
        f"when {draw(EXPRESSIONS)} then {draw(EXPRESSIONS)}" for _ in range(draw(st.integers(1, 3)))
    ]
    return [*lines, f"otherwise {draw(EXPRESSIONS)}"] if draw(st.booleans()) else lines


@st.composite
def _value(draw: st.DrawFn, name: str) -> list[str]:
    if draw(st.booleans()):
        return [f"{name} = {draw(EXPRESSIONS)}"]
    return [f"{name} =", *draw(_cases())]


@st.composite
def _decide(draw: st.DrawFn) -> list[str]:
    inputs = draw(st.lists(FIELDS, min_size=1, max_size=3))
    results = draw(st.lists(ATTRIBUTES, min_size=1, max_size=2))
    policy = draw(
        st.sampled_from(["exactly one row", "first row that fits", "every row that fits"])
    )
    rows = [
        f"| {' | '.join(draw(CELLS) for _ in inputs)} || {' | '.join(draw(LITERALS) for _ in results)} |"
        for _ in range(draw(st.integers(1, 3)))
    ]
    head = f"| {' | '.join(inputs)} || {' | '.join(results)} |"
    return [f"decide {', '.join(results)} by {policy}", head, *rows, "end"]


@st.composite
def _line(draw: st.DrawFn) -> list[str]:
    condition, text = draw(EXPRESSIONS), '"No {brand}"'
    kind = draw(st.integers(0, 5))
    return [
        (
            f"require {condition} else reject {text}",
            f"require {condition} when {draw(EXPRESSIONS)} else warn {text}",
            f"require {condition} else drop {draw(ATTRIBUTES)} with {text}",
            f"always {condition}",
            f"exclude when {condition} because {text}",
            'source "The notice, 4.2"',
        )[kind]
    ]


@st.composite
def _block(draw: st.DrawFn, depth: int) -> list[str]:
    inside = draw(_statements(depth - 1))
    return [f"only when {draw(EXPRESSIONS)}", *inside, "end"]


def _statements(depth: int) -> st.SearchStrategy[list[str]]:
    """The lines of a few statements."""
    one = [
        FIELDS.flatmap(lambda f: _value(f"let {f}")),
        ATTRIBUTES.flatmap(_value),
        _line(),
        _decide(),
        *([_block(depth)] if depth > 0 else []),
    ]
    return st.lists(st.one_of(*one), max_size=4).map(lambda many: [x for xs in many for x in xs])


@st.composite
def _body(draw: st.DrawFn, opening: str) -> list[str]:
    return [opening, *draw(_statements(2)), "end"]


def _blocks(path: str) -> list[list[str]]:
    """The blocks of a file of this project, less its comments."""
    lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
    kept = [re.sub(r"\s*#[^\"]*$", "", line) for line in lines]
    return [block.split("\n") for block in "\n".join(kept).strip().split("\n\n")][1:]


OTHERS = [
    ["timezone Europe/Paris"],
    ["currency EUR"],
    ['use "other.rules"'],
    ['read product using "schemas/product.schema.json"'],
    ['write offer using "schemas/offer.schema.json"'],
    [f"milestone switch = {INSTANT}"],
    ["milestone the_end_of_it_all = to be confirmed"],
    ["channel old", "end"],
    [
        "channel new extends old",
        "send offers automatically every 1 hour from switch",
        f"send orders manually from {INSTANT} until the_end_of_it_all",
        "edit mappings from switch",
        "end",
    ],
    ['table units from "tables/units.csv" key unit, size'],
    [
        "table fees key zone, size",
        "| zone | size || fee | note |",
        '| "FR" | 1 || 2.00 EUR | "a" |',
        '| "DE" | 20 || missing | "long note" |',
        "end",
    ],
    [
        f'test "a lamp" on old at {INSTANT}',
        'given product "fixtures/lamp.json" but brand = "A", weight = missing',
        "given sku = 2",
        "expect Price = 2.00 EUR, 3.00 EUR",
        "expect Comment omitted",
        'expect rejected "No"',
        "expect warned",
        'expect snapshot "lamp"',
        "end",
    ],
    [
        f'test table "prices" on old at {INSTANT} using "fixtures/lamp.json"',
        "| price_excl_vat | brand || Price | Stock |",
        '| 10.00 EUR | "A" || 12.00 EUR | omitted |',
        "| missing | missing || rejected | 3 |",
        "end",
    ],
    *_blocks("rules/orders.rules"),
]


@st.composite
def rule_texts(draw: st.DrawFn) -> str:
    """A whole file, carelessly laid out."""
    declarations = st.one_of(
        st.sampled_from(OTHERS),
        _body("mapping offer for old, new"),
        _body(f"override offer for new from switch until {INSTANT}"),
    )
    chosen = draw(st.lists(declarations, max_size=5))
    lines = ["rules 1", *(line for one in chosen for line in one)]
    return "".join(draw(_careless(line)) for line in lines)


@st.composite
def _careless(draw: st.DrawFn, line: str) -> str:
    """A line with blanks and comments around it."""
    above = "".join(
        f"{draw(BLANKS)}{comment}\n"
        for comment in draw(st.lists(st.sampled_from(["", *WORDS]), max_size=2))
    )
    beside = draw(st.sampled_from(["", "", "", " # beside", "# beside"]))
    spaced = re.sub(
        r' (?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)', draw(st.sampled_from([" ", "  "])), line
    )
    return f"{above}{draw(BLANKS)}{spaced}{draw(BLANKS)}{beside}{draw(st.sampled_from(['', chr(13)]))}\n"


BLANKS = st.sampled_from(["", "", "  ", "\t", "      "])

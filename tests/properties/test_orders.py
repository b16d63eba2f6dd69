"""Decisions about orders: nothing allowed that its schema refuses, nothing that order or junk decides."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagnostics.codes import all_codes
from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.language.ruleset.orders import ActionRules, OrderRules
from engine.language.syntax import Need
from engine.orders.act import Said, decide_one
from engine.orders.batch import Batch
from engine.orders.bodies import body_faults
from engine.orders.connectors import Need as Carried
from engine.orders.connectors import connector
from engine.orders.decision import Decision, Ruling
from engine.orders.matrix import matrix, matrix_rows
from engine.orders.migration import migrate_calls
from engine.orders.order_index import OrderIndex
from engine.orders.parameters import given as is_given
from engine.orders.policy import Policy
from engine.orders.states import state_table
from engine.orders.verdicts import PolicyVerdicts
from engine.orders.wanted import wanted_csv, wanted_json
from engine.orders.wish import Wish
from engine.project import OrderSettings, load_project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
AFTER = datetime(2025, 8, 1, 9, tzinfo=UTC)
SAMPLE = (ROOT / "rules/orders.rules").read_text(encoding="utf-8")
# Rules that allow whatever they can: what stands between them and the marketplace is the connector.
LOOSE = re.sub(
    r"(carrier|tracking_number|refund_reason|refund_mode) +mandatory", r"\1 optional", SAMPLE
)


@cache
def rules_of(text: str) -> OrderRules:
    offers = Source("rules/offers.rules", (ROOT / "rules/offers.rules").read_text(encoding="utf-8"))
    without_tests = text[: text.index('\ntest "')]
    orders = Source("rules/orders.rules", without_tests)
    ruleset, report = check_rules(offers, Workspace(load_project(ROOT)), [orders])
    assert ruleset is not None, [d.says for d in report]
    assert ruleset.orders is not None
    return ruleset.orders


@cache
def policy(text: str = SAMPLE, at: datetime = AFTER) -> Policy:
    return Policy(rules_of(text), at)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["Colissimo", " gls ", "DHL Express", "carrier not available", "", "out_of_stock", "Claim"]
    ),
    st.sampled_from(
        ["seller-out-of-stock", "yes", "no", "XY1", "https://track.example.org/1", "\ud800", "a\nb"]
    ),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS, st.booleans(), st.none(), st.integers(), st.just([]), st.just({}), st.decimals()
)
NAMES = st.one_of(
    st.sampled_from(
        ["carrier", "tracking_number", "tracking_url", "refund_reason", "refund_mode", "lines"]
    ),
    st.sampled_from(["refund_shipping_fees", "amount", "trackingnumber"]),
    st.text(max_size=12),
)
STATES = st.one_of(
    st.sampled_from(sorted({n.name for n in state_table().names})),
    st.sampled_from(sorted({n.lengow for n in state_table().names if n.lengow})),
    st.sampled_from(["WaitingShipment", "Refunded", "waitingshipment "]),
    st.text(max_size=12),
    st.none(),
)
CHANNELS = st.one_of(st.sampled_from(["cdiscount", "cdiscount_octopia"]), st.text(max_size=8))
ACTIONS = st.one_of(
    st.sampled_from(["accept", "refuse", "ship", "refund", "cancel"]), st.text(max_size=8)
)
# Whole sheets, so that a good part of the wishes is allowed.
SHEETS = st.one_of(
    st.dictionaries(NAMES, VALUES, max_size=5),
    st.fixed_dictionaries(
        {"carrier": st.sampled_from(["Colissimo", "gls", "nobody"]), "tracking_number": TEXTS},
        optional={"tracking_url": TEXTS, "lines": TEXTS},
    ),
    st.fixed_dictionaries(
        {"refund_reason": st.sampled_from(["out_of_stock", "ClientClaim", "bored"])},
        optional={"refund_mode": TEXTS, "refund_shipping_fees": VALUES},
    ),
)
WISHES = st.builds(
    Wish,
    ACTIONS,
    SHEETS,
    CHANNELS,
    STATES,
    reference=st.one_of(st.none(), st.text(max_size=12), st.just("SC1")),
    account=st.one_of(st.none(), st.just("1234"), st.text(max_size=6)),
)


def told_well(decision: Decision) -> None:
    """What is not allowed has a code that is known, a sentence, and sends nothing."""
    json.dumps(decision.as_json())
    if decision.ruling is Ruling.ALLOWED:
        assert decision.code is None
        assert decision.sends
        return
    assert decision.code in all_codes()
    assert decision.reason
    assert decision.requests == ()
    assert decision.sends is None


@pytest.mark.parametrize("text", [SAMPLE, LOOSE], ids=["sample", "loose"])
@given(wish=WISHES)
@settings(deadline=None, max_examples=300)
def test_what_is_allowed_fits_and_what_is_not_says_why(text: str, wish: Wish) -> None:
    decision = policy(text).decide(wish)
    told_well(decision)
    if decision.ruling is not Ruling.ALLOWED:
        return
    assert decision.sends
    assert decision.connector
    assert wish.channel
    sent = connector(decision.connector).actions[decision.sends]
    for request in decision.requests:
        assert body_faults(sent.schema, request.body) == ()
    present = {name for name, value in wish.parameters.items() if is_given(value)}
    slice_ = policy(text).slice_of(wish.channel)
    assert slice_ is not None
    rules = slice_.actions[wish.action]
    assert isinstance(rules, ActionRules)
    assert present >= set(rules.needed(Need.MANDATORY))
    assert not present & set(rules.needed(Need.FORBIDDEN))
    needs = {name: p.need(wish.channel) for name, p in sent.parameters.items()}
    assert present >= {n for n, need in needs.items() if need is Carried.MANDATORY}
    assert not present & {n for n, need in needs.items() if need is Carried.FORBIDDEN}


def test_some_wishes_of_each_action_are_allowed() -> None:
    """The property above is about something."""
    sheets: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "WaitingAcceptance", {}),
        ("refuse", "WaitingAcceptance", {}),
        ("ship", "WaitingShipment", {"carrier": "GLS", "tracking_number": "1"}),
        ("refund", "Shipped", {"refund_reason": "out_of_stock"}),
    ]
    for action, state, parameters in sheets:
        found = policy().decide(Wish(action, parameters, "cdiscount_octopia", state))
        assert found.ruling is Ruling.ALLOWED, found.reason


# --- the order of rules -------------------------------------------------------------------------


def blocks(text: str) -> tuple[str, list[str]]:
    """The head of the rules, and the blocks from the states on, tests aside."""
    rules = text[: text.index('\ntest "')]
    start = rules.index("states order")
    found = [b.strip() for b in re.split(r"\n(?=\S)(?!end)", rules[start:]) if b.strip()]
    return rules[:start], found


def outline(rules: OrderRules) -> list[tuple[str, ...]]:
    """Every cell and parameter, without the places that move."""
    slices = matrix(rules, "Europe/Paris")
    rows = [{k: v for k, v in row.items() if k != "rule"} for row in matrix_rows(slices)]
    cells = [tuple(str(v) for v in row.values()) for row in rows]
    parameters = [
        (one.slice.channel, one.start, action, p.name, p.need.value, p.sentence, str(p.takes))
        for one in slices
        for action, p in one.parameters()
    ]
    return sorted([*cells, *parameters])


@given(order=st.permutations(blocks(SAMPLE)[1]))
@settings(deadline=None, max_examples=25)
def test_decisions_do_not_depend_on_the_order_of_rules(order: list[str]) -> None:
    head, _ = blocks(SAMPLE)
    shuffled = head + "\n".join(order) + '\ntest "'
    assert outline(rules_of.__wrapped__(shuffled)) == outline(rules_of(SAMPLE))


# --- junk ---------------------------------------------------------------------------------------

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
ORDER_LIKE = st.fixed_dictionaries(
    {},
    optional={
        "orderId": JSON,
        "status": st.one_of(JSON, st.just("Shipped")),
        "salesChannel": st.one_of(JSON, st.just({"id": "CDISFR"})),
        "marketplace_order_id": JSON,
        "marketplace": st.one_of(JSON, st.just("cdiscount")),
        "lengow_status": st.one_of(JSON, st.just("shipped")),
        "lines": JSON,
        "packages": JSON,
        "seller": JSON,
        "account_id": JSON,
        "updatedAt": JSON,
    },
)
BYTES = st.one_of(
    st.binary(max_size=60),
    JSON.map(lambda read: json.dumps(read).encode()),
    ORDER_LIKE.map(lambda read: json.dumps(read).encode()),
)


@given(document=BYTES, action=ACTIONS, words=st.lists(st.text(max_size=10), max_size=3))
@settings(deadline=None, max_examples=300)
def test_no_order_and_no_word_stops_a_decision(
    document: bytes, action: str, words: list[str]
) -> None:
    said = Said(action, tuple(words), None, None, None, None, "order.json", document)
    told_well(decide_one(policy(), said))


WANTED_LIKE = st.fixed_dictionaries(
    {}, optional={"order": st.one_of(JSON, st.just("SC1")), "action": ACTIONS, "parameters": JSON}
)


@given(
    lines=st.lists(
        st.one_of(BYTES, WANTED_LIKE.map(lambda read: json.dumps(read).encode())), max_size=5
    ),
    documents=st.lists(BYTES, max_size=3),
)
@settings(deadline=None, max_examples=150)
def test_no_list_stops_a_batch(lines: list[bytes], documents: list[bytes]) -> None:
    known = json.dumps(
        {"orderId": "SC1", "status": "Shipped", "salesChannel": {"id": "CDISFR"}, "lines": []}
    )
    with OrderIndex() as index:
        told = list(index.fill([*documents, known.encode()], "orders.jsonl"))
        decided = list(Batch(policy(), index).decide(wanted_json(lines, "wanted.jsonl")))
    assert all(t.code.number in all_codes() for t in told)
    for one in decided:
        told_well(one.decision)
    assert len(decided) == sum(bool(line.strip()) for line in lines)


@given(rows=st.lists(st.text(max_size=40), max_size=5))
@settings(deadline=None, max_examples=150)
def test_no_csv_stops_a_batch(rows: list[str]) -> None:
    text = "order,action,carrier\n" + "\n".join(rows)
    with OrderIndex() as index:
        lines = text.splitlines(keepends=True)
        for one in Batch(policy(), index).decide(wanted_csv(lines, "wanted.csv")):
            told_well(one.decision)


CALL_LIKE = st.fixed_dictionaries(
    {
        "account_id": st.one_of(JSON, st.just(1)),
        "marketplace": st.one_of(JSON, st.just("cdiscount")),
        "marketplace_order_id": st.one_of(JSON, st.just("A1")),
        "action_type": ACTIONS,
    },
    optional={"refund_reason": VALUES.filter(lambda v: isinstance(v, str)), "lengow_status": TEXTS},
)


@given(
    lines=st.lists(
        st.one_of(BYTES, CALL_LIKE.map(lambda read: json.dumps(read).encode())), max_size=4
    )
)
@settings(deadline=None, max_examples=150)
def test_no_call_stops_a_migration(lines: list[bytes]) -> None:
    lengow = Policy(rules_of(SAMPLE), AFTER, OrderSettings("lengow"))
    for migrated in migrate_calls(lines, "calls.jsonl", PolicyVerdicts(lengow)):
        assert migrated.causes

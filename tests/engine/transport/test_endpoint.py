"""Endpoints as data: every one has its schemas, its confidence, its source, its class."""

import json

import pytest
from jsonschema import Draft202012Validator

from engine.lengow.endpoints import lengow
from engine.octopia.endpoints import octopia
from engine.orders.connectors import connector
from engine.resources import bundled
from engine.transport.answers import validator
from engine.transport.endpoint import Interface
from engine.transport.outcome import MessageClass

INTERFACES = [octopia(), lengow()]


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda i: i.name)
def test_every_fact_has_its_confidence_and_a_source_that_is_known(interface: Interface) -> None:
    known = set(json.loads(bundled("schemas/octopia/sources.json"))["sources"])
    for endpoint in interface.endpoints:
        assert endpoint.confidence, endpoint
        assert {s.strip() for s in endpoint.source.split(",")} <= known, endpoint


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda i: i.name)
def test_every_schema_is_one(interface: Interface) -> None:
    named = {s for e in interface.endpoints for s in e.answers.values() if s}
    for schema in named | {interface.token.schema}:
        Draft202012Validator.check_schema(json.loads(bundled(schema)))
        assert validator(schema)
        assert json.loads(bundled(schema))["x-confidence"]


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda i: i.name)
def test_only_reads_are_gets(interface: Interface) -> None:
    for endpoint in interface.endpoints:
        assert (endpoint.method == "GET") == (endpoint.message_class is MessageClass.READ)


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda i: i.name)
def test_requests_of_order_actions_go_to_endpoints_that_answer_alike(interface: Interface) -> None:
    file = json.loads(bundled(f"schemas/{interface.name}/orders/requests.json"))
    for name, action in connector(interface.name).actions.items():
        path = action.path.replace("{order}", "1")
        endpoint = interface.endpoint(action.method, path)
        assert endpoint is not None, name
        assert endpoint.message_class in {MessageClass.STATE, MessageClass.MONEY}
        assert sorted(endpoint.answers) == file["actions"][name]["answers"], name


def test_a_fixed_path_wins_over_one_that_varies() -> None:
    found = octopia().endpoint("GET", "/orders/count")
    assert found is not None
    assert found.name == "orders-count"


def test_refunds_are_money_wherever_they_go() -> None:
    for path in ("/order-cancellation-requests", "/order-partial-cancellation-requests"):
        found = octopia().endpoint("POST", path)
        assert found is not None
        assert found.message_class is MessageClass.MONEY
    action = lengow().endpoint("POST", "/v3.0/orders/actions/")
    assert action is not None
    assert action.message_class is MessageClass.MONEY

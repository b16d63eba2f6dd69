"""Classes of calls: what is not known is not called."""

import pytest

from engine.octopia.endpoints import message_class
from engine.transport.outcome import MessageClass


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/orders/1", MessageClass.READ),
        ("POST", "/orders/A%2F1/approval-status", MessageClass.STATE),
        ("POST", "/orders/1/shipments", MessageClass.STATE),
        ("POST", "/order-cancellation-requests", MessageClass.MONEY),
        ("POST", "/order-commercial-gesture-requests", MessageClass.MONEY),
        ("POST", "/offer-packages", MessageClass.STAGE),
        ("POST", "/offer-packages/7/offer-requests", MessageClass.STAGE),
        ("PATCH", "/offer-packages/7", MessageClass.COMMIT),
        ("POST", "/offer-integration-packages?x=1", MessageClass.COMMIT),
        ("DELETE", "/orders/1", None),
        ("POST", "/orders/1/2/shipments", None),
        ("POST", "/orders//shipments", None),
        ("PUT", "/offers/1", None),
    ],
)
def test_the_class_of_a_call(method: str, path: str, expected: MessageClass | None) -> None:
    assert message_class(method, path) is expected

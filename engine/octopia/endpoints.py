"""The endpoints that are called, and the class of each call: nothing else decides it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.octopia.outcome import MessageClass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A call that is known: `path` with `{}` for each part that varies."""

    method: str
    path: str
    message_class: MessageClass

    def fits(self, method: str, path: str) -> bool:
        """Whether a call to `path`, without its query, is one to this endpoint."""
        pattern = re.escape(self.path).replace(r"\{\}", "[^/]+")
        return method == self.method and re.fullmatch(pattern, path) is not None


ENDPOINTS = (
    Endpoint("POST", "/orders/{}/approval-status", MessageClass.STATE),
    Endpoint("POST", "/orders/{}/shipments", MessageClass.STATE),
    Endpoint("POST", "/order-cancellation-requests", MessageClass.MONEY),
    Endpoint("POST", "/order-partial-cancellation-requests", MessageClass.MONEY),
    Endpoint("POST", "/order-commercial-gesture-requests", MessageClass.MONEY),
    Endpoint("POST", "/offer-packages", MessageClass.STAGE),
    Endpoint("POST", "/offer-packages/{}/offer-requests", MessageClass.STAGE),
    Endpoint("PATCH", "/offer-packages/{}", MessageClass.COMMIT),
    Endpoint("POST", "/offer-integration-packages", MessageClass.COMMIT),
)


def message_class(method: str, path: str) -> MessageClass | None:
    """The class of a call, None where no such write is known: it must not be made.

    `path` stands below the connector's base; its query is no matter.
    """
    if method == "GET":
        return MessageClass.READ
    bare = urlsplit(path).path
    return next((e.message_class for e in ENDPOINTS if e.fits(method, bare)), None)

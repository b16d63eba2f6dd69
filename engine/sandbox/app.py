"""The addresses that the sandbox answers at: Octopia's, and its own below /sandbox."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine.sandbox import xml_packages
from engine.sandbox.clock import read_instant
from engine.sandbox.ledger import json_bytes
from engine.sandbox.lists import TRUTH, Lies, Page, cursor_page, index_page
from engine.sandbox.offers import shown
from engine.sandbox.problems import RefusedError, problem
from engine.sandbox.trouble import API, LIES
from engine.sandbox.world import World

TOKEN_PATH = "/auth/realms/maas/protocol/openid-connect/token"  # noqa: S105 - a path
JSON, PROBLEM = "application/json", "application/problem+json"
STATES = frozenset(
    [
        "Processing",
        "WaitingAcceptance",
        "Refused",
        "Accepted",
        "InPreparation",
        "Shipped",
        "Delivered",
        "Cancelled",
        "Rejected",
    ]
)
Handler = Callable[[Request], Awaitable[Response]]


class Marketplace:
    """Handlers over a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Octopia's addresses."""
        table: Sequence[tuple[str, str, Handler]] = (
            ("GET", "/sellers/subscriptions", self.subscriptions),
            ("GET", "/carriers", self.carriers),
            ("GET", "/cancellation-reasons", self.reasons),
            ("GET", "/orders", self.orders),
            ("GET", "/orders/count", self.orders_count),
            ("GET", "/orders/{order}", self.order),
            ("POST", "/orders/{order}/approval-status", self.approve),
            ("POST", "/orders/{order}/shipments", self.ship),
            ("GET", "/orders/{order}/commercial-gestures-available-amounts", self.amounts),
            ("GET", "/order-cancellation-requests", self.cancellations),
            ("POST", "/order-cancellation-requests", self.cancel),
            ("POST", "/order-partial-cancellation-requests", self.cancel_lines),
            ("GET", "/order-commercial-gesture-requests", self.gestures),
            ("POST", "/order-commercial-gesture-requests", self.give),
            ("GET", "/offer-packages", self.packages),
            ("POST", "/offer-packages", self.create_package),
            ("GET", "/offer-packages/{package}", self.package),
            ("PATCH", "/offer-packages/{package}", self.make_ready),
            ("POST", "/offer-packages/{package}/offer-requests", self.upload),
            ("GET", "/offer-packages/{package}/offer-requests-results", self.results),
            ("POST", "/offer-integration-packages", self.submit_xml),
            ("GET", "/offer-integration-packages/{package}", self.xml_package),
            ("GET", "/offers", self.offers),
        )
        found = [
            Route(API + path, _guarded(handler), methods=[method])
            for method, path, handler in table
        ]
        return [*found, Route(TOKEN_PATH, _guarded(self.token), methods=["POST"])]

    # Who asks, and what

    def _seller(self, request: Request) -> str:
        headers = request.headers
        return self._world.seller_of(headers.get("authorization", ""), headers.get("sellerid", ""))

    def _moment(self, request: Request) -> datetime:
        """The time that a read tells about."""
        return self._world.clock.now() - timedelta(seconds=_lies(request).lag)

    async def token(self, request: Request) -> Response:
        """A token for credentials."""
        form = dict(parse_qsl((await request.body()).decode()))
        return _json(self._world.give_token(form))

    # Orders

    async def orders(self, request: Request) -> Response:
        """A page of orders."""
        return _paged(request, index_page(self._orders(request), *_asked(request)))

    async def orders_count(self, request: Request) -> Response:
        """How many there are: a bare number."""
        return _json(len(self._orders(request)))

    def _orders(self, request: Request) -> list[dict[str, Any]]:
        found = self._world.orders.all_at(self._seller(request), self._moment(request))
        query, lies = _asked(request)
        states = {s for s in query.get("status", "").split(",") if s}
        if not states <= STATES:
            raise RefusedError(400, "A status is not known.", {"status": ["not valid"]})
        if lies.ignored_filter:
            return found
        return [o for o in found if _is_asked_for(o, states, query)]

    async def order(self, request: Request) -> Response:
        """One order."""
        order, seller = request.path_params["order"], self._seller(request)
        return _json(self._world.orders.at(seller, order, self._moment(request)))

    async def approve(self, request: Request) -> Response:
        """Accept or refuse."""
        seller, order = self._seller(request), request.path_params["order"]
        self._world.orders.approve(seller, order, await _body(request))
        return Response(status_code=201)

    async def ship(self, request: Request) -> Response:
        """Declare the parcel."""
        seller, order = self._seller(request), request.path_params["order"]
        self._world.orders.ship(seller, order, await _body(request))
        return Response(status_code=201)

    async def cancellations(self, request: Request) -> Response:
        """A page of cancellation requests."""
        seller, moment = self._seller(request), self._moment(request)
        query, lies = _asked(request)
        order = None if lies.ignored_filter else query.get("orderSellerId")
        found = [
            {"cancellationRequestId": r.id, "orderSellerId": r.order, "status": "Created", **r.body}
            for r in self._world.orders.cancellations
            if r.seller == seller and r.at <= moment and order in {None, r.order}
        ]
        return _paged(request, index_page(found, query, lies))

    async def cancel(self, request: Request) -> Response:
        """Cancel or refund an order."""
        seller = self._seller(request)
        made = self._world.orders.cancel(seller, await _body(request))
        return _json({"cancellationRequestId": made.id}, 201)

    async def cancel_lines(self, request: Request) -> Response:
        """Cancel or refund lines."""
        seller = self._seller(request)
        made = self._world.orders.cancel_lines(seller, await _body(request))
        return _json({"partialCancellationRequestId": made.id}, 201)

    async def amounts(self, request: Request) -> Response:
        """What may still be given."""
        seller, order = self._seller(request), request.path_params["order"]
        left = self._world.orders.allowable(seller, order, self._moment(request))
        return _json({"allowableAmount": left})

    async def gestures(self, request: Request) -> Response:
        """A page of commercial gestures."""
        seller, moment = self._seller(request), self._moment(request)
        query, lies = _asked(request)
        order = None if lies.ignored_filter else query.get("orderId")
        found = [
            {"requestId": r.id, "status": "Created", **r.body}
            for r in self._world.orders.gestures
            if r.seller == seller and r.at <= moment and order in {None, r.order}
        ]
        return _paged(request, cursor_page(found, query, lies))

    async def give(self, request: Request) -> Response:
        """Make a commercial gesture."""
        made = self._world.orders.give(self._seller(request), await _body(request))
        return _json({"requestId": made.id}, 201)

    # Packages and offers

    async def create_package(self, request: Request) -> Response:
        """Open a package; its id stands in a header."""
        seller, channel = self._seller(request), request.headers.get("saleschannelid", "")
        if channel not in self._world.settings.channels:
            raise RefusedError(400, "A header is missing.", {"SalesChannelId": ["required"]})
        made = self._world.packages.create(seller, channel, await _body(request))
        where = f"{API}/offer-packages/{made.id}"
        return Response(status_code=201, headers={"content-location": where})

    async def packages(self, request: Request) -> Response:
        """A page of packages."""
        seller, moment = self._seller(request), self._moment(request)
        query, lies = _asked(request)
        found = [
            self._world.packages.shown_at(p, moment)
            for p in self._world.packages.packages.values()
            if p.seller == seller and p.state.at(moment) is not None
        ]
        state = None if lies.ignored_filter else query.get("state")
        found = [p for p in found if state in {None, p["state"]}]
        return _paged(request, cursor_page(found, query, lies))

    async def package(self, request: Request) -> Response:
        """One package."""
        found = self._world.packages.get(self._seller(request), request.path_params["package"])
        return _json(self._world.packages.shown_at(found, self._moment(request)))

    async def upload(self, request: Request) -> Response:
        """Put offers in a package."""
        seller, package = self._seller(request), request.path_params["package"]
        self._world.packages.upload(seller, package, await _body(request))
        return Response(status_code=201)

    async def make_ready(self, request: Request) -> Response:
        """Close a package."""
        seller, package = self._seller(request), request.path_params["package"]
        self._world.packages.make_ready(seller, package, await _body(request))
        return Response(status_code=204)

    async def results(self, request: Request) -> Response:
        """A page of results."""
        seller, package = self._seller(request), request.path_params["package"]
        found = self._world.packages.results(seller, package)
        return _paged(request, cursor_page(found, *_asked(request)))

    async def submit_xml(self, request: Request) -> Response:
        """Take the address of an XML package."""
        made = self._world.xml_packages.submit(self._seller(request), await _body(request))
        return _json({"packageId": made.id})

    async def xml_package(self, request: Request) -> Response:
        """One XML package."""
        package = request.path_params["package"]
        return _json(
            xml_packages.shown(self._world.xml_packages.get(self._seller(request), package))
        )

    async def offers(self, request: Request) -> Response:
        """A page of offers."""
        seller, moment = self._seller(request), self._moment(request)
        query, lies = _asked(request)
        channel = query.get("salesChannelId")
        if not channel:
            raise RefusedError(400, "A parameter is missing.", {"salesChannelId": ["required"]})
        found = self._world.offers.at(seller, channel, moment)
        named = query.get("sellerExternalReferences")
        if named and not lies.ignored_filter:
            wanted = set(named.split(","))
            found = [(key, offer) for key, offer in found if key[2] in wanted]
        return _paged(request, cursor_page(found, query, lies, shown))

    # Facts

    async def subscriptions(self, request: Request) -> Response:
        """The channels of the seller."""
        self._seller(request)
        items = [
            {"sales-channel-id": c, "status": "Active", "offer-submission-currency": "EUR"}
            for c in self._world.settings.channels
        ]
        return _json({"count": len(items), "items": items})

    async def carriers(self, request: Request) -> Response:
        """The carriers: a bare list."""
        self._seller(request)
        return _json(self._world.carriers)

    async def reasons(self, request: Request) -> Response:
        """The reasons to cancel for; none where the state allows no cancelling."""
        self._seller(request)
        open_states = {"Accepted", "InPreparation", "Shipped", "Delivered"}
        named = self._world.settings.reasons
        found = named if request.query_params.get("orderStatus") in open_states else ()
        return _json([{"code": code, "label": code.replace("-", " ")} for code in found])


def application(world: World, own: Sequence[Route]) -> Starlette:
    """The application: Octopia's addresses and the sandbox's `own`."""
    handlers = {404: _unknown, 405: _unknown}
    return Starlette(routes=[*Marketplace(world).routes(), *own], exception_handlers=handlers)


async def _unknown(_: Request, __: Exception) -> Response:
    return _json(problem(404, "There is no such address."), 404, PROBLEM)


def _guarded(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except RefusedError as fault:
            said = problem(fault.status, fault.detail, fault.errors)
            return _json(said, fault.status, PROBLEM)
        except ClientDisconnect:
            return Response(status_code=400)  # half a request does nothing, and nobody listens

    return handle


def _is_asked_for(order: Mapping[str, Any], states: set[str], query: Mapping[str, str]) -> bool:
    """Whether an order passes the filters."""
    same = {"reference": order["reference"], "salesChannelId": order["salesChannel"]["id"]}
    if states and order["status"] not in states:
        return False
    if any(query.get(name, value) != value for name, value in same.items()):
        return False
    return all(
        (f"{name}Min" not in query or _instant(query, f"{name}Min") <= read_instant(order[name]))
        and (
            f"{name}Max" not in query or _instant(query, f"{name}Max") >= read_instant(order[name])
        )
        for name in ("updatedAt", "createdAt")
    )


def _instant(query: Mapping[str, str], name: str) -> datetime:
    try:
        return read_instant(query[name])
    except ValueError:
        raise RefusedError(400, f"{name} is not valid.", {name: ["not an instant"]}) from None


def _lies(request: Request) -> Lies:
    found: Lies = request.scope.get(LIES, TRUTH)
    return found


def _asked(request: Request) -> tuple[Mapping[str, str], Lies]:
    return dict(request.query_params), _lies(request)


async def _body(request: Request) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind != JSON:
        raise RefusedError(415, "JSON is expected.")
    try:
        return json.loads(await request.body(), parse_float=Decimal)
    except (ValueError, RecursionError):
        raise RefusedError(400, "The body is not JSON.") from None


def _json(data: Any, status: int = 200, kind: str = JSON) -> Response:
    return Response(json_bytes(data), status, media_type=kind)


def _paged(request: Request, page: Page) -> Response:
    response = _json(page.body)
    if page.cursor is not None:
        query = {k: v for k, v in request.query_params.items() if k.lower() != "cursor"}
        where = f"{request.url.path}?{urlencode({**query, 'Cursor': page.cursor})}"
        response.headers["link"] = f'<{where}>; rel="next"'
    return response

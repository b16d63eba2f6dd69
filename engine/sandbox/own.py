"""The sandbox's own addresses: its ledger, its clock, its faults, and more orders."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import ProjectError
from engine.sandbox.clock import read_instant, written
from engine.sandbox.faults import Script, read_rule
from engine.sandbox.ledger import json_bytes
from engine.sandbox.seeds import made_up_order
from engine.sandbox.world import World

GetScript = Callable[[], Script]


class Own:
    """Handlers for tests and for who looks on; no token is asked for."""

    def __init__(self, world: World, script: GetScript) -> None:
        self._world, self._script = world, script

    def routes(self) -> list[Route]:
        """The sandbox's own addresses."""
        return [
            Route("/sandbox/ledger", self.ledger, methods=["GET"]),
            Route("/sandbox/clock", self.clock, methods=["GET"]),
            Route("/sandbox/clock", self.set_clock, methods=["POST"]),
            Route("/sandbox/faults", self.faults, methods=["GET"]),
            Route("/sandbox/faults", self.set_faults, methods=["PUT"]),
            Route("/sandbox/tokens", self.revoke, methods=["DELETE"]),
            Route("/sandbox/orders", self.add_order, methods=["POST"]),
        ]

    async def ledger(self, request: Request) -> Response:
        """What took effect; `?kind=ship` for one kind."""
        kind = request.query_params.get("kind")
        found = [e for e in self._world.ledger.effects if kind in {None, e.kind}]
        return _said({"effects": [effect.as_json() for effect in found]})

    async def clock(self, _: Request) -> Response:
        """The time."""
        clock = self._world.clock
        return _said({"now": written(clock.now()), "running": clock.running})

    async def set_clock(self, request: Request) -> Response:
        """Set the time: {"now": ..., "running": ...} or {"advance": seconds}."""
        try:
            asked = json.loads(await request.body())
            clock = self._world.clock
            now = read_instant(asked["now"]) if "now" in asked else clock.now()
            clock.set(now, running=asked.get("running"))
            clock.advance(int(asked.get("advance", 0)))
        except (ValueError, TypeError, AttributeError) as fault:
            return _said({"fault": str(fault)}, 400)
        self._world.catch_up()
        return await self.clock(request)

    async def faults(self, _: Request) -> Response:
        """Which faults struck which requests."""
        return _said(
            {"struck": [{"do": do, "request": what} for do, what in self._script().struck]}
        )

    async def set_faults(self, request: Request) -> Response:
        """Replace the script: {"faults": [...]}."""
        try:
            asked = json.loads(await request.body())
            rules = [read_rule(entry, "the request") for entry in asked["faults"]]
        except (ValueError, TypeError, KeyError, ProjectError) as fault:
            return _said({"fault": str(fault)}, 400)
        self._script().rules = rules
        return _said({"faults": len(rules)})

    async def revoke(self, _: Request) -> Response:
        """Take no token any more that was given until now."""
        self._world.revoke_tokens()
        return Response(status_code=204)

    async def add_order(self, request: Request) -> Response:
        """Add an order in a state: {"orderId": ..., "status": ..., "seller": ...}."""
        try:
            asked = json.loads(await request.body())
            order, state = str(asked["orderId"]), str(asked["status"])
        except (ValueError, TypeError, KeyError) as fault:
            return _said({"fault": f"{fault!r}"}, 400)
        settings = self._world.settings
        chance = random.Random(f"{settings.seed}{order}")  # noqa: S311 - the same for the same seed
        seller = str(asked.get("seller", settings.sellers[0]))
        now = self._world.clock.now()
        made = made_up_order(seller, settings.channels[0], order, state, now=now, chance=chance)
        self._world.orders.add(made)
        return _said(made, 201)


def _said(data: Any, status: int = 200) -> Response:
    return Response(json_bytes(data), status, media_type="application/json")

"""Requests on their way through the fault script to the marketplace, and answers on their way back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.sandbox.faults import KINDS, TOKEN, Moment, Rule, Script
from engine.sandbox.ledger import json_bytes
from engine.sandbox.lists import Lies
from engine.sandbox.problems import problem
from engine.sandbox.wire import Connections
from engine.sandbox.world import World

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

API = "/seller/v2"
PAGE = b"<!DOCTYPE html><title>Maintenance</title><p>Please come back later."
HUGE, PIECE = 40 * 1024 * 1024, 1024 * 1024
LIES = "sandbox.lies"


@dataclass
class _Answer:
    """An answer that is held back."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class Trouble:
    """The marketplace with what goes wrong on the way to it and back."""

    def __init__(self, inner: App, world: World, script: Script, connections: Connections) -> None:
        self._inner, self._world, self._connections = inner, world, connections
        self.script = script
        self._late: list[tuple[datetime, Scope, bytes]] = []
        self._waiting: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        await self._catch_up()
        rule = self._pick(scope)
        if rule is None:
            await self._inner(scope, receive, send)
            return
        body = await _whole_body(receive)
        if body is None:
            return
        match KINDS[rule.do].moment:
            case Moment.BEFORE:
                await self._before(rule, scope, receive, send)
            case Moment.AFTER:
                answer = _Answer()
                await self._inner(scope, _once(body), answer.take)
                await self._after(rule, answer, scope, receive, send)
            case Moment.LATE:
                due = self._world.clock.now() + timedelta(seconds=rule.seconds)
                self._late.append((due, dict(scope), body))
                self._connections.reset(tuple(scope["client"]))
                await _gone(receive)
            case Moment.READING:
                scope[LIES] = _lies(rule)
                await self._inner(scope, _once(body), send)

    def _pick(self, scope: Scope) -> Rule | None:
        path = scope["path"]
        if path.startswith(API):
            return self.script.pick(scope["method"], path.removeprefix(API))
        if path.endswith(TOKEN):
            return self.script.pick(scope["method"], TOKEN)
        return None

    async def _catch_up(self) -> None:
        """Let late requests arrive that are due, then everything else."""
        now = self._world.clock.now()
        due = [late for late in self._late if late[0] <= now]
        self._late = [late for late in self._late if late[0] > now]
        for _, scope, body in sorted(due, key=lambda late: late[0]):
            await self._inner(scope, _once(body), _Answer().take)
        self._world.catch_up()

    async def _before(self, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        status, peer = KINDS[rule.do].status, tuple(scope["client"])
        if rule.do == "reset-before":
            self._connections.reset(peer)
            await _gone(receive)
        elif rule.do == "refuse":
            task = asyncio.create_task(self._connections.refuse(rule.milliseconds))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)
            await _gone(receive)
        elif rule.do == "stall-before":
            await _gone(receive)
        elif rule.do == "html-before":
            await _answer(send, 200, PAGE, kind=b"text/html")
        elif rule.do == "redirect":
            where = (b"location", b"http://192.0.2.1/seller/v2")
            await _answer(send, status, b"", extra=[where])
        else:
            wait = [(b"retry-after", str(rule.seconds).encode())] if status == 429 else []
            await _answer(send, status, _refusal(status), kind=PROBLEM, extra=wait)

    async def _after(
        self, rule: Rule, answer: _Answer, scope: Scope, receive: Receive, send: Send
    ) -> None:
        status, peer = KINDS[rule.do].status, tuple(scope["client"])
        if rule.do == "reset-after":
            self._connections.reset(peer)
            await _gone(receive)
        elif rule.do == "stall-after":
            await _gone(receive)
        elif rule.do == "truncated":
            head = f"HTTP/1.1 {answer.status} OK\r\ncontent-type: application/json\r\n".encode()
            length = f"content-length: {len(answer.body) + 10}\r\n\r\n".encode()
            half = answer.body[: len(answer.body) // 2]
            self._connections.break_off(peer, head + length + half)
            await _gone(receive)
        elif rule.do == "html":
            await _answer(send, 200, PAGE, kind=b"text/html")
        elif rule.do == "wrong-schema":
            await _answer(send, 200, b'{"unexpected":[null,true]}')
        elif rule.do == "huge":
            await _huge(send)
        else:
            await _answer(send, status, _refusal(status), kind=PROBLEM)


PROBLEM = b"application/problem+json"


def _refusal(status: int) -> bytes:
    return json_bytes(problem(status, "The sandbox was told to say so."))


def _lies(rule: Rule) -> Lies:
    return Lies(
        lag=rule.seconds if rule.do == "lag" else 0,
        missing_page=rule.do == "missing-page",
        repeated_page=rule.do == "repeated-page",
        ignored_filter=rule.do == "ignored-filter",
    )


async def _whole_body(receive: Receive) -> bytes | None:
    """The body of a request, None where the other end went away before its end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _gone(receive: Receive) -> None:
    """Return when the other end has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: bytes = b"application/json",
    extra: list[tuple[bytes, bytes]] | None = None,
) -> None:
    length = (b"content-length", str(len(body)).encode())
    headers = [(b"content-type", kind), length, *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _huge(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for _ in range(HUGE // PIECE):
        await send({"type": "http.response.body", "body": b" " * PIECE, "more_body": True})
    await send({"type": "http.response.body", "body": b"{}"})

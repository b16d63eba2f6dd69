"""A seller's connection to a marketplace: the one `Sender` that really sends."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from engine.transport.answers import read_answer
from engine.transport.clock import Clock
from engine.transport.endpoint import Endpoint, Interface
from engine.transport.http import HttpLine, HttpRequest, Limits, require_safe
from engine.transport.outcome import (
    Answer,
    Call,
    Lost,
    MessageClass,
    NotSent,
    NotSentReason,
    Outcome,
)
from engine.transport.pace import (
    LONGEST_WISH,
    READS,
    TOO_MANY_REQUESTS,
    Breaker,
    failed,
    pause,
    wished_pause,
)
from engine.transport.secrets import Mask
from engine.transport.tokens import Credentials, TokenCache

REFUSED, UNAUTHORIZED = 400, 401  # from 400 on
# Headers that only the connection may set; a call that brings one of them is not made.
OURS = frozenset(
    {"authorization", "host", "content-length", "transfer-encoding", "connection", "cookie"}
)
OWN_CONNECTION = frozenset({MessageClass.STATE, MessageClass.MONEY, MessageClass.COMMIT})


class Address(Struct, frozen=True):
    """Where an interface is reached, if not where it usually is, and whose certificates count."""

    base: str
    token_url: str
    authority: Path | None = None


def usual_address(interface: Interface) -> Address:
    """Where `interface` is reached as its documentation says."""
    return Address(interface.base, interface.token.url)


class Connection:
    """Makes calls for one seller, one at a time.

    Never repeats a call that is not a read, never raises for what the network does.
    """

    def __init__(
        self,
        interface: Interface,
        seller: str,
        credentials: Credentials,
        clock: Clock,
        *,
        headers: Mapping[str, str],
        seller_header: str | None,
        address: Address | None = None,
        limits: Limits | None = None,
        mask: Mask | None = None,
        random_below: Callable[[int], int] | None = None,
    ) -> None:
        """Make a connection; nothing is sent yet.

        Args:
            interface: the marketplace's.
            seller: the seller that these credentials are for.
            credentials: what tokens are asked for with.
            clock: the time.
            headers: what every call carries, but for the token.
            seller_header: the header that names the seller, None where none does.
            address: where to reach it, the usual place if not given.
            limits: of each exchange.
            mask: learns every secret, so that logs can hide them.
            random_below: a random whole number from 0 up to, not including, the one given.

        Raises:
            ProjectError: the address is neither https nor on this machine.
        """
        at = usual_address(interface) if address is None else address
        limits, mask = limits or Limits(), mask or Mask()
        self._interface, self._seller, self._clock = interface, seller, clock
        self._base, self._headers = require_safe(at.base), dict(headers)
        self._seller_header = seller_header
        self._line = HttpLine(limits, clock, at.authority)
        self._tokens = TokenCache(
            HttpLine(limits, clock, at.authority),
            replace(interface.token, url=require_safe(at.token_url)),
            credentials,
            clock,
            mask,
        )
        self._mask = mask
        self._breaker = Breaker(clock)
        self._pause_until = 0
        self._random_below = random_below or random.SystemRandom().randrange
        self._turn = threading.RLock()

    @property
    def seller(self) -> str:
        """The seller whose credentials these are."""
        return self._seller

    def blocked_seconds(self) -> int:
        """How long no call should be made: the breaker is open, or the marketplace asks for it."""
        wait = max(self._breaker.wait(), self._pause_until - self._clock.milliseconds(), 0)
        return -(-wait // 1000)

    def renew(self) -> bool:
        """Drop the token and fetch another; whether there is one now."""
        with self._turn:
            self._tokens.drop()
            return not isinstance(self._tokens.auth(), NotSent)

    def send(self, call: Call) -> Outcome:
        """Make `call`, reads up to five times, and tell what became of it."""
        with self._turn:
            endpoint = self._interface.endpoint(call.method, call.path)
            fault = self._unfit(call, endpoint)
            if endpoint is None or fault:
                return NotSent(NotSentReason.REFUSED_HERE, fault)
            if endpoint.message_class is MessageClass.READ:
                return self._read(call, endpoint)
            return self._once(call, endpoint)

    def _unfit(self, call: Call, endpoint: Endpoint | None) -> str:
        """Why `call` must not be made through this connection, "" where it may."""
        if endpoint is None:
            return f"no endpoint {call.method} {call.path.partition('?')[0]} is known"
        if not call.path.isascii() or not call.path.isprintable() or " " in call.path:
            return "the path has characters that a path cannot have"
        if any(unquote(part) in {".", ".."} for part in call.path.partition("?")[0].split("/")):
            return "the path leaves its place"
        taken = sorted(n for n, _ in call.headers if n.lower() in OURS)
        if taken:
            return f"the header {taken[0]} is not the caller's to set"
        named = call.header(self._seller_header) if self._seller_header else None
        if named is not None and named != self._seller:
            return f"it is for seller {named}, these credentials are of {self._seller}"
        return ""

    def _read(self, call: Call, endpoint: Endpoint) -> Outcome:
        renewed = False
        for attempt in range(1, READS + 1):
            outcome = self._once(call, endpoint)
            if _unauthorized(outcome) and not renewed:
                renewed = True
                outcome = self._once(call, endpoint) if self.renew() else outcome
            if not _worth_another(outcome) or attempt == READS or self.blocked_seconds():
                return outcome
            self._clock.wait(pause(attempt, self._random_below))
        return outcome

    def _once(self, call: Call, endpoint: Endpoint) -> Outcome:
        read = endpoint.message_class is MessageClass.READ
        if self._clock.milliseconds() < self._pause_until:
            return NotSent(NotSentReason.REFUSED_HERE, "the marketplace asked us to wait")
        if not self._breaker.lets_through(read=read):
            words = "too many failures: the breaker is open, and a read must go first"
            return NotSent(NotSentReason.REFUSED_HERE, words)
        outcome = self._exchange(call, endpoint)
        self._breaker.record(outcome)
        if isinstance(outcome, Answer) and outcome.status == TOO_MANY_REQUESTS:
            wish = wished_pause(outcome)
            if wish is not None:
                until = self._clock.milliseconds() + min(wish, LONGEST_WISH) * 1000
                self._pause_until = max(self._pause_until, until)
        return outcome

    def _exchange(self, call: Call, endpoint: Endpoint) -> Outcome:
        auth = self._tokens.auth()
        if isinstance(auth, NotSent):
            return auth
        request = HttpRequest(
            call.method,
            self._base + call.path,
            self._all_headers(call),
            call.body,
            fresh=endpoint.message_class in OWN_CONNECTION,
        )
        outcome = self._line.exchange(request, auth)
        if isinstance(outcome, NotSent | Lost):
            return outcome
        if outcome.status == UNAUTHORIZED:
            self._tokens.drop()
        answer = read_answer(outcome, endpoint.answers)
        return self._hidden(answer) if answer.status >= REFUSED or answer.fault else answer

    def _hidden(self, answer: Answer) -> Answer:
        """The answer without secrets: gateways quote a request in their errors, its headers too."""
        return Answer(
            answer.status,
            {name: self._mask(value) for name, value in answer.headers.items()},
            _each_text(answer.body, self._mask),
            None if answer.trace_id is None else self._mask(answer.trace_id),
            None if answer.fault is None else self._mask(answer.fault),
        )

    def _all_headers(self, call: Call) -> dict[str, str]:
        found = {name.lower(): (name, value) for name, value in self._headers.items()}
        found |= {name.lower(): (name, value) for name, value in call.headers}
        if call.body is not None:
            found.setdefault("content-type", ("Content-Type", "application/json"))
        found["accept-encoding"] = ("Accept-Encoding", "gzip")
        if self._seller_header:
            found[self._seller_header.lower()] = (self._seller_header, self._seller)
        return dict(found.values())


def _each_text(found: Any, change: Callable[[str], str], deep: int = 50) -> Any:
    """JSON data with every text in it changed; what is nested deeper than anybody reads is left out."""
    if isinstance(found, str):
        return change(found)
    if isinstance(found, list | dict) and not deep:
        return None
    if isinstance(found, list):
        return [_each_text(one, change, deep - 1) for one in found]
    if isinstance(found, dict):
        return {change(name): _each_text(one, change, deep - 1) for name, one in found.items()}
    return found


def _unauthorized(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and outcome.status == UNAUTHORIZED


def _worth_another(outcome: Outcome) -> bool:
    """Whether the same read may well end better in a moment."""
    if isinstance(outcome, NotSent):
        return outcome.reason in {NotSentReason.NAME, NotSentReason.CONNECT}
    return failed(outcome)

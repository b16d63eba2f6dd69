"""One HTTP exchange with a marketplace, bounded in time and size, judged at the socket."""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import requests
from msgspec import Struct
from requests.auth import AuthBase
from requests.exceptions import RequestException
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    NameResolutionError,
    ReadTimeoutError,
    SSLError,
)

from engine.errors import ProjectError
from engine.transport.clock import Clock
from engine.transport.outcome import Lost, LostKind, NotSent, NotSentReason
from engine.transport.secrets import Secret
from engine.transport.wire import NoGuardError, Progress, WatchedAdapter, Wire

CHUNK = 65_536  # bytes
NO_BODY = frozenset({204, 304})
LOOPBACK_NAMES = frozenset({"localhost"})


class Limits(Struct, frozen=True):
    """How long an exchange may take, in milliseconds, and how large an answer may be, in bytes.

    A connection that was idle longer than `idle` is not used again: the server may be closing it,
    and a request that meets the closing is lost.
    """

    connect: int = 5_000
    read: int = 30_000
    whole: int = 60_000
    idle: int = 4_000
    largest: int = 32 * 1024 * 1024


class HttpRequest(Struct, frozen=True):
    """A request as it goes out, but for the token; `url` is whole."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    fresh: bool = False  # over a connection of its own, which no earlier request can have spoilt


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that was read to its end; names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)  # may hold names and addresses of customers


class TokenAuth(AuthBase):
    """Puts a token where requests carry it, at the last moment."""

    def __init__(self, token: Secret, scheme: str) -> None:
        self._token = token
        self._scheme = scheme

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to `request`."""
        request.headers["Authorization"] = f"{self._scheme} {self._token.reveal()}".strip()
        return request


def address_parts(address: str) -> SplitResult:
    """The parts of `address`, its port among them.

    Raises:
        ProjectError: it cannot be read. It is not quoted, since it may hold a password.
    """
    try:
        parts = urlsplit(address)
        readable = parts.port != 0 and address.isprintable() and " " not in parts.netloc
    except ValueError:  # its words quote the address too
        readable = False
    if not readable:
        raise ProjectError(
            "no address that can be read; it is such as https://api.example.org:8443/path, an IPv6 "
            "address stands in brackets, a port is a number from 1 to 65535"
        )
    return parts


def require_safe(base: str) -> str:
    """`base` without its last slash, if requests to it are encrypted or never leave this machine.

    Raises:
        ProjectError: it is no https address (http is for loopback addresses alone).
    """
    parts = address_parts(base)
    if parts.username is not None or parts.query or parts.fragment or not parts.hostname:
        raise ProjectError(f"{parts.scheme}://{parts.hostname or ''}: not a plain base address")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return base.rstrip("/")
    raise ProjectError(
        f"{base}: only https is used; http is possible for loopback addresses such as 127.0.0.1"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


class _Session(requests.Session):
    """A session that takes nothing from its surroundings and follows nothing."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.trust_env = False  # no proxies, no netrc, no certificate bundle of the environment
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers.clear()
        self.adapters.clear()
        for scheme in ("https://", "http://"):
            self.mount(scheme, WatchedAdapter(wire))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """None: even an unfollowed redirect would be read here, without a bound."""
        return None


class HttpLine:
    """Exchanges with one host, one at a time."""

    def __init__(self, limits: Limits, clock: Clock, authority: Path | None = None) -> None:
        """Make a line.

        Args:
            limits: of each exchange.
            clock: the time, which only grows.
            authority: a file with the certificates to trust instead of the public ones.
        """
        self._limits = limits
        self._clock = clock
        self._verify: str | bool = True if authority is None else str(authority)
        self._wire = Wire()
        self._session = _Session(self._wire)
        self._used = 0
        self._turn = threading.Lock()

    def exchange(
        self, request: HttpRequest, auth: AuthBase | None = None
    ) -> HttpAnswer | NotSent | Lost:
        """Send `request` once and read its answer; nothing that the network does is raised."""
        with self._turn:
            idle = self._clock.milliseconds() - self._used
            if request.fresh or idle > self._limits.idle:
                self._hang_up()
            outcome = self._exchange(request, auth)
            self._used = self._clock.milliseconds()
            if not isinstance(outcome, HttpAnswer):
                self._hang_up()  # what still comes on that connection answers nothing of ours
            return outcome

    def _hang_up(self) -> None:
        for adapter in self._session.adapters.values():
            adapter.close()

    def _exchange(self, request: HttpRequest, auth: AuthBase | None) -> HttpAnswer | NotSent | Lost:
        try:
            prepared = self._session.prepare_request(
                requests.Request(
                    request.method, request.url, dict(request.headers), data=request.body, auth=auth
                )
            )
        except (RequestException, ValueError) as fault:
            words = f"the request cannot be made: {type(fault).__name__}"
            return NotSent(NotSentReason.REFUSED_HERE, words)
        try:
            with self._wire.exchange(self._limits.whole):
                return self._send(prepared)
        except NoGuardError:
            words = "this machine has no thread left to watch over a request"
            return NotSent(NotSentReason.REFUSED_HERE, words)

    def _send(self, prepared: requests.PreparedRequest) -> HttpAnswer | NotSent | Lost:
        timeouts = (self._limits.connect / 1000, self._limits.read / 1000)
        try:
            with closing(
                self._session.send(
                    prepared,
                    stream=True,
                    timeout=timeouts,
                    verify=self._verify,
                    proxies={},
                    allow_redirects=False,
                )
            ) as response:
                return self._read(response)
        except (RequestException, HTTPError, OSError, HTTPException, ValueError) as fault:
            # ValueError: what the standard library makes of some garbled headers.
            return self._failed(fault)

    def _read(self, response: requests.Response) -> HttpAnswer | Lost:
        body = bytearray()
        for chunk in response.raw.stream(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._limits.largest:
                words = f"status {response.status_code}, more than {self._limits.largest} bytes"
                return Lost(LostKind.TOO_LARGE, words)
        headers = {name.lower(): value for name, value in response.headers.items()}
        if self._wire.out_of_time:
            words = f"no whole answer within {self._limits.whole} ms"
            return Lost(LostKind.TIMEOUT, words)
        if not _framed(response.status_code, headers):
            words = f"status {response.status_code}, but nothing says where the answer ends"
            return Lost(LostKind.CUT_SHORT, words)
        return HttpAnswer(response.status_code, headers, bytes(body))

    def _failed(self, fault: Exception) -> NotSent | Lost:
        """What an exception means: decided by how far the exchange came, explained by its name."""
        progress = self._wire.progress
        chain = _chain(fault)
        words = _plainest(chain)
        if self._wire.out_of_time:
            words = f"no whole answer within {self._limits.whole} ms"
        if progress is Progress.NOTHING:
            return NotSent(_reason(chain), words)
        kind = LostKind.TIMEOUT if self._wire.out_of_time else _kind(chain, progress)
        return Lost(kind, f"{WHERE[progress]}: {words}")


WHERE = {
    Progress.SENDING: "while the request was sent",
    Progress.SENT: "while we waited for the answer",
    Progress.ANSWERING: "while the answer was read",
}


def _framed(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the answer says where it ends.

    Where it does not, the closing of the connection ends it: headers that broke off would pass for
    whole ones, and a body that broke off for an empty one.
    """
    if status in NO_BODY:
        return True
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()


def _chain(fault: BaseException) -> list[BaseException]:
    """The exceptions that led to `fault`, itself first."""
    found: list[BaseException] = []
    waiting: list[object] = [fault]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]
    return found


def _is(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in chain)


def _reason(chain: list[BaseException]) -> NotSentReason:
    if _is(chain, NameResolutionError):
        return NotSentReason.NAME
    if _is(chain, SSLError, ssl.SSLError):
        return NotSentReason.TLS
    return NotSentReason.CONNECT


def _kind(chain: list[BaseException], progress: Progress) -> LostKind:
    if _is(chain, TimeoutError, ReadTimeoutError):
        return LostKind.TIMEOUT
    garbled = [one for one in chain if isinstance(one, HTTPException | DecodeError)]
    if any(not isinstance(one, OSError | http.client.IncompleteRead) for one in garbled):
        return LostKind.UNREADABLE
    return LostKind.CUT_SHORT if progress is Progress.ANSWERING else LostKind.RESET


def _plainest(chain: list[BaseException]) -> str:
    """The plainest words: the operating system's own, else the innermost exception's name.

    Other texts of libraries are left out, as they quote addresses, headers and bodies.
    """
    for one in chain:
        if isinstance(one, OSError) and one.errno is not None and one.strerror:
            return one.strerror.lower()
    return type(chain[-1]).__name__

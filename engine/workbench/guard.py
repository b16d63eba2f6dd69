"""Who may ask: this page alone, in this browser, with the token that was shown in the terminal.

The server listens on loopback, where every program and every page in the browser can reach it. So:
a name that another page made point here is no Host of ours (DNS rebinding); a question that another page
sends has another Origin; a program of another person on this machine does not know the token. The token is
no cookie: cookies are shared by all ports of a host, a page's own storage is not. Nor does it stand in the
command that starts a browser, which others can list: there stands a code that lets one page in, once.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 8_000_000
TOKEN_HEADER = "X-Feedwright-Token"  # noqa: S105 - the name of a header
API = "/api/"
ENTER = "/api/enter"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Keys:
    """The token that answers are given to, and codes that are each exchanged for it once."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._codes: set[str] = set()

    def make_code(self) -> str:
        """A code that lets one page in."""
        code = secrets.token_urlsafe(32)
        self._codes.add(code)
        return code

    def exchange(self, code: str) -> str | None:
        """The token for a code that was not used yet; None for any other."""
        if code not in self._codes:
            return None
        self._codes.discard(code)
        return self.token

    def fits(self, token: str) -> bool:
        """Whether `token` is the token; how long this takes tells nothing."""
        given = token.encode("utf-8", "replace")
        return secrets.compare_digest(given, self.token.encode())


class Guard:
    """Lets through what this page asks; says no to everything else before anything is read."""

    def __init__(self, app: ASGIApp, keys: Keys, hosts: Collection[str]) -> None:
        self.app = app
        self.keys = keys
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refused(scope, Headers(scope=scope))
        await (refused or self.app)(scope, receive, headed)

    def _refused(self, scope: Scope, headers: Headers) -> JSONResponse | None:
        host = headers.get("host", "")
        if headers.getlist("host") != [host] or host not in self.hosts:
            return refusal(403, "this is not the address that `feedwright serve` showed")
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return refusal(403, "another page may not ask here")
        if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return refusal(403, "another page may not ask here")
        if not scope["path"].startswith(API):
            return None
        if scope["path"] != ENTER and not self.keys.fits(headers.get(TOKEN_HEADER, "")):
            return refusal(
                401, "open the address that `feedwright serve` showed: the token is missing"
            )
        return self._refused_body(scope, headers)

    @staticmethod
    def _refused_body(scope: Scope, headers: Headers) -> JSONResponse | None:
        if scope["method"] != "POST":
            return None
        if headers.get("origin") is None:
            return refusal(403, "a question comes from the page")
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refusal(415, "a question is JSON")
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return refusal(413, f"a question has at most {LARGEST_BODY} bytes, and says how many")
        return None


def refusal(status: int, says: str) -> JSONResponse:
    """An answer that only says what is wrong."""
    return JSONResponse({"error": says}, status)

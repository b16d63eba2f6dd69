"""A `LengowMarket` over HTTP on loopback, with its token."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulator.lengow_market import ACCOUNT, LengowMarket

from engine.transport.outcome import Answer, Call

TOKEN = "t0ken-of-tests"  # noqa: S105 - nobody's


@contextmanager
def serving(market: LengowMarket) -> Iterator[str]:
    """Serve `market`; the base address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(Call("GET", self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/access/get_token":
                self._write(200, {"token": TOKEN, "account_id": int(ACCOUNT)})
            else:
                self._answer(Call("POST", self.path, (), body))

        def _answer(self, call: Call) -> None:
            if self.headers.get("Authorization") != TOKEN:
                self._write(403, {"error": {"code": 403, "message": "no token"}})
                return
            outcome = market.send(call)
            if isinstance(outcome, Answer):
                self._write(outcome.status, outcome.body)
            else:
                self.connection.close()

        def _write(self, status: int, body: object) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

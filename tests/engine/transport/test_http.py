"""What became of a request, with real sockets that fail at every stage of an exchange."""

import gzip
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from engine.errors import ProjectError
from engine.transport.http import HttpAnswer, HttpLine, HttpRequest, Limits, TokenAuth, require_safe
from engine.transport.outcome import Lost, LostKind, NotSent, NotSentReason
from engine.transport.secrets import Secret

QUICK = Limits(connect=300, read=300, whole=900, largest=200_000)
BODY = b'{"approval_status":"Accepted"}'


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that signs certificates for these tests."""
    return trustme.CA()


@pytest.fixture
def line(clock: Any) -> HttpLine:
    return HttpLine(QUICK, clock)


def post(
    port: int, *, scheme: str = "http", host: str = "127.0.0.1", fresh: bool = False
) -> HttpRequest:
    headers = {"Content-Type": "application/json", "SellerId": "77"}
    return HttpRequest(
        "POST", f"{scheme}://{host}:{port}/orders/1/approval-status", headers, BODY, fresh
    )


def answered(text: bytes) -> Callable[[Any], None]:
    def behave(peer: Any) -> None:
        peer.read_request()
        peer.write(text)

    return behave


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


# Before the first byte


def test_a_refused_connection_sent_nothing(line: HttpLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = line.exchange(post(port))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.CONNECT
    assert outcome.detail == "connection refused"


def test_a_name_without_address_sent_nothing(
    line: HttpLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    outcome = line.exchange(post(443, scheme="https", host="api.example.test"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.NAME


def test_a_connection_that_nobody_accepts_sent_nothing(line: HttpLine) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(4):  # until the queue of connections to accept is full
            one = socket.socket()
            one.setblocking(False)  # noqa: FBT003 - the library's signature
            one.connect_ex(full.getsockname())
            waiting.append(one)
        outcome = line.exchange(post(full.getsockname()[1]))
        for one in waiting:
            one.close()
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.CONNECT


def test_a_server_without_tls_is_sent_nothing(line: HttpLine, serve: Any) -> None:
    server = serve(answered(OK))
    outcome = line.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, NotSent)
    assert b"SellerId" not in bytes(server.peers[0].received)


@pytest.mark.parametrize("end", ["close", "reset", "stall"])
def test_a_handshake_that_does_not_end_sent_nothing(line: HttpLine, serve: Any, end: str) -> None:
    def behave(peer: Any) -> None:
        peer.socket.recv(100)  # a part of the client's hello
        if end == "reset":
            peer.reset()
        if end == "stall":
            peer.stall()

    outcome = line.exchange(post(serve(behave).port, scheme="https"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason in {NotSentReason.TLS, NotSentReason.CONNECT}


def server_context(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA, clock: Any, tmp_path: Path) -> HttpLine:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return HttpLine(QUICK, clock, file)


def test_a_certificate_that_nobody_vouches_for_is_sent_nothing(
    line: HttpLine, serve: Any, authority: trustme.CA
) -> None:
    server = serve(answered(OK), tls=server_context(authority))
    outcome = line.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.TLS
    assert server.peers[0].received == b""


def test_a_certificate_for_another_name_is_sent_nothing(
    trusting: HttpLine, serve: Any, authority: trustme.CA
) -> None:
    server = serve(answered(OK), tls=server_context(authority, "api.example.test"))
    outcome = trusting.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.TLS
    assert server.peers[0].received == b""


def test_a_header_that_cannot_be_written_sends_nothing(line: HttpLine, serve: Any) -> None:
    server = serve(answered(OK))
    broken = HttpRequest("GET", f"http://127.0.0.1:{server.port}/", {"SellerId": "7\r\nX: 1"})
    outcome = line.exchange(broken)
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.REFUSED_HERE
    assert server.peers == []


# After the first byte


def partly(peer: Any) -> None:
    peer.socket.recv(10)


def reset_at_once(peer: Any) -> None:
    peer.reset()


def reset_partly_read(peer: Any) -> None:
    partly(peer)
    peer.reset()


def close_partly_read(peer: Any) -> None:
    partly(peer)


def close_all_read(peer: Any) -> None:
    peer.read_request()


def reset_all_read(peer: Any) -> None:
    peer.read_request()
    peer.reset()


def stall_all_read(peer: Any) -> None:
    peer.read_request()
    peer.stall()


def stall_unread(peer: Any) -> None:
    partly(peer)
    peer.stall()


def stall_after(text: bytes) -> Callable[[Any], None]:
    def behave(peer: Any) -> None:
        peer.read_request()
        peer.write(text)
        peer.stall()

    return behave


def reset_after(text: bytes) -> Callable[[Any], None]:
    def behave(peer: Any) -> None:
        peer.read_request()
        peer.write(text)
        peer.reset()

    return behave


def drip_after(text: bytes, drops: bytes) -> Callable[[Any], None]:
    def behave(peer: Any) -> None:
        peer.read_request()
        peer.write(text)
        peer.drip(drops)

    return behave


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TEN = HEAD + b"Content-Length: 10\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = HEAD + b"Content-Encoding: gzip\r\n"

LOST = {
    "reset, partly read": (reset_partly_read, {LostKind.RESET}),
    "closed, partly read": (close_partly_read, {LostKind.RESET}),
    "closed without an answer": (close_all_read, {LostKind.RESET}),
    "reset without an answer": (reset_all_read, {LostKind.RESET}),
    "stalled without an answer": (stall_all_read, {LostKind.TIMEOUT}),
    "half the headers": (answered(b"HTTP/1.1 201 Created\r\nContent-Ty"), {LostKind.CUT_SHORT}),
    "half the headers, no body asked for": (
        answered(b"HTTP/1.1 201 Created\r\nContent-Length: 10"),
        {LostKind.CUT_SHORT},
    ),
    "nothing says where it ends": (answered(b"HTTP/1.1 201 Created\r\n\r\n"), {LostKind.CUT_SHORT}),
    "half a status line": (answered(b"HTTP/1.1 20"), {LostKind.UNREADABLE}),
    "no HTTP": (answered(b"\x00\x01\x02 hello\r\n\r\n"), {LostKind.UNREADABLE}),
    "endless header": (answered(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000), {LostKind.UNREADABLE}),
    "stalled in the headers": (stall_after(HEAD), {LostKind.TIMEOUT}),
    "headers dripping": (drip_after(HEAD, b"X: " + b"a" * 500), {LostKind.TIMEOUT}),
    "half a body, closed": (answered(TEN + b'{"a"'), {LostKind.CUT_SHORT}),
    "half a body, reset": (reset_after(TEN + b'{"a"'), {LostKind.CUT_SHORT, LostKind.RESET}),
    "half a body, stalled": (stall_after(TEN + b'{"a"'), {LostKind.TIMEOUT}),
    "a body dripping": (
        drip_after(HEAD + b"Content-Length: 500\r\n\r\n", b"x" * 500),
        {LostKind.TIMEOUT},
    ),
    "half a chunk": (answered(CHUNKED + b"10\r\n{}"), {LostKind.CUT_SHORT}),
    "no last chunk": (answered(CHUNKED + b"2\r\n{}\r\n"), {LostKind.CUT_SHORT}),
    "no chunk": (answered(CHUNKED + b"zz\r\n{}\r\n"), {LostKind.CUT_SHORT}),
    "too large": (
        answered(HEAD + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000),
        {LostKind.TOO_LARGE},
    ),
    "endless": (answered(HEAD + b"\r\n" + b"x" * 300_000), {LostKind.TOO_LARGE}),
    "not zipped": (answered(ZIPPED + b"Content-Length: 2\r\n\r\n{}"), {LostKind.UNREADABLE}),
}


@pytest.mark.parametrize("name", LOST)
def test_after_the_first_byte_it_is_lost(line: HttpLine, serve: Any, name: str) -> None:
    behave, kinds = LOST[name]
    outcome = line.exchange(post(serve(behave).port))
    assert isinstance(outcome, Lost), outcome
    assert outcome.kind in kinds, outcome


@pytest.mark.parametrize("end", [reset_partly_read, close_partly_read, stall_unread])
def test_a_body_that_is_sent_in_part_is_lost(line: HttpLine, serve: Any, end: Any) -> None:
    request = post(serve(end).port)
    large = HttpRequest(request.method, request.url, request.headers, b"x" * 30_000_000)
    outcome = line.exchange(large)
    assert isinstance(outcome, Lost), outcome


def test_without_a_thread_to_watch_nothing_is_sent(
    line: HttpLine, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answered(OK))

    def none_left(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", none_left)
    assert isinstance(line.exchange(post(server.port)), NotSent)
    monkeypatch.undo()
    assert server.peers == []


def test_a_reset_at_once_is_not_sent_only_where_nothing_left(line: HttpLine, serve: Any) -> None:
    # Which of the two it is depends on who is quicker; saying so wrongly would not.
    server = serve(reset_at_once)
    for _ in range(20):
        outcome = line.exchange(post(server.port))
        assert isinstance(outcome, NotSent | Lost)


@pytest.mark.parametrize("name", [n for n in LOST if "dripping" not in n])
def test_it_is_lost_over_tls_too(
    trusting: HttpLine, serve: Any, authority: trustme.CA, name: str
) -> None:
    behave, _ = LOST[name]
    server = serve(behave, tls=server_context(authority))
    outcome = trusting.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, Lost), outcome


def test_a_client_certificate_that_is_missed_too_late_is_lost(
    trusting: HttpLine, serve: Any, authority: trustme.CA
) -> None:
    # In TLS 1.3 the client may have sent its request when the server's refusal arrives.
    context = server_context(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    server = serve(answered(OK), tls=context)
    outcome = trusting.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, Lost), outcome


def test_a_bomb_is_not_unpacked(line: HttpLine, serve: Any) -> None:
    bomb = gzip.compress(bytes(60_000_000))
    text = ZIPPED + f"Content-Length: {len(bomb)}\r\n\r\n".encode() + bomb
    server = serve(answered(text))
    tracemalloc.start()
    outcome = line.exchange(post(server.port))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(outcome, Lost)
    assert outcome.kind is LostKind.TOO_LARGE
    assert peak < 5_000_000


# Whole answers


def test_an_answer_is_read(line: HttpLine, serve: Any) -> None:
    server = serve(answered(OK))
    outcome = line.exchange(post(server.port))
    assert isinstance(outcome, HttpAnswer)
    assert (outcome.status, outcome.body) == (200, b"{}")
    assert outcome.headers["content-type"] == "application/json"
    assert bytes(server.peers[0].received).endswith(b"\r\n\r\n" + BODY)


def test_a_zipped_answer_is_read(line: HttpLine, serve: Any) -> None:
    body = gzip.compress(b'{"a": 1}')
    text = ZIPPED + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    outcome = line.exchange(post(serve(answered(text)).port))
    assert isinstance(outcome, HttpAnswer)
    assert outcome.body == b'{"a": 1}'


def test_an_answer_over_tls_is_read(trusting: HttpLine, serve: Any, authority: trustme.CA) -> None:
    server = serve(answered(OK), tls=server_context(authority))
    outcome = trusting.exchange(post(server.port, scheme="https"))
    assert isinstance(outcome, HttpAnswer)


def test_an_early_refusal_is_an_answer(line: HttpLine, serve: Any) -> None:
    text = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    outcome = line.exchange(post(serve(answered(text)).port))
    assert isinstance(outcome, HttpAnswer)
    assert outcome.status == 413


@pytest.mark.parametrize("where", ["http://127.0.0.1:1/", "https://[", "gopher://x", "/orders"])
def test_a_redirect_is_not_followed(line: HttpLine, serve: Any, where: str) -> None:
    text = f"HTTP/1.1 307 Go\r\nLocation: {where}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    server = serve(answered(text))
    outcome = line.exchange(post(server.port))
    assert isinstance(outcome, HttpAnswer), outcome
    assert outcome.status == 307
    assert len(server.peers) == 1


def test_a_redirect_with_an_endless_body_is_not_kept(line: HttpLine, serve: Any) -> None:
    text = b"HTTP/1.1 302 Go\r\nLocation: /x\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000
    outcome = line.exchange(post(serve(answered(text)).port))
    assert isinstance(outcome, Lost)
    assert outcome.kind is LostKind.TOO_LARGE


# Connections


def keep_answering(peer: Any) -> None:
    for _ in range(5):
        peer.received.clear()
        peer.read_request()
        peer.write(OK)


def test_a_connection_is_used_again(line: HttpLine, serve: Any) -> None:
    server = serve(keep_answering)
    for _ in range(3):
        assert isinstance(line.exchange(post(server.port)), HttpAnswer)
    assert len(server.peers) == 1


def test_a_connection_that_was_idle_is_not(line: HttpLine, serve: Any, clock: Any) -> None:
    server = serve(keep_answering)
    line.exchange(post(server.port))
    clock.now += QUICK.idle + 1
    line.exchange(post(server.port))
    assert len(server.peers) == 2


def test_money_goes_over_a_connection_of_its_own(line: HttpLine, serve: Any) -> None:
    server = serve(keep_answering)
    line.exchange(post(server.port))
    line.exchange(post(server.port, fresh=True))
    assert len(server.peers) == 2


def test_a_late_answer_is_not_taken_for_the_next(line: HttpLine, serve: Any) -> None:
    late = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]"
    server = serve(answered(TEN + b"{"), answered(late))
    assert isinstance(line.exchange(post(server.port)), Lost)
    outcome = line.exchange(post(server.port))
    assert isinstance(outcome, HttpAnswer)
    assert outcome.body == b"[]"
    assert len(server.peers) == 2


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(
    line: HttpLine, serve: Any
) -> None:
    unasked = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]"
    server = serve(answered(OK + unasked), answered(OK))
    line.exchange(post(server.port))
    outcome = line.exchange(post(server.port))
    # Lost where the second request met the closing of the first connection.
    assert isinstance(outcome, Lost | HttpAnswer)
    assert isinstance(outcome, Lost) or outcome.body == b"{}"


# Surroundings


def test_nothing_is_taken_from_the_environment(
    line: HttpLine, serve: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = serve(keep_answering)
    proxy = serve(answered(OK))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    line.exchange(post(server.port))
    assert proxy.peers == []
    assert b"authorization" not in bytes(server.peers[0].received).lower()


def test_cookies_are_not_kept(line: HttpLine, serve: Any) -> None:
    text = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: seller=1; Path=/\r\n\r\n")
    server = serve(answered(text))
    line.exchange(post(server.port))
    line.exchange(post(server.port))
    assert b"cookie" not in bytes(server.peers[-1].received).lower()


def test_the_token_is_put_in_last(line: HttpLine, serve: Any) -> None:
    server = serve(answered(OK))
    line.exchange(post(server.port), TokenAuth(Secret("t0ken"), "Bearer"))
    assert b"authorization: bearer t0ken\r\n" in bytes(server.peers[0].received).lower()


@pytest.mark.parametrize(
    "base",
    [
        "http://api.octopia-io.net/seller/v2",
        "http://127.0.0.1.example.test/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "https://user:password@api.octopia-io.net",
        "https://api.octopia-io.net/?a=b",
        "api.octopia-io.net",
        "",
        "http://[::1/seller/v2",
        "http://127.0.0.1:99999/x",
        "http://127.0.0.1:0/x",
        "https://api.octopia-io.net:password",
        "https://api octopia-io.net/",
        "https://api.octopia-io.net/\n",
    ],
)
def test_only_safe_addresses_are_used(base: str) -> None:
    with pytest.raises(ProjectError) as refused:
        require_safe(base)
    assert "password" not in str(refused.value)


@pytest.mark.parametrize(
    "base", ["https://api.octopia-io.net/seller/v2", "http://127.0.0.1:8080", "http://[::1]:80/x"]
)
def test_safe_addresses(base: str) -> None:
    assert require_safe(base + "/") == base

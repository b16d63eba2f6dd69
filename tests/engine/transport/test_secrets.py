"""Secrets: shown nowhere, read only from files that nobody else can read."""

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.errors import ProjectError
from engine.octopia.client import Account, connect
from engine.transport.connection import Address
from engine.transport.outcome import Answer, Call
from engine.transport.secrets import (
    Mask,
    MaskingFilter,
    Secret,
    secret_from_environment,
    secret_from_file,
)
from engine.transport.tokens import Credentials

TEXT = 'p&ss "w+rd/é'


def test_a_secret_shows_as_stars_wherever_it_is_written() -> None:
    secret = Secret(TEXT)
    written = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>5}",
        f"{[secret]}",
    ]
    assert {w.strip("[] ") for w in written} == {"***"}
    assert secret.reveal() == TEXT


def test_a_secret_is_not_written_out() -> None:
    for write in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            write(Secret(TEXT))


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


def test_from_the_environment() -> None:
    assert secret_from_environment("KEY", {"KEY": " x \n"}).reveal() == "x"
    for environment in ({}, {"KEY": "  "}):
        with pytest.raises(ProjectError, match="KEY is not set"):
            secret_from_environment("KEY", environment)
    for text in ("\udcff\udce9", "two\nlines"):
        with pytest.raises(ProjectError, match=r"variable KEY must hold .* UTF-8") as refused:
            secret_from_environment("KEY", {"KEY": text})
        assert text not in str(refused.value)


def write(path: Path, content: bytes = b"s3cret\n", mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_from_a_file_of_ones_own(tmp_path: Path) -> None:
    assert secret_from_file(write(tmp_path / "key")).reveal() == "s3cret"
    assert secret_from_file(write(tmp_path / "key4", mode=0o400)).reveal() == "s3cret"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o610])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(ProjectError, match="chmod 600"):
        secret_from_file(write(tmp_path / "key", mode=mode))


def test_a_file_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "key")
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    with pytest.raises(ProjectError, match="another user"):
        secret_from_file(path)


def test_a_link_or_a_pipe_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(write(tmp_path / "key"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (link, pipe, tmp_path, tmp_path / "missing"):
        with pytest.raises(ProjectError, match=path.name):
            secret_from_file(path)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"two\nlines", b"\xff\xfe", b"a" * 70_000, b"a\0b"]
)
def test_what_is_no_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ProjectError) as refused:
        secret_from_file(write(tmp_path / "key", content))
    assert "two" not in str(refused.value)


def test_secrets_are_masked_however_they_are_escaped() -> None:
    mask = Mask([Secret(TEXT)])
    from urllib.parse import quote, quote_plus, urlencode

    for spelling in (
        TEXT,
        quote(TEXT, safe=""),
        quote_plus(TEXT),
        json.dumps(TEXT),
        urlencode({"a": TEXT}),
    ):
        assert "w" not in mask(f"<{spelling}>").replace("a=", "")


def test_the_longer_secret_goes_first() -> None:
    assert Mask([Secret("abc"), Secret("abcdef")])("abcdef abc") == "*** ***"


def test_logs_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("feedwright.test")
    masking = MaskingFilter(Mask([Secret("t0ken")]))
    logger.addFilter(masking)
    try:
        logger.warning("sent %s", "t0ken")
        try:
            int("t0ken")
        except ValueError:
            logger.exception("failed")
    finally:
        logger.removeFilter(masking)
    assert "t0ken" not in caplog.text
    assert "with base 10: '***'" in caplog.text


LIBRARY = """
import logging
from engine.transport.secrets import Mask, Secret, hide_in_logs
mask = Mask()
hide_in_logs(mask)
mask.add(Secret("t0ken"))  # learned later, as connections teach it
logging.getLogger("paramiko.transport").error("no %s", "t0ken")
try:
    int("t0ken")
except ValueError:
    logging.getLogger("any").exception("failed")
"""


def test_what_libraries_log_is_masked() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LIBRARY], capture_output=True, text=True, check=True
    ).stderr
    assert "t0ken" not in said
    assert "no ***" in said
    assert "with base 10: '***'" in said


class Quoting(BaseHTTPRequestHandler):
    """A gateway that quotes the whole request in its errors, in its headers too."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, {"access_token": "t0ken-of-tests", "expires_in": 7200})

    def do_GET(self) -> None:
        said = f"{dict(self.headers)} of hunter2"
        deep: object = said
        for _ in range(900):
            deep = [deep]
        body = {"title": said, "detail": said, "errors": {said: [said]}, "deep": deep}
        self._answer(self.server.status, body)  # type: ignore[attr-defined]

    def _answer(self, status: int, body: object) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        kind = "application/json" if status != 502 else f"text/{self.headers['Authorization']}"
        self.send_header("Content-Type", kind)
        self.send_header("X-Request-Id", self.headers.get("Authorization", ""))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.mark.parametrize("status", [400, 403, 404, 500, 502])
def test_an_error_that_quotes_the_request_brings_no_secret(status: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quoting)
    server.status = status  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        credentials = Credentials(Secret("ada-lovelace"), Secret("hunter2"))
        line = connect(Account("1", credentials), "CDISFR", address=Address(base, f"{base}/token"))
        answer = line.send(Call("GET", "/carriers"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
    assert isinstance(answer, Answer)
    assert answer.status == status
    assert "t0ken" not in repr(answer)
    assert "hunter2" not in repr(answer)
    assert "***" in repr(answer)

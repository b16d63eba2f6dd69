"""Who may ask the workbench: its own page and nobody else."""

from __future__ import annotations

import re

import pytest
from serving.bench import Page, served

QUESTION = {"name": "rules/offers.rules"}


def test_every_answer_has_the_policy(page: Page) -> None:
    for path in ("/", "/static/workbench.js", "/api/project", "/nothing", "/api/nothing"):
        policy = page.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.get(path).headers["x-content-type-options"] == "nosniff"


def test_the_page_has_no_inline_script_or_style(page: Page) -> None:
    html = page.get("/").text
    assert "<style" not in html
    assert "style=" not in html
    assert not re.findall(r"<[^>]*\son[a-z]+\s*=", html)
    assert html.count("<script") == html.count("<script src=") == 4


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost:PORT.evil.example", "[::1]:PORT"],
)
def test_another_host_is_refused(page: Page, host: str) -> None:
    named = host.replace("PORT", str(page.workbench.port))
    for path in ("/", "/api/project", "/static/workbench.js"):
        answer = page.get(path, Host=named)
        assert answer.status_code == 403
        assert "html" not in answer.headers["content-type"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:PORT"]
)
def test_another_origin_is_refused(page: Page, origin: str) -> None:
    page.session.headers["Origin"] = origin.replace("PORT", str(page.workbench.port))
    assert page.post("open", **QUESTION).status_code == 403
    assert page.get("/api/project").status_code == 403


def test_another_site_is_refused_whatever_it_asks(page: Page) -> None:
    for site in ("cross-site", "same-site"):
        answer = page.get("/api/project", **{"Sec-Fetch-Site": site})
        assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", "{token}x", "short {token}"])
def test_without_the_token_nothing_is_told(page: Page, token: str) -> None:
    page.session.headers["X-Feedwright-Token"] = token.format(token=page.workbench.keys.token)
    for path in ("/api/project", "/api/files", "/api/nothing"):
        answer = page.get(path)
        assert answer.status_code == 401
        assert "offers" not in answer.text
    assert page.post("open", **QUESTION).status_code == 401
    assert page.post("save", name="rules/new.rules", text="rules 1\n").status_code == 401
    assert not (page.root / "rules/new.rules").exists()


def test_every_server_has_a_token_of_its_own(page: Page) -> None:
    with served(page.root) as other:
        assert other.keys.token != page.workbench.keys.token
        assert len(other.keys.token) > 40
        assert other.keys.token in other.address.partition("#")[2]
        assert page.workbench.keys.token not in repr(page.workbench)


def test_a_question_has_an_origin_and_is_json(page: Page) -> None:
    origin = page.session.headers.pop("Origin")
    assert page.post("open", **QUESTION).status_code == 403
    page.session.headers["Origin"] = origin
    body = b'{"name":"rules/offers.rules"}'
    assert page.send("open", body, **{"Content-Type": "text/plain"}).status_code == 415
    assert page.send("open", body).status_code == 200


def test_a_huge_question_is_not_read(page: Page) -> None:
    texts = {"rules/offers.rules": "x" * 8_000_001}
    assert page.post("check", name="rules/offers.rules", texts=texts).status_code == 413


def test_a_question_says_how_long_it_is(page: Page) -> None:
    pieces = iter([b'{"name":', b'"rules/offers.rules"}'])
    assert page.send("open", pieces).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"name": 1}',
        b'{"nome": "rules/offers.rules"}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_question_is_told_so(page: Page, body: bytes) -> None:
    answer = page.send("open", body)
    assert answer.json()["refused"] == "question"
    assert "Traceback" not in answer.text
    assert set(answer.json()) == {"error", "refused"}


@pytest.mark.parametrize(
    "name",
    ["../guard.py", "..%2fguard.py", "%2e%2e/app.py", "workbench.html", "codemirror.LICENSES"],
)
def test_only_the_pages_files_are_served(page: Page, name: str) -> None:
    assert page.get(f"/static/{name}").status_code == 404


def test_a_code_lets_one_page_in_once(page: Page) -> None:
    token = page.session.headers.pop("X-Feedwright-Token")
    code = page.workbench.address_once().partition("#code=")[2]
    assert code != token
    assert page.ask("enter", code=code) == {"token": token}
    for wrong in (code, "", str(token)):
        answer = page.post("enter", code=wrong)
        assert answer.status_code == 401
        assert str(token) not in answer.text
    page.session.headers["Origin"] = "http://evil.example"
    again = page.workbench.address_once().partition("#code=")[2]
    assert page.post("enter", code=again).status_code == 403

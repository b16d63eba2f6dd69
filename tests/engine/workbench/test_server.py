"""The workbench as a server: how it ends."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest
import requests
from serving.bench import Page


def test_ending_in_the_middle_of_an_answer_says_nothing(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = threading.Event()

    def slowly() -> dict[str, str]:
        asked.set()
        time.sleep(3)  # longer than the server waits when it ends
        return {}

    monkeypatch.setattr(
        page.workbench.desktop.bench.folder.__class__, "versions", lambda _: slowly()
    )

    def ask() -> None:
        with suppress(requests.RequestException):  # a fault or no answer: the server is gone
            page.get("/api/files")

    asking = threading.Thread(target=ask)
    asking.start()
    assert asked.wait(30)
    page.workbench.stop()
    asking.join(30)
    assert [one.getMessage() for one in caplog.records if one.name.startswith("uvicorn")] == []

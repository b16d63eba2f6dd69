"""A workbench on a copy of the sample project, served for real and asked as its page asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from engine.workbench.app import Desktop
from engine.workbench.bench import Bench
from engine.workbench.server import Workbench

ROOT = Path(__file__).parents[2]
AT = "2025-08-01 09:00 Europe/Paris"


def copy_of_sample(folder: Path) -> Path:
    """A project of its own: the sample that this repository is."""
    root = folder / "shop"
    for name in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / ".feedwright.yaml", root)
    return root


@contextmanager
def served(root: Path, feed: str | None = None) -> Iterator[Workbench]:
    """A workbench on the project in `root`."""
    workbench = Workbench(Desktop(Bench(root, feed)))
    workbench.start()
    try:
        yield workbench
    finally:
        workbench.stop()


@dataclass
class Page:
    """What a page does: it asks with its token, from its own address."""

    root: Path
    workbench: Workbench
    session: requests.Session

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(f"{self.base}{path}", headers=headers, timeout=30)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.workbench.port}"

    def post(self, path: str, **question: Any) -> requests.Response:
        return self.session.post(f"{self.base}/api/{path}", json=question, timeout=30)

    def send(self, path: str, body: Any, **headers: str) -> requests.Response:
        told = {"Content-Type": "application/json", **headers}
        return self.session.post(f"{self.base}/api/{path}", data=body, headers=told, timeout=30)

    def ask(self, path: str, **question: Any) -> Any:
        answer = self.post(path, **question)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **question: Any) -> str:
        """What the answer says that a person has to mend."""
        told = self.ask(path, **question)
        assert told["refused"] == "question"
        error: str = told["error"]
        return error

    def preview(self, texts: dict[str, str] | None = None, **more: Any) -> Any:
        question = {"texts": texts or {}, "feed": "catalogue", "channel": "cdiscount_octopia"}
        return self.ask("preview", **{**question, "at": AT, **more})

    def text(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8")


@contextmanager
def open_page(folder: Path) -> Iterator[Page]:
    """A page of a workbench on a copy of the sample project, made in `folder`."""
    root = copy_of_sample(folder)
    with served(root) as workbench, requests.Session() as session:
        session.trust_env = False
        page = Page(root, workbench, session)
        session.headers.update({"X-Feedwright-Token": workbench.keys.token, "Origin": page.base})
        yield page

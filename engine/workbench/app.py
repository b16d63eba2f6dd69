"""The workbench as an ASGI application: the page's files, and the answers to its questions."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from engine.errors import EngineError
from engine.preview import page as preview
from engine.workbench import feed_answers, rule_answers
from engine.workbench import questions as q
from engine.workbench.bench import Bench, Question, StaleError
from engine.workbench.folder import ConflictError, Opened
from engine.workbench.guard import ENTER, Guard, Keys, refusal

_LOG = logging.getLogger("feedwright.serve")
_STATIC = Path(__file__).parent / "static"
_PREVIEW = Path(preview.__file__).parent / "static"
# The page's own files, and those that it has in common with the preview page.
FILES = {
    "workbench.css": _STATIC,
    **dict.fromkeys(
        (
            "codemirror.js",
            "editor.js",
            "files.js",
            "rows.js",
            "server.js",
            "time.js",
            "workbench.js",
        ),
        _STATIC,
    ),
    **dict.fromkeys(("page.css", "page.js", "derive.js", "detail.js"), _PREVIEW),
}
_PAGES = 100  # so many open pages are told apart
Answer = Callable[[bytes], Any]


class Desktop:
    """Answers questions, one at a time: what the bench keeps is for one at a time."""

    def __init__(self, bench: Bench, channel: str | None = None) -> None:
        self.bench = bench
        self.channel = channel
        self._one_at_a_time = threading.Lock()
        self._newest: OrderedDict[str, int] = OrderedDict()

    def answer(self, work: Answer, body: bytes) -> Response:
        """The answer as JSON; what a person has to mend is an answer too, with `error` and `refused`.

        Work on a whole feed is left for after the lock: what is typed meanwhile is looked at.
        """
        try:
            with self._one_at_a_time:
                found = work(body)
            return JSONResponse(found() if callable(found) else found)
        except StaleError:
            return JSONResponse({"stale": True})
        except ConflictError as fault:
            now = None if fault.current is None else _opened(fault.current)
            told = {"error": str(fault), "current": now, "lines": list(fault.lines)}
            return JSONResponse({**told, "refused": "conflict"})
        except EngineError as fault:
            return JSONResponse({"error": str(fault), "refused": "question"})
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as fault:  # noqa: BLE001 - a panic of Polars is no Exception
            _LOG.debug("an answer failed", exc_info=True)
            words = " ".join(str(fault).split())[:200]
            says = f"a fault of Feedwright and not of your files: {type(fault).__name__}: {words}"
            return refusal(500, says)

    def notice(self, body: bytes) -> None:
        """Hear of a question before its turn: an older one of the same page is answered no more."""
        asked = q.read_question(body, q.Rows)
        page = asked.page[:100]
        self._newest[page] = max(asked.number, self._newest.pop(page, 0))
        if len(self._newest) > _PAGES:
            self._newest.popitem(last=False)

    def _question(self, asked: q.Rows) -> Question:
        page, number = asked.page[:100], asked.number
        rows = min(max(asked.rows, 1), q.MOST_ROWS)
        question = Question(
            asked.texts,
            asked.feed,
            asked.channel,
            q.instant_of(asked.at),
            rows,
            lambda: number >= self._newest.get(page, 0),
        )
        question.wanted()
        return question

    # --- answers --------------------------------------------------------------------------------

    def project(self, _: bytes) -> Any:
        """What there is: files, feeds, words to colour, moments."""
        bench = self.bench
        bench.look()
        return {
            "root": bench.root.resolve().name,
            "files": bench.folder.versions(),
            "rules": list(bench.project.rules),
            "feeds": bench.feeds,
            "channel": self.channel,
            "words": rule_answers.words_json(bench),
        }

    def files(self, _: bytes) -> Any:
        """The versions of the files on disk."""
        return {"files": self.bench.folder.versions()}

    def open(self, body: bytes) -> Any:
        """The text of a file."""
        return _opened(self.bench.folder.open(q.read_question(body, q.Open).name))

    def save(self, body: bytes) -> Any:
        """Save a file, where it is still what the page has read."""
        asked = q.read_question(body, q.Save)
        try:
            return _opened(self.bench.folder.save(asked.name, asked.text, asked.version))
        except ConflictError as fault:
            fault.lines = tuple(feed_answers.lines_between(fault.current, asked.text))
            raise

    def check(self, body: bytes) -> Any:
        """What is wrong with the rules as typed."""
        asked = q.read_question(body, q.Place)
        return rule_answers.check_json(self.bench, asked.name, asked.texts)

    def complete(self, body: bytes) -> Any:
        """What may be typed."""
        asked = q.read_question(body, q.Place)
        return rule_answers.complete_json(self.bench, asked.name, asked.texts, asked.offset)

    def hover(self, body: bytes) -> Any:
        """What a word means."""
        asked = q.read_question(body, q.Place)
        return {"text": rule_answers.hover_json(self.bench, asked.name, asked.texts, asked.offset)}

    def format(self, body: bytes) -> Any:
        """The canonical form."""
        asked = q.read_question(body, q.Place)
        return rule_answers.format_json(self.bench, asked.name, asked.texts)

    def timeline(self, body: bytes) -> Any:
        """The moments of the rules as typed."""
        asked = q.read_question(body, q.Texts)
        return feed_answers.timeline_answer(self.bench, asked.texts, datetime.now(UTC))

    def preview(self, body: bytes) -> Any:
        """The rows under the rules as typed."""
        question = self._question(q.read_question(body, q.Rows))
        return feed_answers.rows_json(self.bench, question)

    def row(self, body: bytes) -> Any:
        """One row, opened."""
        asked = q.read_question(body, q.Rows)
        return feed_answers.one_row_json(self.bench, self._question(asked), asked.row)

    def changes(self, body: bytes) -> Any:
        """What is not saved yet changes."""
        question = self._question(q.read_question(body, q.Rows))
        return feed_answers.changes_later(self.bench, question)

    def count(self, body: bytes) -> Any:
        """What becomes of the whole feed."""
        question = self._question(q.read_question(body, q.Rows))
        return feed_answers.count_later(self.bench, question)

    def tests(self, body: bytes) -> Any:
        """The tests of the rules as typed."""
        asked = q.read_question(body, q.Rows)
        return feed_answers.tests_json(self.bench, asked.texts, q.instant_of(asked.at))


def _opened(file: Opened) -> dict[str, Any]:
    return {
        "name": file.name,
        "text": file.text,
        "version": file.version,
        "writable": file.writable,
    }


def application(desktop: Desktop, keys: Keys, hosts: Collection[str]) -> ASGIApp:
    """The workbench behind its guard."""

    async def enter(request: Request) -> Response:
        try:
            code = q.read_question(await request.body(), q.Enter).code
        except EngineError as fault:
            return refusal(422, str(fault))
        token = keys.exchange(code)
        if token is None:
            return refusal(401, "this address was opened before: take the one in the terminal")
        return JSONResponse({"token": token})

    get = (desktop.project, desktop.files)
    post = (
        *(desktop.open, desktop.save, desktop.check, desktop.complete, desktop.hover),
        *(desktop.format, desktop.timeline, desktop.preview, desktop.row, desktop.changes),
        *(desktop.count, desktop.tests),
    )
    routes = [Route("/", _page), Route("/static/{name}", _file)]
    routes.append(Route(ENTER, enter, methods=["POST"]))
    routes += [Route(f"/api/{a.__name__}", _asked(desktop, a), methods=["GET"]) for a in get]
    routes += [Route(f"/api/{a.__name__}", _asked(desktop, a), methods=["POST"]) for a in post]
    return Guard(Starlette(routes=routes), keys, hosts)


def _asked(desktop: Desktop, work: Answer) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        if work == desktop.preview:
            try:
                desktop.notice(body)
            except EngineError as fault:
                return JSONResponse({"error": str(fault), "refused": "question"})
        return await run_in_threadpool(desktop.answer, work, body)

    return answer


async def _page(_: Request) -> Response:
    return FileResponse(_STATIC / "workbench.html", media_type="text/html; charset=utf-8")


async def _file(request: Request) -> Response:
    folder = FILES.get(request.path_params["name"])
    if folder is None:
        return refusal(404, "no such file")
    return FileResponse(folder / request.path_params["name"])

"""The sample's rules typed letter by letter, and broken in the middle, over the real protocol.

Every request is answered, and the server has nothing to complain of. Here at some keystrokes; at every
one, for about an hour:

    python -m pytest -n 2 -m campaign tests/engine/editor/test_typing.py
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import BaseLanguageClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
Change = tuple[int, int, str]  # from, to, the words that come in place
FILES = ("rules/offers.rules", "rules/orders.rules")
# The real server, without its pause, and what it has to complain of in a file.
SERVER = """
import logging, sys
from engine.editor import server
logging.basicConfig(filename=sys.argv[1], level=logging.WARNING)
server.PAUSE_MS = 0
server.make_server().start_io()
"""


class Typist(BaseLanguageClient):
    """An editor in which somebody types: after each change, all that editors ask is asked."""

    def __init__(self, path: Path, seldom: int) -> None:
        super().__init__("typist", "1")
        self.seldom = seldom  # one in so many changes is followed by every request there is
        self.uri, self.text, self.version = path.as_uri(), "", 0
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.found: set[str] = set()
        self.faults: list[str] = []

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        @self.feature(lsp.WINDOW_SHOW_MESSAGE)
        def shown(params: lsp.ShowMessageParams) -> None:
            self.faults.append(params.message)

        @self.feature(lsp.WINDOW_LOG_MESSAGE)
        def logged(params: lsp.LogMessageParams) -> None:
            self.faults.append(params.message)

    def position(self, at: int) -> lsp.Position:
        """An offset as the protocol counts: lines, and units of UTF-16."""
        before = self.text[:at]
        last = before[before.rfind("\n") + 1 :]
        return lsp.Position(before.count("\n"), len(last.encode("utf-16-le")) // 2)

    async def change(self, start: int, end: int, words: str) -> None:
        """Put `words` in place of a stretch, and ask."""
        place = lsp.Range(self.position(start), self.position(end))
        self.text = self.text[:start] + words + self.text[end:]
        self.version += 1
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        typed = lsp.TextDocumentContentChangePartial(place, words)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [typed]))
        await self.ask(self.position(start + len(words)))

    async def ask(self, where: lsp.Position) -> None:
        """What comes with each letter, now and then the other requests; the diagnostics of it."""
        document = lsp.TextDocumentIdentifier(self.uri)
        await asyncio.gather(
            self.text_document_completion_async(lsp.CompletionParams(document, where)),
            self.text_document_hover_async(lsp.HoverParams(document, where)),
        )
        if self.version % self.seldom == 0:
            await self.ask_the_rest(document, where)
        while True:
            told = await asyncio.wait_for(self.told.get(), 120)
            if told.version == self.version:
                break
        self.found |= {str(one.code) for one in told.diagnostics}
        lines = self.text.split("\n")
        for one in told.diagnostics:
            assert 0 <= one.range.start.line <= one.range.end.line < len(lines)

    async def ask_the_rest(self, document: lsp.TextDocumentIdentifier, where: lsp.Position) -> None:
        """Every other request that the server takes about a document."""
        there = lsp.Range(where, where)
        options = lsp.FormattingOptions(2, insert_spaces=True)
        context = lsp.ReferenceContext(include_declaration=True)
        await asyncio.gather(
            self.text_document_definition_async(lsp.DefinitionParams(document, where)),
            self.text_document_references_async(lsp.ReferenceParams(context, document, where)),
            self.text_document_document_symbol_async(lsp.DocumentSymbolParams(document)),
            self.text_document_code_lens_async(lsp.CodeLensParams(document)),
            self.text_document_formatting_async(lsp.DocumentFormattingParams(document, options)),
            self.text_document_code_action_async(
                lsp.CodeActionParams(document, there, lsp.CodeActionContext([]))
            ),
        )


async def session(
    project: Path, name: str, changes: Iterable[Change], seldom: int, server: str
) -> Typist:
    """Make `changes`, each (from, to, words); the server's complaints are its `faults`."""
    path, log = project / name, project / f"{Path(name).stem}-server.log"
    typist = Typist(path, seldom)
    await typist.start_io(sys.executable, "-c", server, str(log))
    await typist.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=project.as_uri())
    )
    typist.initialized(lsp.InitializedParams())
    item = lsp.TextDocumentItem(typist.uri, "feedwright", 0, "")
    typist.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    await typist.ask(lsp.Position(0, 0))
    try:
        for start, end, words in changes:
            await typist.change(start, end, words)
    finally:
        await typist.shutdown_async(None)
        typist.exit(None)
        await typist.stop()
    typist.faults += log.read_text(encoding="utf-8").splitlines()
    return typist


def run(
    project: Path, name: str, changes: Iterable[Change], seldom: int = 1, server: str = SERVER
) -> Typist:
    # In a thread of its own: tests of pages leave an event loop running in theirs.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(
            lambda: asyncio.run(session(project, name, changes, seldom, server))
        ).result()


def typed(text: str, ends: Iterable[int]) -> Iterator[Change]:
    """`text` typed from its beginning, with a stop at each of `ends`."""
    done = 0
    for end in ends:
        yield done, done, text[done:end]
        done = end
    yield done, done, text[done:]


def broken(text: str, stretches: Iterable[tuple[int, int]]) -> Iterator[Change]:
    """`text`, each of `stretches` taken out and put back."""
    yield 0, 0, text
    for start, end in stretches:
        yield start, end, ""
        yield start, start, text[start:end]


def words_and_lines(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that people delete: a letter, a word, the rest of a line, a line, three lines."""
    at = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        words = line.split(" ")
        for place in {0, len(line) // 3, len(line) // 2, max(len(line) - 1, 0)}:
            yield at + place, min(at + place + 1, len(text))
        yield at + len(words[0]), at + len(line)
        yield at + len(line) - len(words[-1]), at + len(line)
        yield at, min(at + len(line) + 1, len(text))
        yield at, min(at + len("\n".join(lines[number : number + 3])), len(text))
        at += len(line) + 1


@pytest.mark.parametrize("name", FILES)
def test_typing_at_some_keystrokes(project: Path, name: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    chosen = sorted(random.Random(name).sample(range(len(text)), 25))  # noqa: S311 - the same each time
    typist = run(project, name, typed(text, chosen))
    assert typist.faults == []
    assert typist.text == text
    assert len(typist.found) > 3  # half-typed rules have faults, and these were told


@pytest.mark.parametrize("name", FILES)
def test_deleting_at_some_places(project: Path, name: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    stretches = random.Random(name).sample(list(words_and_lines(text)), 9)  # noqa: S311 - the same
    typist = run(project, name, broken(text, stretches))
    assert typist.faults == []
    assert typist.text == text
    assert len(typist.found) > 3


def test_a_fault_of_the_server_would_be_noticed(project: Path) -> None:
    broken_server = SERVER.replace("server.make", "server.hover.hover = None; server.make")
    typist = run(project, FILES[0], [(0, 0, "rules 1\n")], server=broken_server)
    assert "'NoneType' object is not callable" in "".join(typist.faults)


@pytest.mark.campaign
@pytest.mark.parametrize("name", FILES)
def test_typing_at_every_keystroke(project: Path, name: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    typist = run(project, name, typed(text, range(1, len(text))), seldom=8)
    assert typist.faults == []
    assert typist.text == text


@pytest.mark.campaign
@pytest.mark.parametrize("name", FILES)
def test_deleting_at_every_line(project: Path, name: str) -> None:
    text = (project / name).read_text(encoding="utf-8")
    typist = run(project, name, broken(text, words_and_lines(text)), seldom=8)
    assert typist.faults == []
    assert typist.text == text

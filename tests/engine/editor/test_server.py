"""The language server over its real protocol: a client on stdin and stdout of the real command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import BaseLanguageClient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
Journey = Callable[["Client"], Awaitable[None]]


class Client(BaseLanguageClient):
    """An editor with one document open."""

    def __init__(self, project: Path) -> None:
        super().__init__("editor", "1")
        self.path = project / "rules/offers.rules"
        self.uri = self.path.as_uri()
        self.text = self.path.read_text(encoding="utf-8")
        self.version = 1
        self.told: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.shown: list[str] = []

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

        @self.feature(lsp.WINDOW_SHOW_MESSAGE)
        def showed(params: lsp.ShowMessageParams) -> None:
            self.shown.append(params.message)

        @self.feature(lsp.WINDOW_LOG_MESSAGE)
        def logged(params: lsp.LogMessageParams) -> None:
            self.shown.append(params.message)

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    async def open(self) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "feedwright", self.version, self.text)
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.diagnostics()

    async def type(self, text: str) -> list[lsp.Diagnostic]:
        self.version += 1
        self.text = text
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.diagnostics()

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        found = await asyncio.wait_for(self.told.get(), 60)
        return list(found.diagnostics)

    def position(self, words: str) -> lsp.Position:
        """The place behind `words`, as UTF-16 counts it."""
        before = self.text[: self.text.index(words) + len(words)]
        line = before.count("\n")
        last = before[before.rfind("\n") + 1 :]
        return lsp.Position(line, len(last.encode("utf-16-le")) // 2)


def travel(project: Path, journey: Journey) -> None:
    async def run() -> None:
        client = Client(project)
        await client.start_io(sys.executable, "-m", "engine.cli.main", "lsp")
        await client.initialize_async(
            lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=project.as_uri())
        )
        client.initialized(lsp.InitializedParams())
        try:
            await journey(client)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    # In a thread of its own: tests of pages leave an event loop running in theirs.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(asyncio.wait_for(run(), 300))).result()


def test_a_session_of_editing(project: Path) -> None:
    async def journey(client: Client) -> None:
        opened = await client.open()
        assert {d.code for d in opened} <= {"E814", "V704"}
        broken = client.text.replace("full_price * 90%", "full_pric * 90%", 1)
        (fault,) = [
            d for d in await client.type(broken) if d.severity is lsp.DiagnosticSeverity.Error
        ]
        assert fault.code == "N101"
        at = client.position("full_pric *")
        asked = lsp.CodeActionParams(
            client.document, lsp.Range(fault.range.start, at), lsp.CodeActionContext([fault])
        )
        actions = await client.text_document_code_action_async(asked)
        assert actions is not None
        edits = actions[0].edit.changes[client.uri]  # type: ignore[union-attr, index]
        assert [e.new_text for e in edits] == ["full_price"]
        await client.type(broken.replace("full_pric *", "full_price *"))
        lens = await client.text_document_code_lens_async(lsp.CodeLensParams(client.document))
        assert lens is not None
        command: Any = lens[-1].command
        ran = await client.workspace_execute_command_async(
            lsp.ExecuteCommandParams(command.command, command.arguments)
        )
        assert ran["passed"] is True

    travel(project, journey)


def test_hover_completion_definition_symbols_format(project: Path) -> None:
    async def journey(client: Client) -> None:
        await client.open()
        where = client.position("let full_price  = price_excl_v")
        hovered = await client.text_document_hover_async(lsp.HoverParams(client.document, where))
        assert hovered is not None
        assert "Prix HT" in str(hovered.contents)
        asked = lsp.CompletionParams(client.document, client.position("let full_price  = "))
        found = await client.text_document_completion_async(asked)
        assert "price_excl_vat" in {item.label for item in found}  # type: ignore[union-attr]
        place = await client.text_document_definition_async(
            lsp.DefinitionParams(client.document, client.position("otherwise    full_pri"))
        )
        assert place.uri == client.uri  # type: ignore[union-attr]
        schema = await client.text_document_definition_async(
            lsp.DefinitionParams(client.document, where)
        )
        assert schema.uri.endswith("schemas/product.schema.json")  # type: ignore[union-attr]
        symbols = await client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(client.document)
        )
        assert len(symbols or []) > 8
        options = lsp.FormattingOptions(2, insert_spaces=True)
        untidy = client.text.replace("  Price =", "       Price   =", 1)
        await client.type(untidy)
        edits = await client.text_document_formatting_async(
            lsp.DocumentFormattingParams(client.document, options)
        )
        assert edits is not None
        assert "\n  Price =\n" in edits[0].new_text

    travel(project, journey)


def test_places_count_utf_16(project: Path) -> None:
    async def journey(client: Client) -> None:
        await client.open()
        text = client.text.replace(
            "  Price =", '  Comment = "🚲🚲 vélo" default prix_ht\n  Price =', 1
        )
        faults = [d for d in await client.type(text) if d.code == "N101"]
        (fault,) = faults
        line = client.text.split("\n")[fault.range.start.line]
        before = line[: line.index("prix_ht")]
        assert fault.range.start.character == len(before.encode("utf-16-le")) // 2

    travel(project, journey)

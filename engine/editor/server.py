"""The language server: the protocol on one side, functions of a desk on the other."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable
from pathlib import Path
from time import monotonic_ns
from typing import Any, TypeVar

from lsprotocol import types as lsp
from msgspec import Struct, field
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Span
from engine.editor import completion, hover, names, outline
from engine.editor.desk import Desk
from engine.editor.desks import Desks
from engine.editor.samples import example_values
from engine.errors import EngineError

Answer = TypeVar("Answer")
_LOG = logging.getLogger("feedwright.lsp")
_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "lint": lsp.DiagnosticSeverity.Hint,
}
_KINDS = {
    completion.Sort.FIELD: lsp.CompletionItemKind.Field,
    completion.Sort.ATTRIBUTE: lsp.CompletionItemKind.Property,
    completion.Sort.LET: lsp.CompletionItemKind.Variable,
    completion.Sort.FUNCTION: lsp.CompletionItemKind.Function,
    completion.Sort.TABLE: lsp.CompletionItemKind.Module,
    completion.Sort.COLUMN: lsp.CompletionItemKind.Field,
    completion.Sort.VALUE: lsp.CompletionItemKind.EnumMember,
    completion.Sort.CHANNEL: lsp.CompletionItemKind.Class,
    completion.Sort.MILESTONE: lsp.CompletionItemKind.Event,
    completion.Sort.STATE: lsp.CompletionItemKind.EnumMember,
    completion.Sort.ACTION: lsp.CompletionItemKind.Method,
    completion.Sort.PARAMETER: lsp.CompletionItemKind.Property,
    completion.Sort.KEYWORD: lsp.CompletionItemKind.Keyword,
}
_SYMBOLS = {
    "let": lsp.SymbolKind.Variable,
    "attribute": lsp.SymbolKind.Property,
    "table": lsp.SymbolKind.Array,
    "test": lsp.SymbolKind.Method,
    "channel": lsp.SymbolKind.Class,
    "milestone": lsp.SymbolKind.Event,
    "action": lsp.SymbolKind.Function,
}
RUN_TEST = "feedwright.runTest"
PAUSE_MS, MOST_MS = 150, 1000
SELDOM = 500


class RulesServer(LanguageServer):
    """Answers about open rule files."""

    def __init__(self) -> None:
        super().__init__("feedwright", "1")
        self.desks = Desks()
        self.asked_ns = 0  # when something was asked last

    def desk(self, uri: str) -> Desk:
        """The desk of an open document."""
        opened = self.workspace.text_documents.values()
        path = Path(self.workspace.get_text_document(uri).path)
        texts = {Path(document.path): document.source for document in opened}
        texts.setdefault(path, self.workspace.get_text_document(uri).source)
        return self.desks.of(path, texts)

    def offset(self, document: TextDocument, position: lsp.Position) -> int:
        """A position of the protocol as an offset of the text."""
        return int(document.offset_at_position(position))

    def range(self, desk: Desk, span: Span) -> lsp.Range:
        """A span as a range of the protocol, which counts as the client asked."""
        source = desk.declarations.report.sources.get(span.file)
        lines = source.text.split("\n") if source is not None else []
        codec = self.workspace.position_codec
        ends = (span.line, span.column), (span.end_line, span.end_column)
        start, end = (lsp.Position(max(line - 1, 0), max(column - 1, 0)) for line, column in ends)
        made = lsp.Range(start, end)
        return codec.range_to_client_units([f"{line}\n" for line in lines], made) if lines else made

    def location(self, desk: Desk, span: Span) -> lsp.Location | None:
        """A span as a location, None for a file that is not on disk."""
        found = desk.project.find(span.file)
        path = desk.project.root / span.file if found is None else found
        return lsp.Location(path.resolve().as_uri(), self.range(desk, span))


def _asked(
    server: RulesServer, uri: str, answer: Callable[[Desk, TextDocument], Answer], nothing: Answer
) -> Answer:
    """The answer of a feature; a fault of Feedwright is logged, and the editor goes on."""
    try:
        return answer(server.desk(uri), server.workspace.get_text_document(uri))
    except EngineError as fault:
        _LOG.warning("%s", fault)
        return nothing
    except Exception:  # noqa: BLE001 - logged whole; an editor must not lose its server
        _LOG.exception("a feature failed")
        return nothing
    finally:
        server.asked_ns = monotonic_ns()


def make_server() -> RulesServer:
    """A server with all features."""
    gc.disable()  # _Telling looks for garbage while nobody waits
    server = RulesServer()
    _documents(server)
    _answers(server)
    _changes(server)
    return server


class _Telling(Struct):
    """Diagnostics of open documents, told after a pause in typing and asking."""

    server: RulesServer
    due: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    told: int = 0

    def now(self, uri: str) -> None:
        """Check, and tell what is found in the document and in others that were checked with it."""

        def told(desk: Desk, typed: TextDocument) -> list[lsp.PublishDiagnosticsParams]:
            try:
                known = desk.report.sources
            except EngineError as fault:  # nothing can be checked before it is mended
                return [lsp.PublishDiagnosticsParams(typed.uri, [_stopped(fault)])]
            opened = self.server.workspace.text_documents.values()
            named = {desk.project.shown(Path(d.path)): d for d in opened}
            return [
                lsp.PublishDiagnosticsParams(
                    document.uri,
                    [_diagnostic(self.server, desk, one) for one in desk.found_in(name)],
                    version=document.version,
                )
                for name, document in named.items()
                if name in known
            ]

        self.forget(uri)
        nothing: list[lsp.PublishDiagnosticsParams] = []
        for params in _asked(self.server, uri, told, nothing):
            self.forget(params.uri)
            self.server.text_document_publish_diagnostics(params)
        # A check leaves a hundred thousand small objects, hardly one of them in a circle: the young
        # ones are looked through each time, all of them seldom.
        gc.collect(2 if self.told % SELDOM == 0 else 1)
        self.told += 1

    def soon(self, uri: str, waited_ms: int = 0) -> None:
        """Check after a pause: what is asked at the place of typing is answered first."""

        def quiet() -> None:
            still_asking = monotonic_ns() - self.server.asked_ns < PAUSE_MS * 1_000_000
            if still_asking and waited_ms < MOST_MS:
                self.soon(uri, waited_ms + PAUSE_MS)
            else:
                self.now(uri)

        self.forget(uri)
        self.due[uri] = asyncio.get_running_loop().call_later(PAUSE_MS / 1000, quiet)

    def all(self, first: str = "") -> None:
        """All documents may be about it; those that the check of one tells of need no second."""
        for uri in sorted(self.server.workspace.text_documents, key=lambda one: one != first):
            self.soon(uri)

    def forget(self, uri: str) -> None:
        """Wait no more for the check of a document."""
        waiting = self.due.pop(uri, None)
        if waiting is not None:
            waiting.cancel()


def _documents(server: RulesServer) -> None:
    """What is told as documents are opened and typed, and as files change."""
    telling = _Telling(server)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        telling.now(params.text_document.uri)
        # The first hover over a field shows values of the feed, which takes long to open.
        server.thread_pool.submit(example_values, server.desk(params.text_document.uri).project, "")

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        telling.all(first=params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server.desks.clear()
        telling.all(first=params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed_on_disk(_: lsp.DidChangeWatchedFilesParams) -> None:
        server.desks.clear()
        telling.all()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        telling.forget(params.text_document.uri)
        nothing = lsp.PublishDiagnosticsParams(params.text_document.uri, [])
        server.text_document_publish_diagnostics(nothing)
        telling.all()  # others may have rested on what was typed and is not saved


def _stopped(fault: EngineError) -> lsp.Diagnostic:
    first = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))
    return lsp.Diagnostic(first, str(fault), lsp.DiagnosticSeverity.Error, source="feedwright")


def _diagnostic(server: RulesServer, desk: Desk, one: Diagnostic) -> lsp.Diagnostic:
    related = []
    for label in one.labels:
        place = server.location(desk, label.span)
        if place is not None:
            related.append(lsp.DiagnosticRelatedInformation(place, label.says))
    notes = [f"note: {note}" for note in one.notes] + [f"help: {h.says}" for h in one.helps]
    return lsp.Diagnostic(
        server.range(desk, one.span),
        "\n".join([one.says, *notes]),
        severity=_SEVERITY[one.severity.value],
        code=one.code.number,
        source="feedwright",
        related_information=related or None,
    )


def _answers(server: RulesServer) -> None:
    """What an editor asks about a place."""

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        def told(desk: Desk, document: TextDocument) -> lsp.Hover | None:
            text = hover.hover(desk, server.offset(document, params.position))
            return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text)) if text else None

        return _asked(server, params.text_document.uri, told, None)

    @server.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=['"', " ", "="])
    )
    def completed(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        def told(desk: Desk, document: TextDocument) -> list[lsp.CompletionItem]:
            found = completion.complete(desk, server.offset(document, params.position))
            return [
                lsp.CompletionItem(c.label, kind=_KINDS[c.sort], detail=c.detail) for c in found
            ]

        return _asked(server, params.text_document.uri, told, [])

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(params: lsp.DefinitionParams) -> lsp.Location | None:
        def told(desk: Desk, document: TextDocument) -> lsp.Location | None:
            span = names.definition(desk, server.offset(document, params.position))
            return server.location(desk, span) if span is not None else None

        return _asked(server, params.text_document.uri, told, None)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def referred(params: lsp.ReferenceParams) -> list[lsp.Location]:
        def told(desk: Desk, document: TextDocument) -> list[lsp.Location]:
            spans = names.references(desk, server.offset(document, params.position))
            places = [server.location(desk, span) for span in spans]
            return [place for place in places if place is not None]

        return _asked(server, params.text_document.uri, told, [])

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outlined(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        def told(desk: Desk, _: TextDocument) -> list[lsp.DocumentSymbol]:
            return [_symbol(server, desk, one) for one in outline.symbols(desk)]

        return _asked(server, params.text_document.uri, told, [])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    def lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        def told(desk: Desk, _: TextDocument) -> list[lsp.CodeLens]:
            made = []
            for span, name in outline.tests(desk):
                words = [params.text_document.uri, name]
                ran = lsp.Command("run test", RUN_TEST, arguments=words)
                made.append(lsp.CodeLens(server.range(desk, span), command=ran))
            return made

        return _asked(server, params.text_document.uri, told, [])


def _symbol(server: RulesServer, desk: Desk, one: outline.Symbol) -> lsp.DocumentSymbol:
    place = server.range(desk, one.span)
    return lsp.DocumentSymbol(
        name=one.name or "(no name)",
        detail=one.detail,
        kind=_SYMBOLS.get(one.detail, lsp.SymbolKind.Namespace),
        range=place,
        selection_range=lsp.Range(place.start, place.start),
        children=[_symbol(server, desk, inner) for inner in one.inside],
    )


def _changes(server: RulesServer) -> None:
    """What changes the text: renaming, quick fixes, the canonical form; and running a test."""

    @server.feature(lsp.TEXT_DOCUMENT_RENAME)
    def renamed(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        def told(desk: Desk, document: TextDocument) -> lsp.WorkspaceEdit | None:
            offset = server.offset(document, params.position)
            found = names.rename(desk, offset, params.new_name)
            if isinstance(found, names.CannotRename):
                shown = lsp.ShowMessageParams(lsp.MessageType.Warning, found.says)
                server.window_show_message(shown)
                return None
            return _edit(server, desk, Help("rename", None, tuple(found)))

        return _asked(server, params.text_document.uri, told, None)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    def fixes(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        def told(desk: Desk, document: TextDocument) -> list[lsp.CodeAction]:
            start = server.offset(document, params.range.start)
            end = server.offset(document, params.range.end)
            return [
                lsp.CodeAction(
                    f"{help_.says} [{help_.level}]",
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(server, desk, one)],
                    edit=_edit(server, desk, help_),
                )
                for one, help_ in outline.quick_fixes(desk, start, end)
            ]

        return _asked(server, params.text_document.uri, told, [])

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatted(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        def told(desk: Desk, document: TextDocument) -> list[lsp.TextEdit] | None:
            text = outline.formatted(desk)
            if text is None or text == document.source:
                return None
            whole = lsp.Range(lsp.Position(0, 0), lsp.Position(len(document.lines) + 1, 0))
            return [lsp.TextEdit(whole, text)]

        return _asked(server, params.text_document.uri, told, None)

    @server.command(RUN_TEST)
    def run_test(uri: str, name: str) -> dict[str, Any]:
        """Run one test of a document; what it gave is shown and returned."""

        def told(desk: Desk, _: TextDocument) -> dict[str, Any]:
            return _run_test(desk, name)

        result = _asked(server, uri, told, {"passed": False, "says": "the test could not be run"})
        kind = lsp.MessageType.Info if result["passed"] else lsp.MessageType.Error
        server.window_show_message(lsp.ShowMessageParams(kind, f"{name}: {result['says']}"))
        return result


def _run_test(desk: Desk, name: str) -> dict[str, Any]:
    from datetime import UTC, datetime  # noqa: PLC0415 - only a run of tests needs these

    from engine.pipeline import run_tests  # noqa: PLC0415
    from engine.ruletests.order_cases import run_order_tests  # noqa: PLC0415

    if desk.ruleset is None:
        return {"passed": False, "says": "the rules have errors: mend these first"}
    now = datetime.now(UTC)
    mapped, *_ = run_tests(desk.project, desk.ruleset, now, only=name)
    decided, _ = run_order_tests(desk.project, desk.ruleset, now, only=name)
    failures = [one.failures for one in mapped if not one.passed]
    failures += [one.failures for one in decided if not one.passed]
    told = "; ".join(fault for each in failures for fault in each)
    ran = len(mapped) + len(decided)
    return {"passed": ran > 0 and not failures, "says": told or f"passed ({ran})"}


def _edit(server: RulesServer, desk: Desk, one: Help) -> lsp.WorkspaceEdit:
    """Replacements as an edit of the files that they are in."""
    changes: dict[str, list[lsp.TextEdit]] = {}
    for replacement in one.replacements:
        place = server.location(desk, replacement.span)
        if place is not None:
            changes.setdefault(place.uri, []).append(lsp.TextEdit(place.range, replacement.text))
    return lsp.WorkspaceEdit(changes=changes)

"""The language server: the protocol on one side, functions of a desk on the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Source, Span
from engine.editor import completion, hover, names, outline
from engine.editor.desk import Desk
from engine.errors import EngineError
from engine.project import Project, find_root, load_project

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


class RulesServer(LanguageServer):
    """Answers about open rule files; a desk is made once for each version of the open documents."""

    def __init__(self) -> None:
        super().__init__("feedwright", "1")
        self._desks: dict[str, tuple[tuple[tuple[str, int | None], ...], Desk]] = {}

    def desk(self, uri: str) -> Desk | None:
        """The desk of an open document; None where its project cannot be read."""
        document = self.workspace.get_text_document(uri)
        path = Path(document.path)
        opened = self.workspace.text_documents
        stamp = tuple(sorted((u, d.version) for u, d in opened.items()))
        known = self._desks.get(uri)
        if known is not None and known[0] == stamp:
            return known[1]
        try:
            project = load_project(find_root(path.parent))
        except EngineError as fault:
            _LOG.warning("%s", fault)
            project = Project(path.parent)
        texts = {project.shown(Path(d.path)): d.source for d in opened.values()}
        desk = Desk(project, Source(project.shown(path), document.source), texts)
        self._desks[uri] = (stamp, desk)
        return desk

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
        desk = server.desk(uri)
        if desk is None:
            return nothing
        return answer(desk, server.workspace.get_text_document(uri))
    except EngineError as fault:
        _LOG.warning("%s", fault)
        return nothing
    except Exception:  # noqa: BLE001 - logged whole; an editor must not lose its server
        _LOG.exception("a feature failed")
        return nothing


def make_server() -> RulesServer:
    """A server with all features."""
    server = RulesServer()
    _documents(server)
    _answers(server)
    _changes(server)
    return server


def _documents(server: RulesServer) -> None:
    """Diagnostics as documents are opened and typed."""

    def publish(uri: str) -> None:
        def told(desk: Desk, _: TextDocument) -> list[lsp.Diagnostic]:
            return [_diagnostic(server, desk, one) for one in desk.diagnostics]

        nothing: list[lsp.Diagnostic] = []
        found = _asked(server, uri, told, nothing)
        server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found))

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        server._desks.clear()  # noqa: SLF001 - a saved table or schema changes what is known
        publish(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server._desks.pop(params.text_document.uri, None)  # noqa: SLF001
        nothing = lsp.PublishDiagnosticsParams(params.text_document.uri, [])
        server.text_document_publish_diagnostics(nothing)


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

"""How long an editor waits: diagnostics, hover and completion in rules of 500 lines.

    python tests/bench/editor.py --rounds 20

The sample's rules are made longer: more names, requirements, a table and tests. Each round types a
letter in the middle and asks; nothing of the typed file is known from before. Measured are seconds of
the processor, of this process for the functions behind the features, and of the server's process
(Linux: `schedstat`) for the same over its protocol on stdin and stdout.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import BaseLanguageClient

from engine.diagnostics.place import Source
from engine.editor import completion, hover, names, outline
from engine.editor.desk import Desk
from engine.project import load_project

ROOT = Path(__file__).parents[2]
NAME = "rules/offers.rules"
LINES = 500
LIMITS_MS = {"diagnostics": 150, "hover": 50, "completion": 50}
Times = dict[str, list[float]]


def long_rules(lines: int = LINES) -> str:
    """The sample's rules with names, requirements, a table and tests until they have `lines`."""
    text = (ROOT / NAME).read_text(encoding="utf-8")
    head, mapping, rest = text.partition("mapping offer for cdiscount, cdiscount_octopia\n")
    body, override, tail = rest.partition("\noverride offer")
    series = range(60)
    lets = [f"  let limit_{n} = cost_price * {101 + n}% rounded up to 0.01 EUR\n" for n in series]
    requires = [
        f'  require Price >= limit_{n} when brand is "Series {n}" else warn "Price {{Price}}, {n}"\n'
        for n in series
    ]
    rows = [f'  | "Z{n:03}" | {n}.50 EUR |\n' for n in range(100)]
    table = ["table surcharges key zone\n  | zone || surcharge |\n", *rows, "end\n\n"]
    at, end = body.index("  SellerProductId"), body.index("  always Discount")
    body = "".join([body[:at], *lets, "\n", body[at:end], *requires, body[end:]])
    made = "".join([head, *table, mapping, body, override, tail])
    number = 0
    while made.count("\n") <= lines - 5:
        number += 1
        made += (
            f'\ntest "lamp at {number}.00" on cdiscount at 2025-07-01 09:00 Europe/Paris\n'
            f'  given product "fixtures/lamp.json" but price_excl_vat = {number}.00 EUR\n'
            "  expect Vat = 20%\nend\n"
        )
    return made


def keystrokes(text: str, rounds: int) -> Iterator[tuple[str, int]]:
    """The text with something more typed each time, and the place where it was typed."""
    words = "  SellerProductId  = sku"
    at = text.index(words) + len(words)
    for number in range(rounds):
        typed = f" # seen {'again ' * (number + 1)}"
        yield text[:at] + typed + text[at:], at


def through_functions(project: Path, text: str, rounds: int) -> Times:
    """Milliseconds of each feature by itself, and of hover and completion on a checked document."""
    times: Times = {}
    gc.collect()
    gc.disable()

    def take(name: str, run: Callable[[], object]) -> None:
        gc.collect(1)  # as the server does it: while nobody waits
        start = time.process_time_ns()
        run()
        times.setdefault(name, []).append((time.process_time_ns() - start) / 1e6)

    Desk(load_project(project), Source(NAME, text)).diagnostics  # noqa: B018 - what is loaded once
    hover.hover(Desk(load_project(project), Source(NAME, text)), text.index("price_excl_vat *"))
    asked = (
        ("diagnostics", lambda desk, _: desk.diagnostics),
        ("hover", hover.hover),
        ("completion", completion.complete),
        ("definition", names.definition),
        ("references", names.references),
        ("symbols", lambda desk, _: outline.symbols(desk)),
        ("format", lambda desk, _: outline.formatted(desk)),
    )
    for number, (typed, at) in enumerate(keystrokes(text, rounds * len(asked))):
        name, feature = asked[number % len(asked)]
        desk = Desk(load_project(project), Source(NAME, typed))
        take(name, lambda feature=feature, desk=desk, at=at: feature(desk, at - 1))
        if name == "diagnostics":
            take("hover, checked", lambda desk=desk, at=at: hover.hover(desk, at - 1))
            take("completion, checked", lambda d=desk, at=at: completion.complete(d, at - 1))
    gc.enable()
    return times


class Editor(BaseLanguageClient):
    """A client with one open document; `told` holds the diagnostics as they come."""

    def __init__(self, uri: str) -> None:
        super().__init__("editor", "1")
        self.uri = uri
        self.told: asyncio.Queue[Any] = asyncio.Queue()

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

    async def answer(self, name: str, where: lsp.Position) -> object:
        """Ask for what `name` says."""
        document = lsp.TextDocumentIdentifier(self.uri)
        match name:
            case "diagnostics":
                return await asyncio.wait_for(self.told.get(), 60)
            case "hover":
                return await self.text_document_hover_async(lsp.HoverParams(document, where))
            case "completion":
                asked = lsp.CompletionParams(document, where)
                return await self.text_document_completion_async(asked)
        raise ValueError(name)


def busy_ns(pid: int) -> int:
    """Nanoseconds that a process has had of the processor, all its threads."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


async def over_stdio(project: Path, text: str, rounds: int) -> Times:
    """Milliseconds of the server's processor from a keystroke to its hover, completion, diagnostics."""
    times: Times = {}
    path = project / NAME
    editor = Editor(path.as_uri())
    await editor.start_io(sys.executable, "-m", "engine.cli.main", "lsp")
    server = editor._server  # pygls shows the process nowhere else
    await editor.initialize_async(
        lsp.InitializeParams(capabilities=lsp.ClientCapabilities(), root_uri=project.as_uri())
    )
    editor.initialized(lsp.InitializedParams())
    item = lsp.TextDocumentItem(editor.uri, "feedwright", 1, text)
    editor.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    await editor.answer("diagnostics", lsp.Position(0, 0))
    await asyncio.sleep(3)  # the sample feed is opened in the background
    try:
        for version, (typed, at) in enumerate(keystrokes(text, rounds), start=2):
            where = lsp.Position(typed.count("\n", 0, at), at - typed.rfind("\n", 0, at) - 2)
            document = lsp.VersionedTextDocumentIdentifier(version, editor.uri)
            change = lsp.TextDocumentContentChangeWholeDocument(typed)
            before = busy_ns(server.pid)
            editor.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
            for name in ("completion", "hover", "diagnostics"):
                assert await editor.answer(name, where) is not None
                now = busy_ns(server.pid)
                times.setdefault(f"{name}, stdio", []).append((now - before) / 1e6)
                before = now
    finally:
        await editor.shutdown_async(None)
        editor.exit(None)
        await editor.stop()
    return times


def shop(folder: Path) -> Path:
    """The sample project in `folder`."""
    for part in ("rules", "schemas", "samples"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / ".feedwright.yaml", folder)
    return folder


def measure(rounds: int) -> Times:
    """All times, each a list with one for every round."""
    text = long_rules()
    with tempfile.TemporaryDirectory() as folder:
        project = shop(Path(folder))
        times = through_functions(project, text, rounds)
        return times | asyncio.run(over_stdio(project, text, rounds))


def main() -> None:
    """Print the median and the 95th percentile of each, in milliseconds of one processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    print(f"{long_rules().count(chr(10))} lines, {rounds} rounds, ms of one processor")
    print("| | p50 | p95 | limit |\n|---|---|---|---|")
    for name, taken in measure(rounds).items():
        limit = LIMITS_MS.get(name.split(",")[0], "")
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"| {name} | {statistics.median(taken):.1f} | {p95:.1f} | {limit} |")


if __name__ == "__main__":
    main()

"""Cases of damage: a file is damaged, run as the command line would run it, and what must hold is held to.

A case is its seed and number. The safety net of the command line is off: what it would turn into
"internal error" is a hole here.
"""

import contextlib
import dataclasses
import io
import json
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from campaigns.damage import damaged
from checking.lines import offer_lines, rejection_lines
from msgspec.structs import replace

from engine.cli.main import feedwright
from engine.diagnostics.diagnostic import Diagnostic, Report
from engine.diagnostics.place import Source
from engine.diagnostics.render import render_report
from engine.errors import EngineError
from engine.feeds.csv_table import CsvTable, read_csv_table
from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import FeedSettings, feed_settings
from engine.feeds.source_schema import load_source_schema
from engine.language.checker import check_rules
from engine.language.parser import parse
from engine.language.printer import print_rules
from engine.offers.accounting import Accounting
from engine.offers.mapping import Mapper
from engine.offers.validation import check_payload, parse_payload
from engine.pipeline import check, mapper_for, open_run
from engine.program.compiler import compile_slice
from engine.program.program import Program
from engine.project import Project, load_project
from engine.values.field import SourceSchema
from engine.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ROOT / "tests/families"
AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"
SLOW = 5  # seconds; a case that takes longer hides something that grows
# How many cases of a hundred damage which kind of file.
SHARES = {"feed": 82, "schema": 6, "table": 4, "settings": 4, "rules": 3, "command": 1}
_RECORDS = {"xml": (b"</SHOPITEM>", b"</SHOP>"), "atom": (b"</entry>", b"</feed>")}
_EXCERPT = 5000


@dataclass(frozen=True)
class Shop:
    """A family's project and one of its feeds, cut short, with the program that its rules make."""

    family: str
    feed: str
    project: Project
    settings: FeedSettings
    excerpt: bytes
    ending: str
    program: Program

    def mapper(self) -> Mapper:
        return mapper_for(self.project, self.program)


@cache
def shops() -> tuple[Shop, ...]:
    """Every feed of every family."""
    return tuple(_shop(*names) for names in _feeds())


def _feeds() -> Iterator[tuple[str, str]]:
    for folder in sorted(p.parent for p in FAMILIES.glob("*/feedwright.yaml")):
        for feed in load_project(folder).feeds:
            yield folder.name, feed


def _shop(family: str, feed: str) -> Shop:
    project = load_project(FAMILIES / family)
    ruleset = check(project).ruleset
    assert ruleset is not None
    run = open_run(project, ruleset, feed, channel=CHANNEL, at=AT)
    run.feed.opened.source.close()
    settings = feed_settings(project.feeds[feed], f"feeds.{feed}")
    assert settings.path is not None
    path = project.root / settings.path
    return Shop(family, feed, project, settings, _excerpt(path), path.suffix, run.program)


def _excerpt(path: Path) -> bytes:
    """The first records of a file, whole."""
    data = path.read_bytes()
    if path.suffix == ".xml":
        end, close = _RECORDS["atom" if b"</feed>" in data else "xml"]
        return end.join(data.split(end)[:4]) + end + close
    if len(data) <= 2 * _EXCERPT:
        return data
    return data[
        : data.rindex(b"\n", 0, _EXCERPT if data.count(b"\n", 0, _EXCERPT) > 3 else 16_000) + 1
    ]


# --- what a case does ---------------------------------------------------------------------------


@dataclass
class Campaign:
    """Runs cases; holds back the rows that feeds gave, to map those of many cases at once."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)
    held: dict[str, list[tuple[int, pl.DataFrame]]] = field(default_factory=dict)
    number: int = 0

    def run(self, seed: int, number: int) -> int:
        """Run a case; gives the exit code that a person would see.

        Raises:
            BaseException: the hole that was found.
        """
        self.number = number
        rng = random.Random(f"{seed}:{number}")  # noqa: S311 - to be the same again is the point
        kind = rng.choices([*SHARES], [*SHARES.values()])[0]
        shop = rng.choice(shops())
        case: Callable[[random.Random, Shop], int] = getattr(self, f"_{kind}")
        started = time.monotonic()
        said = "well"
        try:
            code = case(rng, shop)
        except EngineError as fault:
            code, said = 2, str(fault)
        assert said.strip(), "an error that says nothing"
        assert time.monotonic() - started < SLOW, f"{kind} took {time.monotonic() - started:.1f} s"
        self.counts[f"{kind} {code}"] += 1
        return code

    def _write(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def _feed(self, rng: random.Random, shop: Shop) -> int:
        path = self._write(f"feed{shop.ending}", damaged(rng, shop.excerpt))
        settings = shop.settings
        if not rng.randrange(4):  # nothing said: all has to be found out
            settings = replace(settings, format=None, encoding=None, delimiter=None, records=None)
        opened = open_feed(settings, str(path), shop.project.root)
        if opened.columns and shop.program.lacking(opened.columns):
            return 2
        rows = 0
        for batch in opened.batches(shop.program.source_columns):
            rows += batch.height
            self.held.setdefault(f"{shop.family}/{shop.feed}", []).append((self.number, batch))
        assert all(isinstance(note, str) for note in opened.notes)
        self.counts["rows"] += rows
        return 0

    def flush(self) -> None:
        """Map what is held back: counts add up, every line is JSON, every payload fits."""
        for shop in shops():
            held = self.held.pop(f"{shop.family}/{shop.feed}", [])
            if held:
                batches = [_with_rows(b, n) for n, b in enumerate(b for _, b in held)]
                _map(shop, pl.concat(batches, how="diagonal_relaxed"))

    def _rules(self, rng: random.Random, shop: Shop) -> int:
        entry = shop.project.root / shop.project.rules[0]
        text = damaged(rng, entry.read_bytes()).decode("utf-8", "replace")
        source = Source("rules/offers.rules", text)
        ruleset, report = check_rules(source, Workspace(shop.project))
        _render(report)
        tree, faults = parse(source)
        if not faults:
            again = print_rules(tree)
            assert print_rules(parse(Source("rules/offers.rules", again))[0]) == again
        if ruleset is None:
            return 1
        part = ruleset.slice_at(CHANNEL, AT)
        if part is not None and not rng.randrange(3):
            self._run_program(shop, compile_slice(part, AT))
        return 0

    def _run_program(self, shop: Shop, program: Program) -> None:
        path = self._write(f"whole{shop.ending}", shop.excerpt)
        opened = open_feed(shop.settings, str(path), shop.project.root)
        for batch in opened.batches(program.source_columns):
            _map(dataclasses.replace(shop, program=program), batch)

    def _schema(self, rng: random.Random, shop: Shop) -> int:
        file = shop.project.root / "schemas/product.schema.json"
        path = self._write("product.schema.json", damaged(rng, file.read_bytes()))
        schema, faults = load_source_schema(path, "schemas/product.schema.json")
        _render(faults)
        if schema is None:
            assert faults
            return 1
        if rng.randrange(8):
            return 0
        return self._check_with(shop, _Workspace(shop.project, schema=(schema, faults)))

    def _table(self, rng: random.Random, shop: Shop) -> int:
        tables = sorted((shop.project.root / "rules/tables").glob("*.csv"))
        if not tables:
            return 0
        table = rng.choice(tables)
        path = self._write("table.csv", damaged(rng, table.read_bytes()[:3000]))
        found, faults = read_csv_table(path, f"rules/tables/{table.name}")
        _render(faults)
        if found is None:
            assert faults
            return 1
        if rng.randrange(6):
            return 0
        return self._check_with(shop, _Workspace(shop.project, table=(table.name, found, faults)))

    def _check_with(self, shop: Shop, files: Workspace) -> int:
        entry = shop.project.root / shop.project.rules[0]
        source = Source("rules/offers.rules", entry.read_text(encoding="utf-8"))
        ruleset, report = check_rules(source, files)
        _render(report)
        part = ruleset.slice_at(CHANNEL, AT) if ruleset is not None else None
        if part is None:
            return 1
        self._run_program(shop, compile_slice(part, AT))
        return 0

    def _settings(self, rng: random.Random, shop: Shop) -> int:
        file = shop.project.root / "feedwright.yaml"
        self._write("feedwright.yaml", damaged(rng, file.read_bytes()))
        project = load_project(self.folder)
        path = self._write(f"whole{shop.ending}", shop.excerpt)
        for name, read in project.feeds.items():
            settings = feed_settings(read, f"feeds.{name}")
            opened = open_feed(settings, str(path), shop.project.root)
            for batch in opened.batches(shop.program.source_columns):
                assert {"__row", "__problem", "__excluded"} <= set(batch.columns)
        return 0

    def _command(self, rng: random.Random, shop: Shop) -> int:
        path = self._write(f"feed{shop.ending}", damaged(rng, shop.excerpt))
        out = [self.folder / name for name in ("offers", "rejections", "summary")]
        options = ["--project", shop.project.root, "--channel", CHANNEL, "--at", AT.isoformat()]
        command = (
            ["render", path, *options, "--offers", out[0], "--rejections", out[1]]
            if rng.randrange(2)
            else ["preview", path, *options, "--format", rng.choice(("text", "jsonl"))]
        )
        written = io.StringIO()
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
            try:
                words = [str(x) for x in (*command, "--summary", out[2])]
                feedwright.main(words, standalone_mode=False)
            except SystemExit as ended:
                code = ended.code
            else:
                code = 0
        assert code in (0, 1, 2), code
        if code:
            return int(code)
        summary = json.loads(out[2].read_text(encoding="utf-8"))
        assert summary["read"] == sum(summary["outcomes"].values())
        if command[0] == "render":
            lines = [len(f.read_bytes().splitlines()) for f in out[:2]]
            assert sum(lines) == summary["read"], (lines, summary["outcomes"])
            assert lines[0] == summary["outcomes"]["offer"]
        return 0


@dataclass(frozen=True, slots=True)
class _Workspace(Workspace):
    """The files of a project, one of them damaged."""

    schema: tuple[SourceSchema, list[Diagnostic]] | None = None
    table: tuple[str, CsvTable, list[Diagnostic]] | None = None

    def source_schema(
        self, path: str, beside: str
    ) -> tuple[SourceSchema | None, list[Diagnostic]] | None:
        return self.schema or Workspace.source_schema(self, path, beside)

    def text_table(self, path: str, beside: str) -> tuple[CsvTable | None, list[Diagnostic]] | None:
        if self.table is not None and path.endswith(self.table[0]):
            return self.table[1:]
        return Workspace.text_table(self, path, beside)


def _with_rows(batch: pl.DataFrame, number: int) -> pl.DataFrame:
    """Rows of several cases beside each other: their numbers must not meet."""
    return batch.with_columns(pl.col("__row") + number * 1_000_000)


def _map(shop: Shop, batch: pl.DataFrame) -> None:
    mapped = shop.mapper().map(batch)
    accounting = Accounting()
    accounting.add(batch, mapped)
    assert accounting.read == batch.height == mapped.rows
    offers = offer_lines(mapped.offers).splitlines()
    others = rejection_lines(mapped.others).splitlines()
    assert len(offers) + len(others) == batch.height
    for line in others:
        assert json.loads(line)["reasons"], "a refusal without a reason"
    for line in offers:
        json.loads(line)
    for text in mapped.offers["payload"].drop_nulls():
        assert check_payload(parse_payload(text)) == []
    json.dumps(accounting.as_json())


def _render(found: Any) -> None:
    report = found if isinstance(found, Report) else Report()
    if report is not found:
        report.extend(found)
    for style in ("text", "json", "sarif", "junit", "github"):
        render_report(report, style)


# --- many cases ---------------------------------------------------------------------------------

FLUSH = 400  # cases


def campaign(seed: int, numbers: range, folder: Path) -> tuple[Counter[str], list[str]]:
    """Run the cases `numbers`; gives what was counted, and the holes that were found."""
    running = Campaign(folder)
    holes = []
    for number in numbers:
        hole = _hole(lambda n=number: running.run(seed, n))  # type: ignore[misc]
        if hole:
            holes.append(f"case {number}: {hole}")
        if number % FLUSH == FLUSH - 1 or number == numbers[-1]:
            held = {k: [n for n, _ in v] for k, v in running.held.items()}
            hole = _hole(running.flush)
            if hole:
                holes.append(f"rows of the cases {_some(held)}: {hole}")
                running.held.clear()
    return running.counts, holes


def _some(held: dict[str, list[int]]) -> str:
    return "; ".join(f"{k}: {v[0]}-{v[-1]}" for k, v in held.items())


def _hole(run: Callable[[], object]) -> str | None:
    try:
        run()
    except KeyboardInterrupt:
        raise
    except BaseException as fault:  # noqa: BLE001 - a panic of Polars is no Exception
        where = traceback.extract_tb(fault.__traceback__)
        ours = [f for f in where if "/engine/" in f.filename] or where
        return (
            f"{type(fault).__name__}: {str(fault)[:300]} at {ours[-1].filename}:{ours[-1].lineno}"
        )
    return None

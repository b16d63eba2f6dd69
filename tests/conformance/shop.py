"""The shop that the examples of pages stand in: its rules, its schemas, a row of its feed."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from checking.shop import CHANNELS, STANDARD
from conformance.examples import Example
from conformance.order_rules import whole_orders

from engine.diagnostics.diagnostic import Report
from engine.diagnostics.place import Source
from engine.language.analyses import analyse
from engine.language.checker import check_rules
from engine.language.parser import parse
from engine.language.ruleset import Ruleset
from engine.offers.results import RowResult
from engine.offers.rows import row_results
from engine.pipeline import open_run, run_tests
from engine.project import Project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
ENTRY = "offers.rules"
NOW = datetime(2025, 6, 1, tzinfo=UTC)
SOURCE_SCHEMA = "schemas/product.schema.json"
HEADER = {
    "rules": "rules 1",
    "timezone": "timezone Europe/Paris",
    "currency": "currency EUR",
    "read": f'read product using "{SOURCE_SCHEMA}"',
    "write": 'write offer using "schemas/offer.schema.json"',
}
TESTS = """
test "on the old channel" on cdiscount at 2025-10-01 09:00 Europe/Paris
  given product "fixtures/lamp.json"
  expect Stock = 3
end

test "on the new channel" on cdiscount_octopia at 2025-10-01 09:00 Europe/Paris
  given product "fixtures/lamp.json"
  expect Stock = 3
end
"""
TOP = (*HEADER, "use", "channel", "table", "milestone", "mapping", "override", "test")
ROW = {
    "Référence": "LAMP-1",
    "EAN": "3760123499002",
    "Marque": "Lumeo",
    "Catégorie": "Lamps",
    "Prix HT": "83,33",
    "Taux TVA": "20",
    "Prix d'achat": "40,00",
}


def whole(blocks: Sequence[str]) -> str:
    """A file that holds the rules of `blocks`, and around them all that a shop needs.

    A block that begins with a keyword of the top level stands beside the standard mapping of the
    shop (or in place of what it declares itself); any other block stands inside that mapping.
    """
    declared = {word for block in blocks for word in _declared(block)}
    first = [b for b in blocks if "rules" in _declared(b)]
    beside = [b for b in blocks if _declared(b) and b not in first]
    inside = [b for b in blocks if not _declared(b)]
    head = [line for word, line in HEADER.items() if word not in declared]
    parts = [
        "".join(first) + "\n".join(head),
        "" if "channel" in declared else CHANNELS,
        "" if "mapping" in declared else _mapping(inside),
        *beside,
        "" if "test" in declared else TESTS,
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _declared(block: str) -> set[str]:
    return set(re.findall(r"^(\w+)", block, re.MULTILINE)) & set(TOP)


def _mapping(inside: list[str]) -> str:
    """The standard mapping with the statements of an example in place of its own."""
    text = "\n".join(inside)
    set_here = set(re.findall(r"^ *([A-Z]\w*) *=", text, re.MULTILINE))
    for decided in re.findall(r"^decide ([\w, ]+) by", text, re.MULTILINE):
        set_here |= set(decided.split(", "))
    kept = {name: value for name, value in STANDARD.items() if name not in set_here}
    width = max(map(len, kept))
    own = [f"  {line}".rstrip() for line in text.rstrip().split("\n")] if text else []
    return "\n".join(
        [
            "mapping offer for cdiscount, cdiscount_octopia",
            '  source "A page"',
            "",
            *(f"  {name:{width}} = {value}" for name, value in kept.items()),
            *(["", *own] if own else []),
            "end",
        ]
    )


def _schema(changes: str) -> str:
    """The shop's own schema of its feed, with the fields of an example in place of its own."""
    schema = json.loads((ROOT / SOURCE_SCHEMA).read_text(encoding="utf-8"))
    schema["properties"]["old_comment"] = {"type": "string", "deprecated": True}
    if changes:
        schema["properties"] |= json.loads(changes)["properties"]
    return json.dumps(schema, indent=1)


def feed(rows: str) -> str:
    """A feed of the example's `rows` (head first), each with the standard cells it does not give."""
    head, *lines = rows.rstrip("\n").split("\n")
    others = {column: cell for column, cell in ROW.items() if column not in head.split(";")}
    before = ";".join(others.values())
    return "\n".join([f"{';'.join(others)};{head}", *(f"{before};{line}" for line in lines)])


class Shop:
    """An example as a project on disk."""

    def __init__(self, folder: Path, example: Example) -> None:
        self.example = example
        about_orders = example.number.startswith("A")
        self.text = (whole_orders if about_orders else whole)(example.rules)
        self.project = Project(folder)
        files: Mapping[str, str] = {
            SOURCE_SCHEMA: "",
            "fixtures/lamp.json": (ROOT / "rules/fixtures/lamp.json").read_text(encoding="utf-8"),
            ENTRY: self.text,
            **example.files,
        }
        for name, text in files.items():
            written = _schema(text) if name == SOURCE_SCHEMA else text
            written = feed(text) if name == "feed.csv" else written
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # `\\xE9` in a file of an example is that byte, as a program that saves no UTF-8 writes it.
            raw = re.sub(rb"\\x([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), written.encode())
            path.write_bytes(raw)

    def check(self, text: str | None = None) -> tuple[Ruleset | None, Report]:
        """What is said of the shop's rules, or of `text` in their place."""
        source = Source(ENTRY, self.text if text is None else text)
        ruleset, report = check_rules(source, Workspace(self.project))
        if ruleset is not None:
            # What only time tells is asked for as `plan` would: with an instant.
            tree, _ = parse(source)
            later = analyse(ruleset, (tree,), report.sources, NOW)
            report.extend(d for d in later if d.code.number == "E813")
        return ruleset, report

    def failures(self) -> list[str]:
        """What the shop's tests have to say."""
        ruleset, report = self.check()
        assert ruleset is not None, [d.says for d in report]
        results, _, _ = run_tests(self.project, ruleset, NOW)
        return [failure for result in results for failure in result.failures]

    def rows(self) -> list[RowResult]:
        """What becomes of the rows of the shop's feed."""
        ruleset, report = self.check()
        assert ruleset is not None, [d.says for d in report]
        path = str(self.project.root / "feed.csv")
        run = open_run(self.project, ruleset, path, channel="cdiscount", at=NOW)
        return [row for _, mapped in run.batches() for row in row_results(run.program, mapped)]


def told(report: Report) -> list[Any]:
    return [d.code.number for d in report]

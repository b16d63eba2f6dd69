"""All files of a drafted project, and writing them where nothing stands in their way."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from engine.diagnostics.place import Source
from engine.drafting.columns import ColumnGuess, Confidence, Guesses, guess_columns
from engine.drafting.fitting import shown
from engine.drafting.fixture import draft_fixture
from engine.drafting.rules import Gap, draft_rules
from engine.drafting.sample import Sample
from engine.drafting.schema import schema_text
from engine.drafting.words import NAMED, Role
from engine.errors import ProjectError
from engine.language.parser import parse
from engine.language.printer import print_rules

LARGEST_COPY = 10 << 20
IGNORED = "var/\n"
SAMPLE_NAME = "samples/products.csv"
_MAY = {
    Role.CONDITION: "say the condition",
    Role.SALE_PRICE: "hold the price of a sale",
    Role.ACTIVE: "say which products are sold",
}
# A shop to begin with: every row has what an offer needs, but the last one has no EAN.
SAMPLE_FEED = """\
Référence;EAN;Désignation;Marque;Prix TTC;TVA;Stock;Poids (g)
LAMPE-01;3760123450010;Lampe de bureau;Lumeo;49,90 EUR;20%;12;1850
BOL-02;3760123450027;Bol en grès;Maison Verrel;14,50 EUR;20%;40;420
LIVRE-03;3760123450034;Livre de recettes;Éditions du Port;19,90 EUR;5,5%;7;610
TABLE-04;;Table basse;Pré Vert;129,00 EUR;20%;2;14500
"""


class DraftedProject(Struct, frozen=True):
    """The files by name (bytes), and what a person is told about the guesses."""

    files: Mapping[str, bytes]
    guesses: Guesses
    gaps: tuple[Gap, ...]
    feed: str
    named: tuple[ColumnGuess, ...] = ()

    def doubtful(self) -> tuple[str, ...]:
        """Columns whose guess is to be looked at first, a line each."""
        return tuple(
            f"{' '.join(g.header.split())} -> {g.field} ({g.confidence}): {g.why}"
            for g in self.guesses.columns
            if g.role is not None and g.role not in NAMED and g.confidence is not Confidence.HIGH
        )

    def to_decide(self) -> tuple[str, ...]:
        """Columns that are mapped to nothing, and that rules may take over: a line each."""
        return tuple(f"{shown(g.header)}: may {_MAY[g.role]}" for g in self.named if g.role)


def draft_project(sample: Sample, feed: str, copied: bytes | None) -> DraftedProject:
    """The files of a project for the feed that `sample` was read from.

    Args:
        sample: its first rows.
        feed: where the project finds the feed, from its own folder.
        copied: the bytes that go there, or None where the feed stays where it is.
    """
    guesses = guess_columns(sample.headers, sample.rows, sample.numbers)
    fixture = draft_fixture(guesses, sample.rows)
    drafted = draft_rules(guesses, fixture)
    files = {
        "feedwright.yaml": settings_text(feed, sample).encode(),
        "rules/offers.rules": _canonical(drafted.text).encode(),
        "schemas/product.schema.json": schema_text(guesses).encode(),
        "fixtures/product.json": fixture.text().encode(),
        "tables/.gitkeep": b"",
        "samples/.gitkeep": b"",
    }
    if copied is not None:
        files[feed] = copied
    return DraftedProject(files, guesses, drafted.gaps, feed, drafted.named)


def _canonical(rules: str) -> str:
    """The rules as `fmt` would write them, so that its check passes from the first day."""
    tree, faults = parse(Source("rules/offers.rules", rules))
    if faults:
        raise ProjectError(
            f"the drafted rules cannot be read, a fault of Feedwright: {faults[0].says}"
        )
    return print_rules(tree)


def settings_text(feed: str, sample: Sample) -> str:
    """`feedwright.yaml`: the feed as it was found to be written."""
    lines = ["# Drafted by `feedwright init`. Secrets never stand here.", "feeds:", "  catalogue:"]
    lines += [f"    # GUESS: {' '.join(note.split())}" for note in sample.notes]
    lines.append(f"    path: {_quoted(feed)}")
    lines += [f"    {name}: {_quoted(value)}" for name, value in sample.facts.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # every JSON text is a YAML text


def write_project(project: DraftedProject, folder: Path) -> tuple[list[str], list[str]]:
    """Write the files into `folder`; returns the names written, and those of before that are kept.

    Raises:
        ProjectError: a file is in the way (nothing is written then), or one cannot be written.
    """
    there = [name for name in project.files if os.path.lexists(folder / name)]
    in_the_way = [name for name in there if not name.endswith(".gitkeep")]
    if in_the_way:
        raise ProjectError(
            f"{folder}: there is already {', '.join(in_the_way)}; nothing was written. "
            "Name another folder, or move what is there"
        )
    written = []
    for name, content in project.files.items():
        if name not in there:
            _write(folder / name, content)
            written.append(name)
    ignore = folder / ".gitignore"
    if os.path.lexists(ignore):
        return written, [*there, ".gitignore"]
    _write(ignore, IGNORED.encode())
    return [*written, ".gitignore"], there


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
    except OSError as fault:
        raise ProjectError(f"{path}: cannot be written: {fault.strerror or fault}") from None


def names_in_order(names: Sequence[str]) -> list[str]:
    """File names as a person looks for them."""
    return sorted(n for n in names if not n.endswith(".gitkeep"))

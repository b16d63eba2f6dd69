"""The examples of a diagnostic's page: what stands in its blocks, and where it says the fault is.

A block names its file after its language (```csv tables/units.csv); rules without a name stand in
the shop's own file. A line of signs below a line of a block (`#   ^^^^ X501`) states where the
fault is found; it is no part of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.diagnostics.pages import page

_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"#? *(\^+) ([A-Z]\d{3})")


@dataclass(frozen=True)
class Place:
    """The marked words, and the line they stand in, without its indentation."""

    code: str
    line: str
    words: str


@dataclass(frozen=True)
class Block:
    language: str
    file: str
    text: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Example:
    """A page's Bad or Good section. `tables` holds its Markdown tables, head first."""

    number: str
    title: str
    blocks: tuple[Block, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...] = field(default=())

    @property
    def places(self) -> list[Place]:
        return [place for block in self.blocks for place in block.places]

    def block(self, language: str, file: str = "") -> str:
        """The text of the only block of that language and file, or ""."""
        texts = [b.text for b in self.blocks if (b.language, b.file) == (language, file)]
        assert len(texts) < 2, f"{self.number}: two blocks {language} {file}"
        return texts[0] if texts else ""

    @property
    def rules(self) -> list[str]:
        """The blocks of rules that stand in the shop's own file."""
        return [b.text for b in self.blocks if (b.language, b.file) == ("rules", "")]

    @property
    def files(self) -> dict[str, str]:
        return {block.file: block.text for block in self.blocks if block.file}


def example(number: str, title: str) -> Example:
    text = page(number)
    assert text is not None, f"engine/diagnostics/pages/{number}.md is missing"
    section = text.partition(f"\n## {title}\n")[2]
    section = re.split(r"^## ", section, flags=re.MULTILINE)[0]
    blocks = tuple(_block(*found) for found in _BLOCK.findall(section))
    return Example(number, title, blocks, tuple(_tables(_BLOCK.sub("", section))))


def _block(language: str, file: str, text: str) -> Block:
    lines: list[str] = []
    places = []
    for line in text.split("\n"):
        mark = _MARK.fullmatch(line)
        if mark:
            above = lines[-1]
            places.append(Place(mark[2], above.strip(), above[mark.start(1) : mark.end(1)]))
        else:
            lines.append(line)
    return Block(language, file, "\n".join(lines), tuple(places))


def _tables(text: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    for part in text.strip().split("\n\n"):
        if part.startswith("|"):
            rows = (line.strip("|").split("|") for line in part.split("\n"))
            head, _, *cells = (tuple(cell.strip() for cell in row) for row in rows)
            yield (head, *cells)

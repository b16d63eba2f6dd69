import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.marketplace.facts import Fact, tags

SCHEMAS = Path(__file__).parents[3] / "schemas"
SOURCES = json.loads((SCHEMAS / "octopia/sources.json").read_text())
NOT_FACTS = {"sources.json", "product.schema.json", "order.schema.json"}
FILES = sorted(p for p in SCHEMAS.rglob("*.json") if p.name not in NOT_FACTS)


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from objects(child)
    if isinstance(node, list):
        for child in node:
            yield from objects(child)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_tag_is_explained(path: Path) -> None:
    for entry in objects(json.loads(path.read_text())):
        for key in ("confidence", "x-confidence"):
            for tag in tags(entry.get(key, "")):
                assert tag.rstrip("123456789") in SOURCES["confidence"], (path.name, tag)
        for key in ("source", "x-source"):
            for tag in tags(entry.get(key, "")):
                assert tag in SOURCES["sources"], (path.name, tag)


def test_every_attribute_and_wire_name_says_how_sure_it_is() -> None:
    table = json.loads((SCHEMAS / "offer.schema.json").read_text())["properties"]
    for name, entry in table.items():
        assert entry["x-confidence"], name
        assert entry["x-source"], name
        wires = [entry["x-xml"], entry["x-json"], *entry.get("x-values", {}).values()]
        for wire in wires:
            assert wire is None or (wire["confidence"] and wire["source"]), name


def test_what_is_certain() -> None:
    assert Fact("D, C6").certain
    assert Fact("Dq, C1").certain
    assert not Fact("L, I").certain
    assert not Fact("T").certain

"""Puts the benchmark's project where Feedwright can render it: with JSON names for all attributes.

For eight of the twelve attributes no JSON name is publicly known, so their offers would go by XML.
The project in `project/` makes names up (`json_names.json`), and the attribute table of this
repository gets them here: one text then holds all twelve, for every implementation.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE / "project"
ATTRIBUTES = HERE.parents[1] / "schemas" / "offer.schema.json"


def stage_project(folder: Path, kind: str = "csv") -> Path:
    """Copy the project to `folder`, for a feed of `kind`, and complete it there."""
    shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
    settings = folder / "feedwright.yaml"
    settings.write_text(settings_for(kind, settings.read_text(encoding="utf-8")), encoding="utf-8")
    schema = folder / "schemas" / "offer.schema.json"
    schema.write_text(
        json.dumps(named_attributes(), indent=2, ensure_ascii=False), encoding="utf-8"
    )
    return folder


def settings_for(kind: str, settings: str) -> str:
    """The project's settings for a feed of `kind`."""
    if kind == "csv":
        return settings
    return settings.replace('    format: csv\n    delimiter: ","\n', f"    format: {kind}\n")


def named_attributes() -> dict[str, Any]:
    """The attribute table with the names that the benchmark makes up."""
    table: dict[str, Any] = json.loads(ATTRIBUTES.read_text(encoding="utf-8"))
    names = json.loads((PROJECT / "json_names.json").read_text(encoding="utf-8"))
    for attribute, place in names["paths"].items():
        entry = table["properties"][attribute]
        if entry["x-json"] is None:  # a name that became known is the better one
            entry["x-json"] = {**place, "confidence": "NF", "source": "OWN"}
        for word in entry.get("x-values", {}).values():
            word["json"] = word["json"] or word["xml"]
    return table

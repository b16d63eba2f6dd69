"""What feedwright.yaml may hold: the schema and the reader say the same."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from engine.errors import ProjectError
from engine.feeds.feed_settings import (
    FORMATS,
    FeedSettings,
    JoinSettings,
    ParentSettings,
    SkipSettings,
    feed_settings,
)
from engine.project import PACKAGE_MODES, load_project

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads(
    (ROOT / "schemas/settings.schema.json").read_text(encoding="utf-8")
)
FEED = SCHEMA["$defs"]["feed"]["properties"]
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.mark.parametrize(
    ("kind", "described"),
    [
        (FeedSettings, FEED),
        (JoinSettings, FEED["join"]["items"]["properties"]),
        (ParentSettings, FEED["parent"]["properties"]),
        (SkipSettings, FEED["skip"]["items"]["properties"]),
    ],
)
def test_the_schema_names_what_the_reader_knows(kind: type, described: dict[str, Any]) -> None:
    assert set(described) == {f.name for f in fields(kind)} - {"settings"}


def test_words_of_lists_are_the_same() -> None:
    assert FEED["format"]["enum"] == list(FORMATS)
    assert SCHEMA["properties"]["offers"]["properties"]["package"]["enum"] == list(PACKAGE_MODES)


@pytest.mark.parametrize(
    "file", sorted({ROOT / ".feedwright.yaml", *(ROOT / "tests").rglob("feedwright.yaml")})
)
def test_every_project_of_this_tree_fits_the_schema(file: Path) -> None:
    project = load_project(file.parent)
    feeds = {name: dict(settings) for name, settings in project.feeds.items()}  # `<<` taken in
    read = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    assert [e.message for e in VALIDATOR.iter_errors({**read, "feeds": feeds})] == []


def _read_whole(folder: Path) -> None:
    for name, read in load_project(folder).feeds.items():
        feed_settings(read, f"feeds.{name}")


FAULTS = [
    ("feds: {}", "did you mean `feeds`?"),
    ("rules: []", "rules"),
    ("offers:\n  package: both", "offers.package is `both`"),
    ("offers:\n  packages: auto", "did you mean `offers.package`?"),
    ("offers: auto", "`offers` must hold"),
    ("channels:\n  cdiscount:\n    delivery_modes: Tracked", "must be a list"),
    ("channels:\n  cdiscount:\n    modes: [Tracked]", "there is no setting"),
    ("feeds: [a]", "`feeds` must hold"),
    ("feeds:\n  a: b", "feeds.a"),
    ("feeds:\n  a:\n    format: cvs", "format is `cvs`"),
    ("feeds:\n  a:\n    delimitter: ;", "did you mean `delimiter`?"),
    ("feeds:\n  a:\n    path: [a]", "path must be a text"),
    ("feeds:\n  a:\n    parent:\n      mode: group", "needs `key`"),
    ("feeds:\n  a:\n    parent:\n      key: a\n      mode: tree", "mode is `tree`"),
    ("feeds:\n  a:\n    skip:\n      - column: a", "needs `because`"),
    ("feeds:\n  a:\n    join:\n      - key: a", "needs `path`"),
    ("feeds:\n  a:\n    join: b.csv", "must be a list"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_a_fault_is_told_and_is_one_for_the_schema_too(
    text: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "feedwright.yaml").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(ProjectError) as told:
        _read_whole(tmp_path)
    assert says in str(told.value)
    read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    assert list(VALIDATOR.iter_errors(read)), "the schema takes what the reader refuses"

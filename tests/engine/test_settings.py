"""What feedwright.yaml may hold: the schema and the reader say the same."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from msgspec import Struct
from msgspec.structs import fields

from engine.errors import ProjectError
from engine.feeds.feed_settings import (
    FORMATS,
    FeedSettings,
    JoinSettings,
    ParentSettings,
    SkipSettings,
    feed_settings,
)
from engine.outbox.guards import Rails
from engine.outbox.places import KEYS
from engine.outbox.schedule import SCHEDULE_KEYS
from engine.outbox.settings import SELLER_KEYS, SENDING_KEYS
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
def test_the_schema_names_what_the_reader_knows(
    kind: type[Struct], described: dict[str, Any]
) -> None:
    assert set(described) == set(kind.__struct_fields__) - {"settings"}


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: a.rules\nfeds: {}\n", "2:1: there is no setting `feds`; did you mean `feeds`?"),
        ("offers:\n  package: zip\n", "2:3: offers.package is `zip`"),
        ("feeds:\n  shop: csv\n", "2:3: `feeds.shop` must hold"),
        ("rules: []\n", "1:1: `rules` must be a file"),
        ("channels:\n  a:\n    modes: [b]\n", "3:5: there is no setting `channels.a.modes`"),
        ("channels: {a: {delivery_modes: b}}\n", "1:16: channels.a.delivery_modes must be a list"),
        ("orders:\n  connector: soap\n", "2:3: orders.connector is `soap`"),
        ("orders:\n\n  free_carriers: [a]\n", "3:3: orders.free_carriers is"),
        ("sellers:\n  a: {}\nsellers: {}\n", "3:1: `sellers` stands in line 1 already"),
        ("feeds:\n  a:\n    path: x\n    path: y\n", "4:5: `path` stands in line 3 already"),
        ("rules: [a\n", "2:1: expected ',' or ']'"),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / ".feedwright.yaml").write_text(text)
    with pytest.raises(ProjectError) as fault:
        load_project(tmp_path)
    assert str(fault.value).startswith(f".feedwright.yaml:{told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("delimiter: ab", "5:5: feeds.a.delimiter must be one character"),
        ("delimitr: a", "5:5: there is no setting `feeds.a.delimitr`; did you mean `delimiter`?"),
        ("encoding: utf-9", "5:5: feeds.a.encoding: there is no encoding `utf-9`"),
        ("join: [b]", "5:5: feeds.a.join must hold entries"),
        ("join:\n      - path: b\n", "6:9: feeds.a.join needs `key`"),
        ("parent: {key: a, mode: b}", "5:22: feeds.a.parent.mode is `b`"),
        (
            "skip:\n      - because: c\n        empty: [d, d]",
            "7:9: feeds.a.skip.empty names `d` twice",
        ),
    ],
)
def test_a_fault_in_a_feed_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "feedwright.yaml"
    file.write_text(f"rules: a.rules\n\nfeeds:\n  a: # the shop\n    {text}\n")
    with pytest.raises(ProjectError) as fault:
        _read_whole(tmp_path)
    assert str(fault.value).startswith(f"feedwright.yaml:{told}")


def test_what_an_entry_takes_over_stands_where_it_was_written(tmp_path: Path) -> None:
    text = "feeds:\n  a: &a\n    path: x\n  b:\n    <<: *a\n    header: [c, c]\n"
    (tmp_path / "feedwright.yaml").write_text(text)
    feeds = load_project(tmp_path).feeds
    with pytest.raises(ProjectError, match=r"6:5: feeds\.b\.header names `c` twice"):
        feed_settings(feeds["b"], "feeds.b")
    assert feeds["b"]["path"] == "x"


def test_the_schema_names_what_sending_reads() -> None:
    sending, seller = SCHEMA["properties"]["sending"], SCHEMA["properties"]["sellers"]
    assert set(sending["properties"]) == set(SENDING_KEYS)
    assert set(seller["additionalProperties"]["properties"]) == set(SELLER_KEYS)
    assert set(SCHEMA["properties"]["schedule"]["properties"]) == set(SCHEDULE_KEYS)
    assert set(sending["properties"]["xml"]["properties"]) == frozenset().union(*KEYS.values())
    guards = sending["properties"]["guards"]["properties"]
    assert set(guards) == set(Rails.__struct_fields__)
    for rail in fields(Rails):  # the default that is told is the one that counts
        assert guards[rail.name]["description"].endswith(f"; {rail.default} if not set.")


def test_the_seller_of_the_sandbox_fits_the_schema() -> None:
    text = (ROOT / "samples/sandbox.yaml").read_text(encoding="utf-8")
    read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    assert [e.message for e in VALIDATOR.iter_errors(read)] == []

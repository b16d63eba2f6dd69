from pathlib import Path

from bench import staging

from engine.feeds.source_schema import load_source_schema
from engine.functions import library
from engine.marketplace.channel import load_channels
from engine.marketplace.schema import load_offer_schema
from engine.marketplace.vocabulary import CHANNELS
from engine.project import load_project
from engine.resources import bundled_root


def test_all_twelve_attributes_have_a_json_name(tmp_path: Path) -> None:
    folder = staging.stage_project(tmp_path / "project")
    channels = load_channels(bundled_root() / "schemas" / CHANNELS)
    schema, faults = load_offer_schema(folder / "schemas" / "offer.schema.json", "offer", channels)

    assert not faults
    assert schema is not None
    twelve = [a for a in schema.attributes.values() if a.one_of_twelve]
    assert len(twelve) == 12
    assert all(attribute.json for attribute in twelve)


def test_the_source_schema_is_sound(tmp_path: Path) -> None:
    folder = staging.stage_project(tmp_path / "project")
    schema, faults = load_source_schema(folder / "schemas" / "product.schema.json", "product")

    assert not faults
    assert schema is not None
    assert len(schema.fields) == 17


def test_settings_name_the_format_of_the_feed(tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        project = load_project(staging.stage_project(tmp_path / kind, kind))
        assert project.feeds["main"]["format"] == kind


def test_the_library_has_what_the_rules_call() -> None:
    assert {"gtin13", "max", "min"} <= library().keys()

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from clusters.dirty import ROOT, project

from engine.cluster import shipped as module
from engine.cluster.shipped import Shipped, received, ruleset_of, ship, unpacked
from engine.errors import ProjectError
from engine.project import load_project

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)


@pytest.fixture
def sent() -> Shipped:
    return ship(project(), "cdiscount_octopia", AT, frozenset())


def test_the_rules_arrive_whole(sent: Shipped) -> None:
    with unpacked(received(sent.as_text())) as there:
        arrived = ruleset_of(there)
        assert there.root != ROOT
        assert {s.channel for s in arrived.slices} >= {"cdiscount_octopia"}
    assert not there.root.exists()


def test_a_project_with_its_own_schema_ships_its_channels(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    sent = ship(load_project(tmp_path), "cdiscount_octopia", AT, frozenset())
    assert any(name.startswith("schemas/octopia/channels/") for name in sent.files)
    with unpacked(sent) as there:
        assert ruleset_of(there) is not None


def test_altered_rules_are_refused(sent: Shipped) -> None:
    data = json.loads(sent.as_text())
    data["files"]["rules/offers.rules"] = ""
    with pytest.raises(ProjectError, match="their hash is another"):
        received(json.dumps(data))
    with pytest.raises(ProjectError, match="did not arrive whole"):
        received(sent.as_text()[:-9])


def test_another_version_is_refused(sent: Shipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda _: "9.9")
    with pytest.raises(ProjectError, match=r"this worker has Feedwright 9\.9"):
        received(sent.as_text())


def test_other_schemas_are_refused(sent: Shipped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "schemas_hash", lambda: "other")
    with pytest.raises(ProjectError, match="schemas are not the driver's"):
        received(sent.as_text())


def test_a_file_outside_the_project_is_told(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(ROOT / "rules", shop / "rules")
    rules = shop / "rules" / "offers.rules"
    shutil.move(shop / "rules" / "tables", tmp_path / "tables")
    text = rules.read_text(encoding="utf-8")
    assert '"tables/' in text
    rules.write_text(text.replace('"tables/', '"../../tables/'), encoding="utf-8")
    with pytest.raises(ProjectError, match="workers cannot have it"):
        ship(load_project(shop), "cdiscount_octopia", AT, frozenset())

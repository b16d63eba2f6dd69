"""Opening and saving: nothing outside of rules/ and tables/, nothing half, nothing over another's work."""

from __future__ import annotations

from pathlib import Path

import pytest
from serving.bench import Page

from engine.project import Project
from engine.workbench.folder import ConflictError, Folder

OFFERS = "rules/offers.rules"


def test_a_file_is_saved_as_it_is_typed(page: Page) -> None:
    opened = page.ask("open", name=OFFERS)
    assert opened["text"] == page.text(OFFERS)
    typed = "# éà€🪑\n" + opened["text"]
    saved = page.ask("save", name=OFFERS, text=typed, version=opened["version"])
    assert page.text(OFFERS) == typed
    assert saved["version"] == page.get("/api/files").json()["files"][OFFERS] != opened["version"]
    assert not list((page.root / "rules").glob(".*"))


def test_a_file_that_changed_on_disk_is_not_overwritten(page: Page) -> None:
    opened = page.ask("open", name=OFFERS)
    theirs = opened["text"] + "# of another editor\n"
    (page.root / OFFERS).write_text(theirs, encoding="utf-8")
    answer = page.post(
        "save", name=OFFERS, text=opened["text"] + "# mine\n", version=opened["version"]
    )
    told = answer.json()
    assert told["refused"] == "conflict"
    assert told["current"]["text"] == theirs == page.text(OFFERS)
    assert {"-# of another editor", "+# mine"} <= set(told["lines"])
    again = page.ask("save", name=OFFERS, text="# mine\n", version=told["current"]["version"])
    assert page.text(OFFERS) == again["text"] == "# mine\n"


def test_a_file_that_vanished_is_a_conflict_too(page: Page) -> None:
    opened = page.ask("open", name=OFFERS)
    (page.root / OFFERS).unlink()
    answer = page.post("save", name=OFFERS, text="# mine\n", version=opened["version"])
    assert (answer.json()["refused"], answer.json()["current"]) == ("conflict", None)
    page.ask("save", name=OFFERS, text="# mine\n", version=None)
    assert page.text(OFFERS) == "# mine\n"


@pytest.mark.parametrize(
    "name",
    [
        "feedwright.yaml",
        ".feedwright.yaml",
        "schemas/product.schema.json",
        "../outside.rules",
        "rules/../../outside.rules",
        "rules/../outside.rules",
        "/tmp/outside.rules",  # noqa: S108 - refused
        "rules/nowhere/new.rules",
        "rules/x.py",
        "rules\\x.rules",
        "rules/x\n.rules",
        "rules",
        "rules/.rules/",
        "",
        "rules/" + "x" * 5000 + ".rules",
        "rules/\x00.rules",
    ],
)
def test_nothing_else_is_saved(page: Page, name: str) -> None:
    before = sorted(p for p in page.root.parent.rglob("*") if p.is_file())
    page.refused("save", name=name, text="rules 1\n", version=None)
    assert sorted(p for p in page.root.parent.rglob("*") if p.is_file()) == before


@pytest.mark.parametrize(
    "name",
    [
        "schemas/product.schema.json",
        "samples/catalogue.csv",
        "../../etc/passwd",
        ".feedwright.yaml",
    ],
)
def test_nothing_else_is_opened(page: Page, name: str) -> None:
    page.refused("open", name=name)


@pytest.mark.parametrize("feed", ["/etc/passwd", "../../../etc/passwd", "samples/wanted.csv", "-"])
def test_no_other_feed_is_read(page: Page, feed: str) -> None:
    asked = {"texts": {}, "feed": feed, "channel": "cdiscount", "at": "2025-08-01T09:00Z"}
    for path in ("preview", "row", "changes", "count"):
        texts = {"rules/offers.rules": page.text(OFFERS) + "# more\n"}
        assert "no such feed" in page.refused(path, **{**asked, "texts": texts})


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.rules"
    secret.write_text("secret\n", encoding="utf-8")
    root = tmp_path / "shop"
    (root / "rules").mkdir(parents=True)
    (root / "rules/linked.rules").symlink_to(secret)
    (root / "rules/folder").symlink_to(outside)
    (root / "tables").symlink_to(outside)
    folder = Folder(Project(root))
    assert folder.names() == []
    for name in ("rules/linked.rules", "rules/folder/secret.rules", "tables/secret.rules"):
        assert not folder.may_save(name)
    assert secret.read_text(encoding="utf-8") == "secret\n"


def test_line_ends_marks_and_permissions_are_kept(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    path = tmp_path / "tables/units.csv"
    path.write_bytes(b"\xef\xbb\xbfunit,factor\r\nkg,1\r\n")
    path.chmod(0o640)
    folder = Folder(Project(tmp_path))
    opened = folder.open("tables/units.csv")
    assert opened.text == "unit,factor\nkg,1\n"
    folder.save("tables/units.csv", opened.text + "g,1000\n", opened.version)
    assert path.read_bytes() == b"\xef\xbb\xbfunit,factor\r\nkg,1\r\ng,1000\r\n"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    path = tmp_path / OFFERS
    path.write_text("rules 1\n", encoding="utf-8")
    folder = Folder(Project(tmp_path))
    version = folder.open(OFFERS).version

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Exception, match="not saved: No space left on device"):
        folder.save(OFFERS, "rules 1\n# more\n", version)
    assert path.read_text(encoding="utf-8") == "rules 1\n"
    assert [p.name for p in path.parent.iterdir()] == ["offers.rules"]


def test_another_save_at_the_last_moment_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    path = tmp_path / OFFERS
    path.write_text("rules 1\n", encoding="utf-8")
    folder = Folder(Project(tmp_path))
    version = folder.open(OFFERS).version
    monkeypatch.setattr("os.fsync", lambda _: path.write_text("theirs\n", encoding="utf-8"))
    with pytest.raises(ConflictError, match="changed on disk"):
        folder.save(OFFERS, "mine\n", version)
    assert path.read_text(encoding="utf-8") == "theirs\n"


def test_what_is_no_text_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / OFFERS).write_bytes(b"rules 1\n# \xe9\n")
    with pytest.raises(Exception, match="not UTF-8 at byte 10"):
        Folder(Project(tmp_path)).open(OFFERS)


@pytest.mark.parametrize(
    "path", ["{outside}/secret.rules", "../../outside/secret.rules", "linked.rules"]
)
def test_rules_as_typed_read_nothing_outside(page: Page, path: str) -> None:
    outside = page.root.parent / "outside"
    outside.mkdir()
    (outside / "secret.rules").write_text("a secret word\n", encoding="utf-8")
    (page.root / "rules/linked.rules").symlink_to(outside / "secret.rules")
    named = path.format(outside=outside)
    typed = page.text(OFFERS).replace("currency EUR\n", f'currency EUR\nuse "{named}"\n')
    told = page.ask("check", name=OFFERS, texts={OFFERS: typed})
    assert not told["well"]
    assert "secret word" not in str(told)
    table = page.text(OFFERS) + f'\ntable stolen from "{outside}/secret.rules" key a\n'
    assert "secret word" not in str(page.ask("check", name=OFFERS, texts={OFFERS: table}))

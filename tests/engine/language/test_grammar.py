"""The parser's tables: current, taken only where they fit, safe against what is cut or altered."""

from pathlib import Path

import pytest

from engine.diagnostics.place import Source
from engine.language import grammar as module
from engine.language.parser import parse_anew

ROOT = Path(__file__).parents[3]
RULES = Source("a.rules", "rules 1\ncurrency EUR\n")


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of tables that are kept; nothing ships, nothing is loaded yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(module, "_shipped", lambda: tmp_path / "nothing.json")
    module.grammar.cache_clear()
    yield tmp_path / "feedwright"
    module.grammar.cache_clear()


@pytest.fixture(scope="module")
def tables() -> str:
    return module.tables_of(module.build_grammar())


def test_the_shipped_tables_belong_to_the_grammar_and_are_whole() -> None:
    shipped = Path(module.__file__).with_name(module.TABLES).read_text(encoding="utf-8")
    loaded = module.load_tables(shipped, module.grammar_hash())
    assert loaded is not None, "`python -m engine.language.grammar` writes them anew"


def test_shipped_tables_parse_as_a_grammar_that_is_built_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = [
        Source(file.name, file.read_text(encoding="utf-8"))
        for file in (ROOT / "rules").glob("*.rules")
    ]
    module.grammar.cache_clear()
    shipped = [parse_anew(source) for source in sources]
    built = module.build_grammar()
    monkeypatch.setattr("engine.language.reading.grammar", lambda: built)
    assert [parse_anew(source) for source in sources] == shipped != []


def test_shipped_tables_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "build_grammar", pytest.fail)
    module.grammar.cache_clear()
    assert parse_anew(RULES)[1] == ()


def test_tables_of_another_lark_are_built_and_kept_once(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parse_anew(RULES)[1] == ()
    (kept,) = stored.iterdir()
    monkeypatch.setattr(module, "build_grammar", pytest.fail)
    module.grammar.cache_clear()
    assert parse_anew(RULES)[1] == ()
    assert list(stored.iterdir()) == [kept]


@pytest.mark.parametrize("harm", ["empty", "cut", "altered", "bytes", "other"])
def test_harmed_tables_are_as_good_as_none(harm: str, stored: Path, tables: str) -> None:
    stored.mkdir()
    file = stored / f"grammar-{module.grammar_hash()[:16]}.json"
    match harm:
        case "empty":
            file.write_text("")
        case "cut":
            file.write_text(tables[: len(tables) // 2])
        case "altered":
            file.write_text(tables.replace('"Shift"', '"Shirt"').replace("[0,", "[1,", 1))
        case "bytes":
            file.write_bytes(b"\xff\xfe\x00")
        case _:
            file.write_text(tables.replace(module.grammar_hash(), "0" * 64))
    assert parse_anew(RULES)[1] == ()
    mended = module.load_tables(file.read_text(encoding="utf-8"), module.grammar_hash())
    assert mended is not None


def test_a_cache_that_cannot_be_written_is_no_fault(
    stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.write_text("a file where the folder would be")
    assert parse_anew(RULES)[1] == ()
    assert stored.read_text() == "a file where the folder would be"
    monkeypatch.delenv("XDG_CACHE_HOME")


def test_tables_of_another_hash_are_not_taken(tables: str) -> None:
    assert module.load_tables(tables, module.grammar_hash()) is not None
    assert module.load_tables(tables, "0" * 64) is None

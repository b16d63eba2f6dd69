"""Trees that are kept: equal to what reading anew gives, and taken for nothing but their own text."""

import os
from pathlib import Path

import msgspec
import pytest
from checking.rule_texts import rule_texts
from hypothesis import HealthCheck, given, settings

from engine.diagnostics.place import Source
from engine.language import kept as kept_module
from engine.language import kept_trees, parser
from engine.language.kept import keep, kept
from engine.language.kept_trees import keep_tree, kept_tree
from engine.language.parser import parse, parse_anew
from engine.project import read_source

ROOT = Path(__file__).parents[3]
FILES = sorted([*ROOT.glob("rules/*.rules"), *ROOT.glob("tests/**/rules/*.rules")])
TEXT = "rules 1\ncurrency EUR\n\nmapping offer for cdiscount  # old\n  Price = 2.50 EUR\nend\n"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of rules, with an empty cache folder beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    parser._remembered.cache_clear()
    file = tmp_path / "a.rules"
    file.write_text(TEXT, encoding="utf-8")
    return file


def read_again(monkeypatch: pytest.MonkeyPatch, source: Source) -> bool:
    """Whether `parse` reads the text, as another process would that begins now."""
    reads: list[Source] = []

    def noted(given: Source) -> object:
        reads.append(given)
        return parse_anew(given)

    with monkeypatch.context() as patch:
        patch.setattr(parser, "parse_anew", noted)
        parser._remembered.cache_clear()
        assert parse(source)[0] == parse_anew(source)[0]
    return bool(reads)


def the_kept(rules: Path) -> Path:
    (file,) = (rules.parent / "cache/feedwright").iterdir()
    return file


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_kept_tree_is_what_was_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = read_source(file, "shown.rules")
    tree, faults = parse_anew(source)
    assert faults == ()
    assert read_again(monkeypatch, source)
    assert kept_tree(source) == tree
    assert not read_again(monkeypatch, source)


@given(text=rule_texts())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_is_kept_as_it_was_read(rules: Path, text: str) -> None:
    source = Source("shown.rules", text, rules)
    tree, faults = parse_anew(source)
    assert faults == ()
    keep_tree(source, tree)
    assert kept_tree(source) == tree


def test_a_tree_belongs_to_its_text_its_name_and_its_reader(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read_source(rules, "a.rules")
    assert read_again(monkeypatch, source)
    assert not read_again(monkeypatch, source)
    rules.write_text(TEXT.replace("2.50", "2.40"), encoding="utf-8")
    assert read_again(monkeypatch, read_source(rules, "a.rules"))
    assert read_again(monkeypatch, read_source(rules, "b.rules"))
    assert not read_again(monkeypatch, read_source(rules, "b.rules"))
    monkeypatch.setattr(kept_trees, "_reader", lambda: b"another")
    assert read_again(monkeypatch, read_source(rules, "b.rules"))
    assert the_kept(rules), "one for each file, however often it changes"


def test_what_reads_rules_is_told_by_what_stands_in_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path(kept_trees.__file__).parent
    for file in (*here.glob("*.py"), *here.glob("syntax/*.py"), here / "grammar.lark"):
        copy = tmp_path / file.relative_to(here)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    read = kept_trees._reader.__wrapped__
    own = read()
    monkeypatch.setattr(kept_trees, "__file__", str(tmp_path / "kept_trees.py"))
    assert read() == own
    for name in ("grammar.lark", "tree_builder.py", "syntax/nodes.py"):
        before = read()
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"\n")
        assert read() != before, name


@pytest.mark.parametrize(
    "harm", ["empty", "cut", "altered", "head", "shape", "shared", "pipe", "folder"]
)
def test_a_harmed_tree_is_as_good_as_none(
    harm: str, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = read_source(rules, "a.rules")
    assert read_again(monkeypatch, source)
    file = the_kept(rules)
    data = file.read_bytes()
    match harm:
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(data[:-7])
        case "altered":
            assert b"2.50" in data
            file.write_bytes(data.replace(b"2.50", b"9.50"))
        case "head":
            file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        case "shape":  # whole, and no tree: as another version of msgspec might write it
            body = msgspec.msgpack.encode(["RulesFile", 1])
            file.write_bytes(kept_trees._head(source, body) + b"\n" + body)
        case "shared":
            file.chmod(0o666)
        case "pipe":
            file.unlink()
            os.mkfifo(file)
        case _:
            file.unlink()
            file.mkdir()
    assert read_again(monkeypatch, source)
    assert read_again(monkeypatch, source) == (harm == "folder")


def test_of_many_files_the_last_are_kept(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "MOST_KEPT", 3)
    folder = rules.parent / "cache/feedwright"
    keep("grammar-1.json", b"{}")
    sources = [Source("a.rules", TEXT, rules.parent / str(n)) for n in range(5)]
    tree = parse_anew(sources[0])[0]
    for age, source in zip((50, 40, 30, 20, 10), sources, strict=True):
        before = set(folder.iterdir())
        keep_tree(source, tree)
        for file in set(folder.iterdir()) - before:
            os.utime(file, (file.stat().st_mtime - age,) * 2)
    assert [kept_tree(source) == tree for source in sources] == [False, False, True, True, True]
    assert kept("grammar-1.json") == b"{}"


def test_mistakes_are_told_every_time(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules.write_text(TEXT.replace("Price =", "Price"), encoding="utf-8")
    source = read_source(rules, "a.rules")
    told = parse_anew(source)[1]
    assert told
    for _ in range(2):
        assert read_again(monkeypatch, source)
        assert tuple(parse(source)[1]) == told


def test_what_is_in_no_file_is_not_kept(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        assert read_again(monkeypatch, Source("a.rules", TEXT))
    assert not (rules.parent / "cache").exists()


@pytest.mark.parametrize("name", [b"caf\xe9/a.rules", b"\xe9.rules"])
def test_names_that_are_no_text_are_read(
    name: bytes, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = rules.parent / os.fsdecode(name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(TEXT, encoding="utf-8")
    assert read_again(monkeypatch, read_source(file, os.fsdecode(name)))
    assert parse(read_source(file, os.fsdecode(name)))[1] == []


def test_a_cache_folder_is_named_from_the_root(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(rules.parent)
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setattr(Path, "home", lambda: rules.parent / "home")
    assert read_again(monkeypatch, read_source(rules, "a.rules"))
    assert not (rules.parent / "cache").exists()
    assert list((rules.parent / "home/.cache/feedwright").iterdir())


def test_a_person_without_a_home_reads_anew(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    for _ in range(2):
        assert read_again(monkeypatch, read_source(rules, "a.rules"))

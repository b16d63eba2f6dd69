"""What a command loads: start-up is a feature, and it is tested by what is loaded, not by the clock."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAVY = {
    "charset_normalizer", "jinja2", "jsonschema", "jsonschema_rs", "lxml", "polars", "py4j", "pyspark",
    "python_calamine", "referencing", "requests", "rich", "sqlite3", "urllib3",
}  # fmt: skip
PROGRAM = """
import sys, json
sys.argv[0] = "feedwright"
from engine.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def _loaded(*words: str, code: int = 0) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    modules: list[str] = json.loads(ran.stderr.splitlines()[-1])
    return set(modules)


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        ("check",),
        ("check", "--format", "sarif"),
        ("explain", "E814"),
        ("fmt", "--check"),
        ("schema",),
        ("preview", "--help"),
        ("render", "--help"),
    ],
)
def test_nothing_heavy_is_loaded(words: tuple[str, ...]) -> None:
    assert _loaded(*words) & HEAVY == set()


def test_what_commands_there_are_is_told_without_what_they_need() -> None:
    """Records are made by msgspec, which a look at the help need not wait for."""
    for words in (("--help",), ("--version",)):
        assert _loaded(*words) & {"msgspec", "dataclasses", "lark", "yaml"} == set(), words


def test_looking_at_what_was_sent_holds_nothing_to_a_schema(tmp_path: Path) -> None:
    settings = (ROOT / "samples" / "sandbox.yaml").read_text(encoding="utf-8")
    (tmp_path / "feedwright.yaml").write_text(settings, encoding="utf-8")
    loaded = _loaded("orders", "held", "--project", str(tmp_path), code=2)  # nothing was sent yet
    assert "engine.outbox.journal" in loaded
    assert loaded & {"jsonschema_rs", "lxml", "polars"} == set()


def test_help_loads_no_command_and_nothing_of_the_language() -> None:
    loaded = _loaded("--help")
    own = {name for name in loaded if name.startswith("engine")}
    assert own == {"engine", "engine.cli", "engine.cli.main", "engine.errors"}
    assert loaded & {"lark", "yaml", "rapidfuzz", "zoneinfo"} == set()


def test_a_page_needs_no_parser() -> None:
    loaded = _loaded("explain", "E814")
    assert loaded & {"lark", "yaml", "engine.language", "engine.project"} == set()


def test_formatting_needs_no_checker() -> None:
    loaded = _loaded("fmt", "--check", "rules/offers.rules")
    assert loaded & {"engine.language.checker", "engine.functions", "engine.marketplace"} == set()


def test_json_offers_of_csv_need_no_reader_of_other_formats(tmp_path: Path) -> None:
    words = ("--at", "2025-08-01T09:00+02:00", "--channel", "cdiscount")
    outputs = ("--offers", str(tmp_path / "offers"), "--rejections", str(tmp_path / "rejections"))
    loaded = _loaded("render", "samples/catalogue.csv", *words, *outputs)
    assert "polars" in loaded
    assert loaded & {"lxml", "python_calamine", "rich", "requests", "jinja2", "pyspark"} == set()

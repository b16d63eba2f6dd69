"""What each command prints, in every format, as a person or a program gets it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import Feedwright
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import COMMANDS

SNAPSHOTS = Path(__file__).parent / "snapshots"
HELP = sorted(file.stem.removeprefix("help_") for file in SNAPSHOTS.glob("help_*.txt"))
AT = ("--at", "2025-08-01T09:00+02:00")


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, feedwright: Feedwright) -> None:
    ran = feedwright(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: feedwright {command} ")
    assert "-h, --help" in ran.out


@pytest.mark.parametrize("command", HELP)
def test_help_as_it_is_shown(command: str, feedwright: Feedwright, golden: Snapshot) -> None:
    golden.assert_match(feedwright(command, "--help").out, f"help_{command}.txt")


def test_help_lists_every_command(feedwright: Feedwright) -> None:
    ran = feedwright("--help")
    assert (ran.code, ran.err) == (0, "")
    listed = [
        line.split()[0]
        for line in ran.out.partition("Commands:")[2].splitlines()
        if line[2:3].strip()
    ]
    assert listed == list(COMMANDS)
    assert "Exit codes: 0 well, 1 diagnostics" in ran.out


@pytest.mark.parametrize("style", ["text", "json", "sarif", "junit", "github"])
def test_check(style: str, shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("check", "rules/faulty.rules", "--format", style, cwd=shop)
    assert (ran.code, ran.err) == (1, "")
    golden.assert_match(ran.out, f"check_faulty.{style}.txt")


@pytest.mark.parametrize("style", ["text", "json", "junit", "github"])
@pytest.mark.parametrize("rules", ["offers", "failing"])
def test_test(rules: str, style: str, shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    settings = shop / "feedwright.yaml"
    settings.write_text(settings.read_text().replace("rules/offers", f"rules/{rules}"))
    ran = feedwright("test", "--coverage", "--format", style, cwd=shop)
    assert (ran.code, ran.err) == (int(rules == "failing"), "")
    golden.assert_match(ran.out, f"test_{rules}.{style}.txt")


def test_preview(shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("preview", "chairs", *AT, cwd=shop)
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, "preview.text.txt")


def test_preview_of_one_sku(shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("preview", "chairs", *AT, "--sku", "CH-2", cwd=shop)
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, "preview_sku.text.txt")


def test_preview_lines(shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("preview", "chairs", *AT, "--format", "jsonl", cwd=shop)
    assert ran.code == 0
    assert ran.err == "6 rows read = 3 offers + 1 excluded + 2 rejected\n"
    rows = [json.loads(line, parse_float=Decimal) for line in ran.out.splitlines()]
    assert [row["outcome"] for row in rows] == [
        "offer", "offer", "excluded", "rejected", "rejected", "offer",
    ]  # fmt: skip
    assert rows[1]["payload"]["price"]["price"] == Decimal("114.00")
    golden.assert_match(ran.out, "preview.jsonl.txt")


def test_render(shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    files = ("--offers", "o.jsonl", "--rejections", "r.jsonl", "--summary", "s.json")
    ran = feedwright("render", "chairs", *AT, *files, cwd=shop)
    assert (ran.code, ran.out) == (0, "")
    golden.assert_match(ran.err, "render.stderr.txt")
    for name in ("o.jsonl", "r.jsonl", "s.json"):
        golden.assert_match((shop / name).read_text(encoding="utf-8"), f"render.{name}.txt")


@pytest.mark.parametrize("style", ["text", "json"])
def test_schema(style: str, shop: Path, feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("schema", "--format", style, cwd=shop)
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, f"schema.{style}.txt")


def test_explain(feedwright: Feedwright, golden: Snapshot) -> None:
    ran = feedwright("explain", "e814")
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, "explain_E814.txt")


def test_fmt(feedwright: Feedwright, golden: Snapshot) -> None:
    typed = "rules 1\ncurrency   EUR # euros\n\n\nmilestone  a=2025-07-29 10:00 Europe/Paris\n"
    ran = feedwright("fmt", "-", stdin=typed)
    assert (ran.code, ran.err) == (0, "")
    golden.assert_match(ran.out, "fmt.txt")
    assert feedwright("fmt", "-", stdin=ran.out).out == ran.out

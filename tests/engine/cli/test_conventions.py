"""What holds for every command: exit codes, `-`, streams, colour, progress, completion."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from conftest import Feedwright

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests/golden/project"
AT = ("--at", "2025-08-01T09:00+02:00")
CHAIRS = (GOLDEN / "chairs.csv").read_bytes()


# --- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check",), 0),
        (("check", "--strict"), 1),
        (("check", "rules/faulty.rules"), 1),
        (("check", "rules/none.rules"), 2),
        (("check", "--format", "yaml"), 2),
        (("fmt", "--check"), 0),
        (("fmt", "none.rules"), 2),
        (("test",), 0),
        (("test", "-k", "outlet"), 0),
        (("test", "-k", "no such test"), 1),
        (("explain", "E814"), 0),
        (("explain", "Z999"), 2),
        (("schema",), 0),
        (("schema", "rules/fixtures/chair.json"), 1),
        (("schema", "none.json"), 2),
        (("preview", "chairs", *AT), 0),
        (("preview", "chairs", *AT, "--sku", "CH-9"), 1),
        (("preview", "none.csv", *AT), 2),
        (("preview", "chairs", "--at", "2025-08-01T09:00"), 2),
        (("preview", "chairs", "--channel", "nowhere"), 2),
        (("render", "chairs", *AT, "--offers", "-"), 0),
        (("render", "chairs", *AT), 2),
        (("render", "chairs", *AT, "--offers", "none/offers.jsonl"), 2),
        (("chek",), 2),
    ],
)
def test_exit_codes(words: tuple[str, ...], code: int, shop: Path, feedwright: Feedwright) -> None:
    ran = feedwright(*words, cwd=shop)
    assert ran.code == code, ran.err
    assert "Traceback" not in ran.err
    if code == 2:
        assert ran.out == ""
        assert ran.err


@pytest.mark.parametrize("words", [("preview", "chairs"), ("render", "chairs", "--offers", "-")])
def test_rules_with_errors_stop_a_run_with_their_report(
    words: tuple[str, ...], shop: Path, feedwright: Feedwright
) -> None:
    settings = shop / "feedwright.yaml"
    settings.write_text(settings.read_text().replace("rules/offers", "rules/faulty"))
    ran = feedwright(*words, *AT, cwd=shop)
    assert (ran.code, ran.out) == (1, "")
    assert "error[N101]" in ran.err


def test_settings_that_cannot_be_used_are_one_line(shop: Path, feedwright: Feedwright) -> None:
    (shop / "feedwright.yaml").write_text("feds: {}\n")
    ran = feedwright("check", cwd=shop)
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean `feeds`?" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("preview", "chairs", "--rows"),
        ("preview", "chairs", "--html", "page.html", "--rows"),
        ("explain", "chairs", "--sku", "CH-1", "--row"),
        ("plan", "chairs", "--canary"),
        ("render", "chairs", "--engine", "spark", "--out", "parts", "--split-bytes"),
        ("show", "chairs.csv", "--rows"),
        ("push", "chairs.csv", "--wait"),
        ("sandbox", "--orders"),
    ],
)
@pytest.mark.parametrize("number", ["99999999999999999999999", "9" * 5000, "-1"])
def test_a_count_that_nothing_reaches_is_a_mistake_of_the_command(
    words: tuple[str, ...], number: str, shop: Path, feedwright: Feedwright
) -> None:
    ran = feedwright(*words, number, cwd=shop)
    assert (ran.code, ran.out) == (2, "")
    assert f"Invalid value for '{words[-1]}'" in ran.err


# --- where things go ----------------------------------------------------------------------------


def test_rules_come_from_stdin(shop: Path, feedwright: Feedwright) -> None:
    typed = (shop / "rules/faulty.rules").read_text()
    ran = feedwright("check", "-", cwd=shop, stdin=typed)
    assert ran.code == 1
    assert "rules/offers.rules:25:37" in ran.out  # stdin takes the place of the project's rules


def test_a_schema_comes_from_stdin(shop: Path, feedwright: Feedwright) -> None:
    typed = (shop / "schemas/product.schema.json").read_text()
    ran = feedwright("schema", "-", stdin=typed)
    named = feedwright("schema", "schemas/product.schema.json", cwd=shop)
    assert ran.out.partition("\n")[2] == named.out.partition("\n")[2] != ""
    broken = feedwright("schema", "-", stdin='{"properties": {"a": {"x-kinds": "money"}}}')
    assert (broken.code, broken.out) == (1, "")
    assert "did you mean `x-kind`?" in broken.err


def test_a_feed_comes_from_stdin(shop: Path, feedwright: Feedwright) -> None:
    lines = ("--format", "jsonl")
    typed = feedwright("preview", "-", "--as", "chairs", *AT, *lines, cwd=shop, stdin=CHAIRS)
    named = feedwright("preview", "chairs", *AT, *lines, cwd=shop)
    assert typed == named
    assert typed.out.count("\n") == 6
    guessed = feedwright("preview", "-", *AT, *lines, cwd=shop, stdin=CHAIRS)
    assert (guessed.code, guessed.out) == (0, typed.out)
    unknown = feedwright("preview", "-", *AT, cwd=shop, stdin=b"")
    assert (unknown.code, unknown.out) == (2, "")
    assert "name that with --as" in unknown.err
    misspelt = feedwright("preview", "-", "--as", "chair", *AT, cwd=shop, stdin=CHAIRS)
    assert (misspelt.code, misspelt.out) == (2, "")
    assert "there are: chairs" in misspelt.err


def test_offers_go_to_stdout_and_what_is_told_to_stderr(shop: Path, feedwright: Feedwright) -> None:
    ran = feedwright("render", "chairs", *AT, "--offers", "-", cwd=shop)
    assert [json.loads(line)["sku"] for line in ran.out.splitlines()] == ["CH-1", "CH-2", "CH-6"]
    assert ran.err.endswith("6 rows read = 3 offers + 1 excluded + 2 rejected\n")


def test_a_summary_adds_up_as_a_file_and_on_stdout(shop: Path, feedwright: Feedwright) -> None:
    to_file = feedwright("preview", "chairs", *AT, "--summary", "sum.json", cwd=shop)
    summary = json.loads((shop / "sum.json").read_text())
    assert summary["read"] == sum(summary["outcomes"].values()) == 6
    assert summary["outcomes"] == {"offer": 3, "excluded": 1, "rejected": 2}
    assert {r["code"]: r["rows"] for r in summary["reasons"]} == {
        "R210": 1, "R208": 1, "R101": 1, "R207": 1,
    }  # fmt: skip
    shown = feedwright("preview", "chairs", *AT, "--summary", "-", cwd=shop)
    assert shown.out == to_file.out + (shop / "sum.json").read_text()


def test_lists_where_one_value_is_wanted_are_told(shop: Path, feedwright: Feedwright) -> None:
    row = {"sku": ["A"], "ean": ["3760123450010"], "category": ["x"], "price": [["1", "2"]]}
    pl.DataFrame(row).write_parquet(shop / "lists.parquet")
    ran = feedwright("render", "lists.parquet", *AT, "--offers", "o.jsonl", cwd=shop)
    assert ran.code == 2
    assert ran.err.startswith(
        "feedwright: lists.parquet: the column `price` holds lists, and field `price` one value; "
        "write `x-kind: list`"
    )


def test_a_run_that_stops_leaves_no_file_behind(shop: Path, feedwright: Feedwright) -> None:
    (shop / "short.csv").write_text("sku;ean\nA;3760123450010\n")
    before = sorted(shop.rglob("*"))
    ran = feedwright("render", "short.csv", *AT, "--as", "chairs", "--offers", "o.jsonl", cwd=shop)
    assert ran.code == 2
    assert "lacks `price` (field price), `category`" in ran.err
    assert sorted(shop.rglob("*")) == before


# --- colour, progress -----------------------------------------------------------------------------


def _on_a_terminal(folder: Path, *words: str, **environment: str) -> tuple[str, str]:
    """What a command writes to a terminal: (stdout, stderr), each a terminal of its own."""
    kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "TERM", "COLUMNS"}}
    kept |= {"TERM": "xterm-256color", "COLUMNS": "100", **environment}
    ends = [pty.openpty(), pty.openpty()]
    command = [sys.executable, "-m", "engine.cli.main", *words]
    with subprocess.Popen(
        command, cwd=folder, env=kept, stdout=ends[0][1], stderr=ends[1][1]
    ) as running:
        os.close(ends[0][1])
        os.close(ends[1][1])
        shown = [_read(end) for end, _ in ends]
        running.wait()
    return shown[0], shown[1]


def _read(end: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(end, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(end)
    return b"".join(parts).decode()


@pytest.mark.parametrize("words", [("check",), ("preview", "chairs", *AT), ("explain", "E814")])
def test_colour_only_on_a_terminal_and_never_with_no_color(
    words: tuple[str, ...], shop: Path, feedwright: Feedwright
) -> None:
    coloured, _ = _on_a_terminal(shop, *words)
    assert "\x1b[" in coloured
    plain, _ = _on_a_terminal(shop, *words, NO_COLOR="1")
    assert "\x1b[" not in plain
    assert "\x1b[" not in feedwright(*words, cwd=shop).out


def test_progress_only_on_a_terminal(shop: Path, feedwright: Feedwright) -> None:
    words = ("render", "chairs", *AT, "--offers", "offers.jsonl")
    _, seen = _on_a_terminal(shop, *words)
    assert "6 rows" in seen
    assert "\x1b[" in seen
    piped = feedwright(*words, cwd=shop)
    assert "\x1b[" not in piped.err
    assert [line for line in piped.err.splitlines() if line.endswith(" rows")] == []


# --- help with mistakes ----------------------------------------------------------------------------


def test_a_mistyped_command_is_told_with_the_closest(feedwright: Feedwright) -> None:
    assert "'preview'" in feedwright("preveiw").err
    assert "'check'" in feedwright("chek").err
    assert "Did you mean" not in feedwright("zzzz").err


def test_a_mistyped_option_is_told_with_the_closest(feedwright: Feedwright) -> None:
    assert "Did you mean '--format'?" in feedwright("check", "--fromat", "json").err


def test_an_unknown_code_is_told_with_the_closest(feedwright: Feedwright) -> None:
    ran = feedwright("explain", "E81")
    assert ran.code == 2
    assert "E814" in ran.err


def test_completion_knows_commands_options_and_choices(
    monkeypatch: pytest.MonkeyPatch, feedwright: Feedwright
) -> None:
    def completed(typed: str) -> list[str]:
        monkeypatch.setenv("_FEEDWRIGHT_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
        return [line.partition(",")[2] for line in feedwright().out.splitlines()]

    assert {"check", "preview", "render"} <= set(completed("feedwright "))
    assert completed("feedwright che") == ["check"]
    assert completed("feedwright check --form") == ["--format"]
    assert completed("feedwright check --format s") == ["sarif"]


def test_the_version_is_the_one_of_the_package(feedwright: Feedwright) -> None:
    project = (ROOT / "pyproject.toml").read_text()
    first, _, kernels = feedwright("--version").out.partition("\n")
    assert f'version = "{first.removeprefix("feedwright, version ")}"' in project
    assert kernels.startswith("C kernels: ")


def test_the_version_tells_whether_there_are_kernels(
    monkeypatch: pytest.MonkeyPatch, feedwright: Feedwright
) -> None:
    from engine.native import library

    def told() -> str:
        return feedwright("--version").out.splitlines()[1].removeprefix("C kernels: ")

    monkeypatch.delenv("FEEDWRIGHT_KERNELS", raising=False)
    monkeypatch.setattr(library, "kernels", object)
    assert told() == "in use"
    monkeypatch.setattr(library, "kernels", lambda: None)
    assert told().startswith("not in use (none that fits")
    monkeypatch.setenv("FEEDWRIGHT_KERNELS", "off")
    assert told() == "not in use (FEEDWRIGHT_KERNELS=off)"

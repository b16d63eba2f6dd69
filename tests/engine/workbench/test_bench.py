"""What is kept between two questions, and what is made anew: each text once, rows of a feed once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from serving.bench import copy_of_sample

from engine.errors import EngineError
from engine.values.instants import read_instant
from engine.workbench import bench as module
from engine.workbench.bench import Bench, Kept, Question, StaleError
from engine.workbench.feed_answers import rows_json
from engine.workbench.rule_answers import check_json
from engine.workbench.typed import place_of, units_of

OFFERS = "rules/offers.rules"
AT = read_instant("2025-08-01 09:00 Europe/Paris")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(copy_of_sample(tmp_path))


class Counted:
    """How often a function of the bench's module was called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.calls = 0
        called = getattr(module, name)

        def counted(*words: object, **named: object) -> object:
            self.calls += 1
            return called(*words, **named)

        monkeypatch.setattr(module, name, counted)


def asked(texts: dict[str, str], **more: object) -> Question:
    made = {"feed": "catalogue", "channel": "cdiscount_octopia", "at": AT, "rows": 1000, **more}
    return Question(texts, **made)  # type: ignore[arg-type]


def typed(bench: Bench, number: int) -> dict[str, str]:
    text = (bench.root / OFFERS).read_text(encoding="utf-8")
    return {OFFERS: text.replace("inherited - 2", f"inherited - {number}")}


def test_a_text_is_checked_compiled_and_run_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks, compiles, reads = (
        Counted(monkeypatch, name) for name in ("check_rules", "compile_side", "feed_of")
    )
    texts = typed(bench, 7)
    check_json(bench, OFFERS, texts)
    first = rows_json(bench, asked(texts))
    again = rows_json(bench, asked(texts))
    assert first == again
    assert (checks.calls, compiles.calls, reads.calls) == (1, 1, 1)
    rows_json(bench, asked(texts, at=read_instant("2025-06-09 00:00 Europe/Paris")))
    assert (checks.calls, compiles.calls) == (1, 2)
    changed = rows_json(bench, asked(typed(bench, 8)))
    assert changed["attributes"]["Stock"] != first["attributes"]["Stock"]
    assert (checks.calls, compiles.calls, reads.calls) == (2, 3, 1)


def test_repeated_references_are_found_each_time(bench: Bench) -> None:
    feed = bench.root / "samples/catalogue.csv"
    lines = feed.read_text(encoding="utf-8").splitlines()
    feed.write_text("\n".join([*lines[:6], lines[5], *lines[6:20]]) + "\n", encoding="utf-8")
    one = rows_json(bench, asked(typed(bench, 3)))
    assert "rejected" in one["columns"]["outcome"]
    for rows in (19, 18, 19):
        told = rows_json(bench, asked(typed(bench, 3), rows=rows))
        assert told["columns"]["outcome"] == one["columns"]["outcome"][:rows]


def test_an_answer_that_nobody_waits_for_is_given_up(bench: Bench) -> None:
    with pytest.raises(StaleError):
        bench.mapped(asked({}, fresh=lambda: False))


def test_a_feed_of_the_command_line_is_read_as_one_of_the_settings(bench: Bench) -> None:
    other = bench.root / "samples/other.csv"
    lines = (bench.root / "samples/catalogue.csv").read_text(encoding="utf-8").splitlines()
    other.write_text("\n".join(lines[:4]) + "\n", encoding="utf-8")
    given = Bench(bench.root, str(other))
    assert given.feeds == [str(other), "catalogue"]
    assert rows_json(given, asked({}, feed=str(other)))["columns"]["number"] == [1, 2, 3]


def test_settings_that_cannot_be_read_are_told_and_mended(bench: Bench) -> None:
    rows_json(bench, asked({}))
    settings = bench.root / ".feedwright.yaml"
    kept = settings.read_text(encoding="utf-8")
    settings.write_text("rules: {", encoding="utf-8")
    with pytest.raises(EngineError, match=r"feedwright\.yaml"):
        rows_json(bench, asked({}))
    settings.write_text(kept, encoding="utf-8")
    assert rows_json(bench, asked({}))["sentence"].startswith("320 rows")


def test_a_thousand_rows_follow_a_key_in_time(bench: Bench) -> None:
    """In processor time, of the best of six: how long it takes says how busy the machine is."""
    feed = bench.root / "samples/catalogue.csv"
    lines = feed.read_text(encoding="utf-8").splitlines()
    whole = [line for line in lines[1:] if line.count(";") == lines[0].count(";")]
    many = [line.replace(";", f"-{n};", 1) for n in range(5) for line in whole if '"' not in line]
    feed.write_text("\n".join([lines[0], *many[:1000]]) + "\n", encoding="utf-8")
    took = []
    for number in range(3, 9):
        texts = typed(bench, number)
        start = time.process_time_ns()
        check_json(bench, OFFERS, texts)
        told = rows_json(bench, asked(texts))
        took.append((time.process_time_ns() - start) // 1_000_000)
    assert len(told["columns"]["number"]) == 1000
    assert min(took) < 300, took


def test_the_oldest_is_forgotten() -> None:
    kept = Kept(2)
    made: list[int] = []
    for key in (1, 2, 1, 3, 1, 2):
        assert kept.get(key, lambda key=key: made.append(key) or key) == key  # type: ignore[misc]
    assert made == [1, 2, 3, 2]


@pytest.mark.parametrize("text", ["", "abc", "a🪑b🪑", "🪑", "é🪑\n🪑z"])
def test_places_as_a_browser_counts_them(text: str) -> None:
    for place in range(len(text) + 1):
        units = units_of(text, place)
        assert units == len(text[:place].encode("utf-16-le")) // 2
        assert place_of(text, units) == place
    assert place_of(text, 10_000) == len(text)
    assert place_of(text, -1) == 0

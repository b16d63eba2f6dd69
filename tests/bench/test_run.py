import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bench import canonical, memory, run, staging, workload
from bench.implementations import IMPLEMENTATIONS, Job


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Job]:
    place = run.Place(tmp_path_factory.mktemp("bench"))
    jobs = {kind: place.job(2000, kind, f"reference-{kind}") for kind in memory.FORMATS}
    for job in jobs.values():
        run.run_once(IMPLEMENTATIONS[run.REFERENCE], job, 1)
    return jobs


@pytest.mark.parametrize("kind", memory.FORMATS)
def test_feedwright_writes_what_the_reference_writes(
    kind: str, reference: dict[str, Job], tmp_path: Path
) -> None:
    wanted = reference[kind]
    job = Job(wanted.feed, kind, tmp_path, wanted.project)
    done = run.run_once(IMPLEMENTATIONS["feedwright"], job, 2)

    run.compare("feedwright", job, wanted)
    assert done.offers + done.rejections == 2000


def test_another_answer_is_an_error_that_shows_a_line(
    reference: dict[str, Job], tmp_path: Path
) -> None:
    wanted = reference["csv"]
    job = Job(wanted.feed, "csv", tmp_path, wanted.project)
    offers = wanted.offers.read_text(encoding="utf-8")
    job.offers.write_text(offers.replace('"cost":4.99', '"cost":4.98', 1), encoding="utf-8")
    job.rejections.write_bytes(wanted.rejections.read_bytes())

    with pytest.raises(run.FailedRunError, match=r"other offers than python_decimal.*4\.98"):
        run.compare("tampered", job, wanted)


def test_a_program_that_stops_is_an_error_with_its_words(tmp_path: Path) -> None:
    job = Job(tmp_path / "none.csv", "csv", tmp_path, staging.PROJECT)

    with pytest.raises(run.FailedRunError, match=r"none\.csv"):
        run.run_once(IMPLEMENTATIONS["python_decimal"], job, 1)


def test_the_report_holds_times_ratios_and_versions(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    asked = [
        "--rows",
        "400",
        "--rounds",
        "2",
        "--threads",
        "1",
        "--formats",
        "csv,jsonl",
        "--only",
        "polars,python_decimal,feedwright",
        "--memory",
        "300,400",
        "--memory-formats",
        "csv,xml",
    ]
    program = [sys.executable, str(Path(run.__file__)), *asked]
    done = subprocess.run(
        [*program, "--json", str(report), "--work", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == [
        "format",
        "threads",
        "us/row",
        "ratio",
        "peak",
        "MB",
    ]
    read = json.loads(report.read_text(encoding="utf-8"))
    assert read["rows"] == 400
    assert read["us_per_row"].keys() == {"polars", "python_decimal", "feedwright"}
    assert [(m["format"], m["rows"]) for m in read["memory"]] == [
        (kind, rows) for kind in ("csv", "xml") for rows in (300, 400)
    ]
    assert all(50 < m["peak_mb"] < memory.GOAL_MB for m in read["memory"])
    assert done.stdout.splitlines()[-3].split()[-2:] == ["300", "400"]
    assert read["versions"].keys() >= {"python", "polars", "feedwright"}
    by_name = {(r["implementation"], r["format"]): r for r in read["results"]}
    assert by_name["polars", "jsonl"]["ratio_to_polars"] == 1
    assert len(by_name["polars", "csv"]["seconds"]) == 2
    assert len(by_name["python_decimal", "csv"]["seconds"]) == 1  # slow ones run once


def test_too_much_memory_is_marked() -> None:
    found = [memory.Peak("csv", rows, peak, 1) for rows, peak in ((1000, 299.9), (3000, 300.9))]

    assert memory.table_of(found).splitlines()[1].split() == ["csv", "300", "301", "!"]


def test_what_takes_few_rows_is_compared_on_those(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(IMPLEMENTATIONS["python_tuned"], most_rows=30)
    monkeypatch.setitem(IMPLEMENTATIONS, "few", few)
    run.check_agreement(["few", "python_tuned"], run.Place(tmp_path), 50, "csv", 1)

    assert canonical.count_lines(tmp_path / "out-python_tuned" / "offers.jsonl") > 30
    assert 20 < canonical.count_lines(tmp_path / "out-few" / "offers.jsonl") <= 30


def test_a_feed_is_written_once(tmp_path: Path) -> None:
    place = run.Place(tmp_path)
    first = place.feed(10, "csv")
    first.write_text("kept", encoding="utf-8")

    assert place.feed(10, "csv").read_text(encoding="utf-8") == "kept"
    assert canonical.count_lines(place.feed(11, "jsonl")) == 11
    assert str(workload.SEED) in first.name

"""Memory does not grow with the feed: ten times the rows, about the same peak."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_READ = """
import resource, sys
from pathlib import Path
from engine.feeds.feed import open_feed
from engine.feeds.feed_settings import feed_settings
import json
feed = open_feed(feed_settings(json.loads(sys.argv[2]), "feeds.x"), sys.argv[1], Path("."))
rows = sum(batch.height for batch in feed.batches(["sku", "price", "text"]))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
TEXT = "Une lampe de bureau articulée, en métal laqué, avec son ampoule. " * 4


def _csv(rows: int) -> Iterator[str]:
    yield "sku,price,text\n"
    yield from (f'ART-{n},{n % 900}.90,"{TEXT}"\n' for n in range(rows))


def _csv_astray(rows: int) -> Iterator[str]:
    yield "sku,price,text\n"
    yield from (f'ART-{n},{n % 900}.90,5" {TEXT.replace(",", "")}\n' for n in range(rows))


def _jsonl(rows: int) -> Iterator[str]:
    yield from (
        json.dumps({"sku": f"ART-{n}", "price": n % 900, "text": TEXT}) + "\n" for n in range(rows)
    )


def _json(rows: int) -> Iterator[str]:
    yield "["
    yield ",".join(_jsonl(1))
    yield from ("," + line for line in _jsonl(rows - 1))
    yield "]"


def _xml(rows: int) -> Iterator[str]:
    yield "<shop>"
    yield from (
        f"<item><sku>ART-{n}</sku><price>{n % 900}</price><text>{TEXT}</text></item>"
        for n in range(rows)
    )
    yield "</shop>"


def _grouped(rows: int) -> Iterator[str]:
    yield "sku,price,text,group,title\n"
    for n in range(rows):
        yield f'ART-{n},{n % 900}.90,"{TEXT}",G{n // 50},{"Titre" if n % 50 == 0 else ""}\n'


FORMATS: dict[str, tuple[str, Callable[[int], Iterator[str]], dict[str, object]]] = {
    "csv": ("feed.csv", _csv, {}),
    "csv with quotes astray": ("feed.csv", _csv_astray, {"delimiter": ","}),
    "json lines": ("feed.jsonl", _jsonl, {}),
    "json array": ("feed.json", _json, {}),
    "xml": ("feed.xml", _xml, {}),
    "groups": ("feed.csv", _grouped, {"parent": {"key": "group", "columns": ["title"]}}),
}


def peak(path: Path, settings: dict[str, object]) -> tuple[int, int]:
    """Rows read, and the most megabytes that the process held."""
    run = subprocess.run(
        [sys.executable, "-c", _READ, str(path), json.dumps(settings)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    rows, megabytes = run.stdout.split()
    return int(rows), int(megabytes)


@pytest.mark.campaign
@pytest.mark.parametrize("format_", FORMATS)
def test_ten_times_the_rows_take_no_more_memory(format_: str, tmp_path: Path) -> None:
    name, write, settings = FORMATS[format_]
    held = []
    for rows in (60_000, 600_000):
        path = tmp_path / name
        with path.open("w", encoding="utf-8") as file:
            file.writelines(write(rows))
        read, megabytes = peak(path, settings)
        assert read == rows
        held.append(megabytes)
        print(f"{format_}: {rows} rows of {path.stat().st_size >> 20} MB: {megabytes} MB")
    assert held[1] < held[0] * 1.6 + 60

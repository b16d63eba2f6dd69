"""A feed in two files, what `render` makes of it, and what Spark wrote."""

import io
from datetime import UTC, datetime
from pathlib import Path

from clusters.dirty import project, rows, text

from engine.cluster.job import Job, prepare
from engine.cluster.output import gather
from engine.pipeline import render

AT = datetime(2025, 8, 1, 7, tzinfo=UTC)
CHANNEL = "cdiscount_octopia"


class Expected:
    """A feed in two files, and what `render` makes of their rows in one process."""

    def __init__(self, folder: Path) -> None:
        lines = rows(3)
        half = len(lines) // 2
        self.folder = folder / "feed"
        self.folder.mkdir()
        (self.folder / "a.csv").write_bytes(text(lines[:half]))
        (self.folder / "b.csv").write_bytes(text(lines[half:]))
        whole = folder / "whole.csv"
        whole.write_bytes(text(lines))
        offers, rejections = io.BytesIO(), io.BytesIO()
        self.accounting = render(project(), str(whole), offers, rejections, at=AT, channel=CHANNEL)
        self.offers, self.rejections = offers.getvalue(), rejections.getvalue()

    def job(self, split_bytes: int = 20_000) -> Job:
        return prepare(
            project(), f"{self.folder}/*.csv", at=AT, channel=CHANNEL, split_bytes=split_bytes
        )


def gathered(folder: Path) -> tuple[bytes, bytes]:
    offers, rejections = io.BytesIO(), io.BytesIO()
    gather(folder, "offers", offers)
    gather(folder, "rejections", rejections)
    return offers.getvalue(), rejections.getvalue()

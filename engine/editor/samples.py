"""Values of the project's sample feed, to show beside a field."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine.editor.desk import State, state_of
from engine.project import SETTINGS_NAMES, Project

EXAMPLES, ROWS = 3, 200


def example_values(project: Project, column: str) -> tuple[str, ...]:
    """The first different values of a column in the first feed of the settings; () for none."""
    for name, settings in project.feeds.items():
        path = settings.get("path")
        if isinstance(path, str) and (project.root / path).is_file():
            files = (path, *SETTINGS_NAMES)
            states = tuple(state_of(project.root / file) for file in files)
            return _first_values(project.root, name, states).get(column, ())
    return ()


@lru_cache(maxsize=4)
def _first_values(root: Path, name: str, states: tuple[State, ...]) -> dict[str, tuple[str, ...]]:  # noqa: ARG001 - a changed feed is another key
    """The first different values of every column of a feed."""
    from engine.errors import EngineError  # noqa: PLC0415 - only a hover over a field needs it
    from engine.pipeline import feed_of  # noqa: PLC0415
    from engine.project import load_project  # noqa: PLC0415

    try:
        feed = feed_of(load_project(root), name)
        batch = next(iter(feed.batches(feed.columns)), None)
    except EngineError:
        return {}
    if batch is None:
        return {}
    found = {}
    for column in feed.columns:
        if column in batch.columns:
            values = batch[column].head(ROWS).drop_nulls().unique(maintain_order=True)
            texts = [str(v)[:40] for v in values.to_list() if str(v).strip()]
            found[column] = tuple(texts[:EXAMPLES])
    return found

"""Snapshots of what a small shop of its own gives: the sample shop may change without them."""

from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

HERE = Path(__file__).parent


@pytest.fixture
def golden(snapshot: Snapshot) -> Snapshot:
    """Snapshots in one folder, a file a case; `--snapshot-update` writes them, a person reads them."""
    snapshot.snapshot_dir = HERE / "snapshots"
    return snapshot

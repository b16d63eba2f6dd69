"""A shop to check rules in."""

from pathlib import Path

import pytest
from checking.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop without files of its own."""
    return Shop(tmp_path)

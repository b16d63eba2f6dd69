from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving.bench import Page, open_page


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with open_page(tmp_path) as opened:
        yield opened

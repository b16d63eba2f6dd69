"""The same with and without kernels."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine.native.library import SWITCH, kernels

needs_kernels = pytest.mark.skipif(
    kernels() is None, reason="no kernels of these sources: build them by engine/native/build.py"
)


@contextmanager
def python_alone() -> Iterator[None]:
    """Without kernels, whoever asks for them."""
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(SWITCH, "off")
            kernels.cache_clear()
            assert kernels() is None
            yield
    finally:
        kernels.cache_clear()

"""Tests that wait for a program of somebody else get a second and a third try; all others must pass at once."""

from __future__ import annotations

import pytest

FOREIGN = ("browser", "cluster", "peer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser, a Dask scheduler or papermill's kernel may be slow on a busy machine; the summary names each test that was run again."""
    for item in items:
        if any(item.get_closest_marker(name) for name in FOREIGN):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))

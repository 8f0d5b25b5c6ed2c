"""A message that is held until the next one keeps its place, and is never sent twice."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from workbook.review.warm.wire import IOPUB, SHELL, Wire


@pytest.fixture
def ends() -> Iterator[tuple[Wire, Wire]]:
    a, b = (Wire(one, 5) for one in socket.socketpair())
    yield a, b
    a.close()
    b.close()


def _numbers(wire: Wire) -> list[Any]:
    return [(channel, message["n"]) for channel, message, _ in wire.received()]


def test_a_held_message_goes_out_with_the_next_one_in_order(ends: tuple[Wire, Wire]) -> None:
    ours, theirs = ends
    ours.send(SHELL, {"n": 1}, with_next=True)
    ours.send(IOPUB, {"n": 2}, with_next=True)
    assert _numbers(theirs) == []
    ours.send(IOPUB, {"n": 3})
    assert _numbers(theirs) == [(SHELL, 1), (IOPUB, 2), (IOPUB, 3)]
    ours.send(IOPUB, {"n": 4})
    assert _numbers(theirs) == [(IOPUB, 4)]


def test_a_forked_process_does_not_send_what_its_parent_holds(ends: tuple[Wire, Wire]) -> None:
    ours, theirs = ends
    ours.send(SHELL, {"n": 1}, with_next=True)
    if (pid := os.fork()) == 0:
        ours.send(IOPUB, {"n": 2})
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert _numbers(theirs) == [(IOPUB, 2)]
    ours.send(IOPUB, {"n": 3})
    assert _numbers(theirs) == [(SHELL, 1), (IOPUB, 3)]

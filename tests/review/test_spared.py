"""What the kernel is spared changes nothing: the same answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipykernel.kernelbase import _accepts_parameters

from workbook.review.warm.pool import warm_pool
from workbook.review.warm.processes import can_fork_safely
from workbook.review.warm.spared import remembered

from .conftest import cell, write_notebook
from .test_pool import _jobs


class Shell:
    def run(self, code: str, *, cell_id: str = "") -> None: ...

    def open(self, code: str, **rest: Any) -> None: ...


def test_signatures_are_read_once_and_are_those_of_the_method_asked_for() -> None:
    read: list[Any] = []

    def reading(method: Any, names: Any) -> dict[str, Any]:
        read.append(method)
        answer: dict[str, Any] = _accepts_parameters(method, names)
        return answer

    ask, shell, names = remembered(reading), Shell(), ["cell_id", "cell_meta"]
    for method in (shell.run, shell.run, shell.open, shell.run):
        answer = ask(method, names)
        assert answer == _accepts_parameters(method, names)
        answer.clear()  # a caller's own copy
    assert read == [shell.run, shell.open]
    shell.run = shell.open  # type: ignore[method-assign]
    assert ask(shell.run, names) == {"cell_id": True, "cell_meta": True}


@pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")
def test_no_builtin_comes_or_goes_between_cells(tmp_path: Path) -> None:
    (job,) = _jobs(tmp_path, 1)
    watch = (
        "import builtins\nseen = []\n"
        "def look(*_): seen.append(list(vars(builtins)))\n"
        "for event in ('pre_execute', 'pre_run_cell', 'post_run_cell', 'post_execute'): get_ipython().events.register(event, look)"
    )
    told = "len(seen), seen.count(seen[0]), 'get_ipython' in seen[0], 'exit' in seen[0], 'print' in seen[0]"
    write_notebook(Path(job.notebook), cell('node = "T"', "parameters"), cell(watch), cell("1"), cell(told))
    (made,) = warm_pool([job], 1)
    assert made.failure is None
    shown = nbformat.read(made.notebook, as_version=4).cells[-1].outputs[0].data["text/plain"]
    assert shown == "(8, 8, True, False, True)"

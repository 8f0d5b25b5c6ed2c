"""Saving a notebook while it runs, at a cost that does not grow with the square of its cells.

Papermill writes the whole notebook before and after every cell. Here the file is at all times a valid notebook with the
cells finished so far, but each step writes only the cell that changed and what follows it, which has no outputs yet.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from papermill.engines import NotebookExecutionManager


class GrowingFile:
    """A notebook file that grows by one finished cell at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        self._done, self._end = 0, 0
        self._end = self._write('{\n "cells": [\n')

    def _write(self, text: str) -> int:
        return os.pwrite(self._file, text.encode("utf-8", "surrogatepass"), self._end)

    def save(self, notebook: Any, finished: int) -> None:
        """Write the cells up to ``finished`` for good, and the rest as they stand."""
        for cell in notebook.cells[self._done : finished]:
            self._end += self._write(("" if self._done == 0 else ",\n") + _text(cell))
            self._done += 1
        rest = ",\n".join(_text(cell) for cell in notebook.cells[finished:])
        joined = ",\n" if rest and self._done else ""
        others = json.dumps({k: v for k, v in notebook.items() if k != "cells"}, ensure_ascii=False)
        tail = self._write(f"{joined}{rest}\n ],\n{others[1:]}\n")
        os.ftruncate(self._file, self._end + tail)

    def close(self) -> None:
        os.close(self._file)


def _text(cell: Any) -> str:
    return json.dumps(cell, ensure_ascii=False)


class GrowingManager(NotebookExecutionManager):
    """Papermill's execution manager, saving by a :class:`GrowingFile` while the notebook runs and whole at its end."""

    def __init__(self, notebook: Any, output_path: str | None = None, **options: Any) -> None:
        super().__init__(notebook, output_path=output_path, **options)
        local = output_path is not None and "://" not in str(output_path) and str(output_path) != "-"
        self._growing = GrowingFile(Path(output_path)) if local and output_path else None
        self._finished, self._ended = 0, False

    def save(self, **_: Any) -> None:
        """Save what is finished; a path that is not a local file is written once, at the end."""
        if self._ended:
            super().save()
        elif self._growing is not None:
            self._growing.save(self.nb, self._finished)
            self.last_save_time = self.now()

    def cell_start(self, cell: Any, cell_index: int | None = None, **options: Any) -> None:
        saving, self.save = self.save, _nothing  # type: ignore[method-assign]
        super().cell_start(cell, cell_index, **options)
        self.save = saving  # type: ignore[method-assign]

    def cell_complete(self, cell: Any, cell_index: int | None = None, **options: Any) -> None:
        """As papermill's, but the start is not read back by a parser that knows all ways to write a date."""
        self._finished = (cell_index or 0) + 1
        told = cell.metadata.papermill
        start = told.get("start_time")
        told["start_time"] = None
        saving, self.save = self.save, _nothing  # type: ignore[method-assign]
        super().cell_complete(cell, cell_index, **options)
        self.save = saving  # type: ignore[method-assign]
        if start:
            told["start_time"] = start
            lasted = datetime.fromisoformat(told["end_time"]) - datetime.fromisoformat(start)
            told["duration"] = lasted.total_seconds()
        self.save()

    def notebook_complete(self, **options: Any) -> None:
        self._ended = True
        if self._growing is not None:
            self._growing.close()
            self._growing = None
        super().notebook_complete(**options)


def _nothing(**_: Any) -> None:
    """In place of a save that another one follows at once."""

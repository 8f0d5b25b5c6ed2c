"""A module run ahead is handed out once, and only while it would be the same module."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import matplotlib as mpl
import pytest

from workbook.review.warm import ahead
from workbook.review.warm.ahead import NAME, PutAway, run_ahead


@pytest.fixture
def put_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PutAway:
    """``taken_ahead``, which took a class from ``string``, put away."""
    (tmp_path / "taken_ahead.py").write_text("from string import Template\nRUNS = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = import_module("taken_ahead")
    monkeypatch.delitem(sys.modules, "taken_ahead")
    module.RUNS.append("ahead")
    finder = PutAway(module, {"backend": "agg"})
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    return finder


def test_the_first_import_gets_the_module_whose_body_ran(put_away: PutAway) -> None:
    module = import_module("taken_ahead")
    assert module.RUNS == ["ahead"]
    assert module.__spec__ is put_away.spec
    assert put_away not in sys.meta_path


def test_the_module_is_imported_anew_where_something_it_took_was_replaced(
    put_away: PutAway, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Template:
        pass

    monkeypatch.setattr("string.Template", Template)
    module = import_module("taken_ahead")
    assert (module.RUNS, module.Template) == ([], Template)


def test_the_module_is_imported_anew_where_another_backend_is_asked_for(put_away: PutAway) -> None:
    put_away.settings["backend"] = "svg"
    assert import_module("taken_ahead").RUNS == []


def test_a_body_that_leaves_a_trace_is_not_put_away(monkeypatch: pytest.MonkeyPatch) -> None:
    shell: Any = SimpleNamespace(events=SimpleNamespace(callbacks={"post_execute": []}))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    before = dict.copy(mpl.rcParams), list(sys.meta_path)

    def leaves(name: str) -> ModuleType:
        shell.events.callbacks["post_execute"].append(print)
        dict.__setitem__(mpl.rcParams, "font.size", 99.0)
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(mpl, "pyplot", module, raising=False)
        return module

    monkeypatch.setattr(ahead, "import_module", leaves)
    assert not run_ahead(shell)
    assert (dict.copy(mpl.rcParams), sys.meta_path, shell.events.callbacks) == (*before, {"post_execute": []})
    assert NAME not in sys.modules

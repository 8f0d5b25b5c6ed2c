"""pyplot, run before a cell imports it: the body of this large module takes longer than drawing a chart.

A cell must not find it loaded (matplotlib and others look whether it is). So it is put away once its body has run, and the
import of a cell then takes it from there, as long as it would be the same module.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAME = "matplotlib.pyplot"


class PutAway(MetaPathFinder, Loader):
    """Hands out a module whose body has run, once; when something it took from others was replaced, it is imported anew."""

    def __init__(self, module: ModuleType, settings: Any) -> None:
        self.module, self.settings = module, settings
        self.spec = module.__spec__
        self.backend = _backend(settings)
        self.taken = [value for value in vars(module).values() if _foreign(value, module.__name__)]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.module.__name__ or not self._would_be_the_same():
            return None
        return ModuleSpec(fullname, self, origin=self.spec.origin if self.spec else None)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """Its body has run; an import after this one, if any, is Python's own."""
        module.__spec__ = self.spec
        sys.meta_path.remove(self)

    def _would_be_the_same(self) -> bool:
        return _backend(self.settings) == self.backend and all(_at_its_place(value) for value in self.taken)


def run_ahead(shell: Any) -> bool:
    """Run pyplot's body and put it away; false where it left something else behind: that is undone, and the import left to the cells."""
    import matplotlib as mpl

    settings: Any = mpl.rcParams
    before = dict.copy(settings), _hooks(shell)
    module = import_module(NAME)
    del sys.modules[NAME]
    vars(mpl).pop("pyplot")
    if (dict.copy(settings), _hooks(shell)) != before:
        dict.update(settings, before[0])
        for event, called in before[1].items():
            shell.events.callbacks[event][:] = called
        return False
    sys.meta_path.insert(0, PutAway(module, settings))
    return True


def _backend(settings: Any) -> Any:
    """The backend asked for, without choosing one where none is."""
    return dict.get(settings, "backend")


def _hooks(shell: Any) -> dict[str, list[Any]]:
    return {event: list(called) for event, called in shell.events.callbacks.items()}


def _foreign(value: Any, name: str) -> bool:
    """Whether a value of a module was taken from another module and says from where."""
    home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return isinstance(home, str) and home != name and _at_its_place(value)


def _at_its_place(value: Any) -> bool:
    if isinstance(value, ModuleType):
        return sys.modules.get(value.__name__) is value
    return getattr(sys.modules.get(value.__module__), getattr(value, "__name__", ""), None) is value

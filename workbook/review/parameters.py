"""Parameters of a notebook: what its ``parameters`` cell declares, and values that fit it. Unknown ones are refused."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbook.errors import UsageError


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: ``name: kind = default  # help``."""

    name: str
    kind: str
    default: str
    help: str


def declared(notebook: Path) -> dict[str, Parameter]:
    """The parameters that a notebook declares, by name."""
    return dict(_declared(str(notebook), notebook.stat().st_mtime_ns))


@lru_cache(maxsize=32)
def _declared(path: str, _changed: int) -> dict[str, Parameter]:
    """Read as papermill reads it, but without importing papermill, which takes longer than a plan."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    source = next(("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", [])), "")
    return {p.name: p for p in _parameters(source)}


def _parameters(source: str) -> Iterator[Parameter]:
    """The assignments of a cell's source.

    >>> list(_parameters("n: int = 3  # how many"))
    [Parameter(name='n', kind='int', default='3', help='how many')]
    """
    lines = source.splitlines()
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for one in statements:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value is not None:
            name, kind, value = one.target.id, ast.unparse(one.annotation), one.value
        elif isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(one.targets[0], ast.Name):
            name, kind, value = one.targets[0].id, "None", one.value
        else:
            continue
        after = lines[(one.end_lineno or 1) - 1].encode()[one.end_col_offset :].decode()
        yield Parameter(name, kind, ast.get_source_segment(source, value) or "", after.strip().lstrip("#").strip())


def refuse_unknown(names: Iterable[str], known: Mapping[str, Parameter], notebook: Path) -> None:
    """Raise :class:`UsageError` that names every unknown parameter, and near ones."""
    unknown = [name for name in names if name not in known]
    if not unknown:
        return
    near = [f"{n} (did you mean {', '.join(c)}?)" if (c := _near(n, known)) else n for n in unknown]
    raise UsageError(
        f"{notebook.name} has no parameter {', '.join(near)}",
        remedy=f"It has: {', '.join(known) or 'none'}.",
    )


def _near(name: str, known: Mapping[str, Parameter]) -> list[str]:
    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def typed(parameter: Parameter, text: str) -> Any:
    """``text`` of the command line as a value of the parameter's type. Raises :class:`UsageError` when it does not fit.

    >>> typed(Parameter("node", "str", "", ""), "007"), typed(Parameter("n", "int", "1", ""), "7")
    ('007', 7)
    """
    kind = parameter.kind.replace(" ", "").removesuffix("|None")
    if text == "None" and kind != parameter.kind.replace(" ", ""):
        return None
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{parameter.name} is {text!r}, not True or False")
        return text.lower() == "true"
    if kind in ("int", "float"):
        try:
            return {"int": int, "float": float}[kind](text)
        except ValueError:
            raise UsageError(f"{parameter.name} is {text!r}, not {kind}") from None
    return text if kind == "str" else _guessed(text)


def _guessed(text: str) -> Any:
    """A value of a parameter without a type, as papermill's own command line reads it."""
    from papermill.cli import _resolve_type

    return _resolve_type(text)

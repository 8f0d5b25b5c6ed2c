"""Where the shipped files are: beside the package in a checkout, inside it in an installed wheel; never the current folder."""

from __future__ import annotations

from pathlib import Path

from workbook.errors import UsageError

_PACKAGE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder, such as ``shipped("notebooks", "00-start.ipynb")``."""
    for root in (_PACKAGE / "shipped", _PACKAGE.parent):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise UsageError(f"{'/'.join(parts)} is not part of this installation", remedy="Install territory-workbook again.")


def safe_name(name: str) -> str:
    """A name that can be a file's name on every system: letters, digits, ``.``, ``-`` and ``_`` of the id, others escaped as
    ``~XX`` so that two ids never share a file.

    >>> safe_name("T/3 é")
    'T~2f3~20~c3~a9'
    """
    kept = "".join(
        c if c.isascii() and (c.isalnum() or c in "-_.") else "".join(f"~{b:02x}" for b in c.encode())
        for c in str(name)
    )
    reserved = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10))}
    if not kept or kept.startswith(".") or kept.split(".")[0].lower() in reserved:
        kept = f"~{kept}"
    return kept

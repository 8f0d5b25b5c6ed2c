"""Writing whole files or none: to a temporary file beside the target, then renamed; and listing only whole ones."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to; it becomes ``path`` when the block ends well, and is removed when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix, delete=False) as made:
        temporary = Path(made.name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def listed(folder: Path, pattern: str = "*") -> list[Path]:
    """What a folder holds, by name, without hidden files: half-written ones, and what a Mac leaves beside each file.

    Empty where there is no such folder.
    """
    return sorted(p for p in folder.glob(pattern) if not p.name.startswith(".")) if folder.is_dir() else []


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all (UTF-8, line ends as given)."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

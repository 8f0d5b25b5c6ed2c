"""Folders that documents are written to: a local one, or shared storage named by an fsspec address such as ``s3://bucket/x``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from workbook.errors import UsageError
from workbook.files import write_bytes


def is_remote(address: str) -> bool:
    """Whether an address names shared storage and not a local path.

    >>> is_remote("s3://plans/2026"), is_remote("data/sample"), is_remote("C:/plans")
    (True, False, False)
    """
    return "://" in address and not address.startswith("file://")


@dataclass(frozen=True)
class Folder:
    """A folder by its address. Files are written whole or not at all, and are named relative to it with ``/``."""

    address: str

    @classmethod
    def at(cls, where: Path | str) -> Self:
        text = str(where)
        return cls(text.rstrip("/") if is_remote(text) else str(Path(text.removeprefix("file://")).resolve()))

    def path(self, name: str) -> str:
        """The address of a file in the folder."""
        return f"{self.address}/{name}" if is_remote(self.address) else str(Path(self.address, *name.split("/")))

    def write(self, name: str, content: bytes) -> None:
        if is_remote(self.address):
            system, path = self._remote(name)
            system.pipe_file(path, content)
        else:
            write_bytes(Path(self.path(name)), content)

    def read(self, name: str) -> bytes | None:
        """A file's content, None when it is not there."""
        try:
            if is_remote(self.address):
                system, path = self._remote(name)
                return bytes(system.cat_file(path))
            return Path(self.path(name)).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        if is_remote(self.address):
            system, path = self._remote(name)
            return bool(system.exists(path))
        return Path(self.path(name)).is_file()

    def remove(self, name: str) -> None:
        """Remove a file; nothing happens when it is not there."""
        if is_remote(self.address):
            system, path = self._remote(name)
            if system.exists(path):
                system.rm_file(path)
        else:
            Path(self.path(name)).unlink(missing_ok=True)

    def _remote(self, name: str) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise UsageError(
                f"{self.address} is shared storage, which needs fsspec",
                remedy="Install it: pip install 'territory-workbook[cluster]'.",
            ) from None
        system, root = fsspec.core.url_to_fs(self.address)
        return system, f"{root}/{name}"

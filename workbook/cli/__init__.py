"""The command line: parses, calls, prints. Each command lives in a module of its own and imports what it needs when it runs."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of ``workbook``."""
    from workbook.cli.app import run

    sys.exit(run(sys.argv[1:]))

"""A kernel of a fork server, as this process would start it."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from workbook.review.warm.client import ForkedKernel
from workbook.review.warm.launching import START_SECONDS, user_server
from workbook.review.warm.request import called


def remote_start(memory_limit_mb: int = 0, address: Path | None = None) -> Any:
    """A function that forks a kernel at the user's server (started when there is none), as this process would start it."""
    where = address or user_server()

    def start(end: socket.socket) -> ForkedKernel:
        request = {
            "do": "kernel",
            "cwd": os.getcwd(),
            "environment": dict(os.environ),
            "memory_limit_mb": memory_limit_mb,
        }
        files = [end.fileno(), _number(sys.__stdout__, 1), _number(sys.__stderr__, 2)]
        connection, said, came = called(where, request, START_SECONDS, files)
        return ForkedKernel(said["pid"], came[0], connection)

    return start


def _number(stream: Any, otherwise: int) -> int:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return otherwise


def is_our_python(kernel_name: str) -> bool:
    """Whether a kernel's name stands for ipykernel in this very Python."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False
    return "ipykernel_launcher" in command and command[0] in ("python", "python3", sys.executable)

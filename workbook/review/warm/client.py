"""Papermill's client with a warm kernel at the other end: the same requests, the same messages, another way to travel."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from queue import Empty
from typing import Any

from jupyter_client.client import KernelClient
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from workbook.review.warm.processes import ended, kill_group
from workbook.review.warm.wire import CONTROL, IOPUB, SHELL, Wire
from workbook.review.watching import memory_of, over_limit

#: How long a kernel that was asked to end may take for its exit functions.
GRACE_SECONDS = 5.0
#: How long a kernel may read nothing, with a request under way that is larger than a socket holds.
READ_SECONDS = 60.0


@dataclass
class ForkedKernel:
    """A kernel that another process forked and will reap; where it hangs on a ``connection``, it ends when that closes."""

    pid: int
    pidfd: int
    connection: socket.socket | None = None

    def reap(self) -> None:
        os.close(self.pidfd)
        if self.connection is not None:
            self.connection.close()


Start = Callable[[socket.socket], ForkedKernel]


class WarmManager:
    """What nbclient asks of a kernel manager, for a kernel that is forked by ``start``."""

    ipykernel = True
    kernel_id = "warm"

    def __init__(self, start: Start, memory_limit_mb: int = 0) -> None:
        self._start, self._limit = start, memory_limit_mb
        self._kernel: ForkedKernel | None = None
        self._client: WarmClient | None = None
        self._looked = 0.0
        self.why = ""
        self.at_end: Callable[[], None] = lambda: None

    @property
    def has_kernel(self) -> bool:
        return self._kernel is not None

    def start_kernel(self, **_: Any) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._kernel = self._start(theirs)
            except BaseException:
                ours.close()
                raise
        self._client = WarmClient(self, Wire(ours, READ_SECONDS))

    def client(self) -> WarmClient:
        assert self._client is not None
        return self._client

    def is_alive(self) -> bool:
        if self._kernel is None or ended(self._kernel.pidfd):
            return False
        if self._limit and time.monotonic() - self._looked > 0.5:
            self._looked = time.monotonic()
            if memory_of(self._kernel.pid) > self._limit << 20:
                self.why = over_limit(self._limit)
                kill_group(self._kernel.pid)
                return False
        return True

    def interrupt_kernel(self) -> None:
        if self._kernel is not None:
            signal.pidfd_send_signal(self._kernel.pidfd, signal.SIGINT)

    def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:
        """Ask the kernel to end, wait for its exit functions unless it is in the middle of a cell, then end its group."""
        if self._kernel is None:
            return
        if not now and self._client is not None and self._client.idle:
            with contextlib.suppress(OSError):
                self._client.wire.send(CONTROL, {})
                ended(self._kernel.pidfd, GRACE_SECONDS)
        kill_group(self._kernel.pid)

    def cleanup_resources(self, restart: bool = False) -> None:
        if self._kernel is not None:
            kill_group(self._kernel.pid)
            self._kernel.reap()
            self._kernel = None


class Channel:
    """One channel of the wire, as nbclient reads it."""

    def __init__(self, client: WarmClient, name: str) -> None:
        self._client, self._name = client, name
        self.messages: deque[dict[str, Any]] = deque()
        self.waiting: asyncio.Future[None] | None = None

    def send(self, message: dict[str, Any]) -> None:
        self._client.sent(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; :class:`queue.Empty` after ``timeout`` seconds."""
        while not self.messages:
            self.waiting = asyncio.get_running_loop().create_future()
            try:
                await (self.waiting if timeout is None else asyncio.wait_for(self.waiting, timeout))
            except TimeoutError:
                raise Empty from None
            finally:
                self.waiting = None
        return self.messages.popleft()

    def put(self, message: dict[str, Any]) -> None:
        self.messages.append(message)
        self.wake()

    def wake(self) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)


class WarmClient(KernelClient):
    """A kernel client over a wire. Requests are built by jupyter_client."""

    def __init__(self, manager: WarmManager, wire: Wire) -> None:
        super().__init__()
        self.manager, self.wire = manager, wire
        self._channels = {name: Channel(self, name) for name in (SHELL, IOPUB)}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open = 0

    @property
    def shell_channel(self) -> Any:
        return self._channels[SHELL]

    @property
    def iopub_channel(self) -> Any:
        return self._channels[IOPUB]

    @property
    def idle(self) -> bool:
        """Whether every request has been answered."""
        return self._open == 0

    def start_channels(self, *_: Any, **__: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self.wire.socket, self._read)

    def stop_channels(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self.wire.socket)
        self.wire.close()

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """A forked kernel is ready: what is sent before it listens waits in the socket."""

    async def is_alive(self) -> bool:
        return self.manager.is_alive()

    def sent(self, message: dict[str, Any]) -> None:
        kept = {k: message[k] for k in ("header", "parent_header", "metadata", "content")}
        if message["header"]["msg_type"].endswith("_request"):
            self._open += 1
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the poll for life then says so
            try:
                self.wire.send(SHELL, kept)
            except TimeoutError:
                raise DeadKernelError(f"the kernel read nothing for {READ_SECONDS:g} seconds") from None

    def _read(self) -> None:
        try:
            for channel, message, buffers in self.wire.received():
                header = message["header"]
                header["date"] = datetime.fromisoformat(header["date"])
                message.update(msg_type=header["msg_type"], msg_id=header["msg_id"], buffers=buffers)
                if channel == SHELL:
                    self._open -= 1
                self._channels[channel].put(message)
        except EOFError:
            assert self._loop is not None
            self._loop.remove_reader(self.wire.socket)
            self._loop.call_later(0.05, lambda: self.manager.at_end())


class WarmNotebookClient(PapermillNotebookClient):
    """Papermill's client, with a warm kernel; says why the kernel died when it knows."""

    def __init__(self, nb_man: Any, start: Start, memory_limit_mb: int = 0, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self.manager = WarmManager(start, memory_limit_mb)

    def create_kernel_manager(self) -> Any:
        self.km = self.manager
        return self.km

    def execute(self, **options: Any) -> Any:
        try:
            return super().execute(**options)
        except DeadKernelError:
            if self.manager.why:
                raise DeadKernelError(self.manager.why) from None
            raise

    async def _async_poll_kernel_alive(self) -> None:
        """As nbclient's, once a second, but at once when the kernel's end of the wire closes."""
        ended = asyncio.Event()
        self.manager.at_end = ended.set
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(ended.wait(), 1.0)
            try:
                await self._async_check_alive()
            except DeadKernelError:
                assert self.task_poll_for_reply is not None
                self.task_poll_for_reply.cancel()
                return

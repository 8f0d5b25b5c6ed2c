"""The real IPython kernel without its sockets: made and configured in the parent, woken in a forked child.

What ipykernel sends over 0MQ goes over a :class:`~workbook.review.warm.wire.Wire` instead. Everything that a cell can see
(shell, display hook, captured streams, comms, event loop) is ipykernel's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from tornado.ioloop import IOLoop
from traitlets import Type

from workbook.review.warm.spared import spare
from workbook.review.warm.wire import CONTROL, IOPUB, SHELL, Wire


class WireSession(Session):
    """A session whose messages go over the wire; nothing is signed, since the socket is private."""

    wire: Wire | None = None

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> Any:
        """Send a reply on the shell channel, anything else on the published one."""
        if isinstance(msg_or_type, dict):
            message = msg_or_type
            buffers = buffers or message.get("buffers", [])
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        if self.wire is None or (self.check_pid and os.getpid() != self.pid):
            return None
        kept = {k: message[k] for k in ("header", "parent_header", "metadata", "content")}
        try:
            answer = kept["header"]["msg_type"].endswith("_reply")
            self.wire.send(SHELL if answer else IOPUB, kept, buffers or (), with_next=_soon_followed(kept))
        except (BrokenPipeError, ConnectionResetError):
            os._exit(0)  # nobody listens any more
        return message

    def feed_identities(self, msg_list: Any, copy: bool = True) -> Any:
        return [], msg_list

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> Any:
        return msg_list


def _soon_followed(message: dict[str, Any]) -> bool:
    """Whether ipykernel sends another message at once: what is run after "busy", that it is idle after the reply."""
    kind = message["header"]["msg_type"]
    return kind == "execute_reply" or (kind == "status" and message["content"]["execution_state"] == "busy")


class Publisher(IOPubThread):
    """Stands where ipykernel has a thread that publishes: sends at once, and flushes late output from a timer."""

    def __init__(self, session: WireSession) -> None:
        self.session, self.thread, self.io_loop = session, None, self
        self.order = threading.RLock()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._wake: threading.Condition | None = None
        os.register_at_fork(after_in_child=self._after_fork)

    def _after_fork(self) -> None:
        self.order, self._wake, self._waiting = threading.RLock(), None, []

    @property
    def closed(self) -> bool:
        return False

    def schedule(self, f: Callable[[], None]) -> None:
        f()

    def call_later(self, seconds: float, f: Callable[[], None]) -> None:
        """Call ``f`` from a thread of its own after some time."""
        if self._wake is None:
            self._wake = threading.Condition()
            threading.Thread(target=self._run, args=(self._wake,), name="IOPub", daemon=True).start()
        with self._wake:
            self._count += 1
            heapq.heappush(self._waiting, (time.monotonic() + seconds, self._count, f))
            self._wake.notify()

    def _run(self, wake: threading.Condition) -> None:
        while True:
            with wake:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    wake.wait(self._waiting[0][0] - time.monotonic() if self._waiting else None)
                due = heapq.heappop(self._waiting)[2]
            with self.order:
                due()


class Stream(OutStream):
    """ipykernel's captured stream; what is flushed goes out in the order in which it was written."""

    def flush(self) -> None:
        with self.pub_thread.order:
            self._flush()

    def drained(self) -> bool:
        """Whether nothing written to the file descriptor is still on its way to us."""
        return self._fid is None or not select.select([self._fid], [], [], 0)[0]


@contextlib.contextmanager
def _without_debugger() -> Iterator[None]:
    """ipykernel asks its debugger whether it is there: it needs sockets, and to import it takes as long as a document."""
    without: Any = SimpleNamespace(_is_debugpy_available=False, Debugger=object)
    before = sys.modules.get("ipykernel.debugger")
    sys.modules["ipykernel.debugger"] = without
    try:
        yield
    finally:
        del sys.modules["ipykernel.debugger"]
        if before is not None:
            sys.modules["ipykernel.debugger"] = before


class WarmKernel(IPythonKernel):
    """The IPython kernel, told that it has one shell and no threads of its own."""

    _supports_kernel_subshells = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    @property
    def kernel_info(self) -> dict[str, Any]:
        with _without_debugger():
            told: dict[str, Any] = super().kernel_info
        return told

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Nothing is queued: the client sends one cell at a time."""

    async def execute_request(self, stream: Any, ident: Any, parent: Any) -> None:
        await super().execute_request(stream, ident, parent)
        end = time.monotonic() + 0.2
        while time.monotonic() < end and not all(
            s.drained() for s in (sys.stdout, sys.stderr) if isinstance(s, Stream)
        ):
            time.sleep(0.0005)


class WarmApp(IPKernelApp):
    """The kernel application without connection files, sockets, heartbeat and threads, so that it can be forked."""

    name = "ipython-kernel"
    kernel_class = Type(WarmKernel)

    def init_connection_file(self) -> None:
        """No connection file: there is nothing to connect to."""

    def init_poller(self) -> None:
        """The kernel ends with its parent by other means."""

    def init_sockets(self) -> None:
        self.session = WireSession(parent=self, key=b"unused")
        self.publisher = Publisher(self.session)
        self.iopub_socket = self.publisher
        self.configure_tornado_logger()

    def init_heartbeat(self) -> None:
        """Nobody listens for one."""

    def write_connection_file(self, **_: Any) -> None:
        """No connection file."""

    def log_connection_info(self) -> None:
        """No connection."""

    def init_io(self) -> None:
        """The display hook only; streams are captured in the child."""
        from ipykernel.displayhook import ZMQDisplayHook

        self.displayhook = ZMQDisplayHook(self.session, self.iopub_socket)
        sys.displayhook = self.displayhook
        self.patch_io()

    def init_kernel(self) -> None:
        kernel = WarmKernel.instance(
            parent=self,
            session=self.session,
            iopub_thread=self.publisher,
            iopub_socket=self.iopub_socket,
            shell_stream=None,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count


def prepare() -> WarmApp:
    """Make the kernel in this process: shell, ``get_ipython``, the inline backend's setting. To be called before importing
    libraries that look at these when they are imported.
    """
    import ipykernel_launcher

    arguments = ["--HistoryManager.hist_file=:memory:"]
    sys.argv = [str(ipykernel_launcher.__file__), "-f", "kernel.json", *arguments]  # as a kernel that was started
    app: WarmApp = WarmApp.instance()
    with _without_debugger():
        app.initialize(arguments)
    spare(app)
    return app


def wake(app: WarmApp, wire: Wire, at_end: Callable[[], None]) -> None:
    """Be the kernel in a forked child: capture the streams, serve until told to stop, call ``at_end``, end the process."""
    import atexit

    session, kernel = app.session, app.kernel
    session.wire, session.pid = wire, os.getpid()
    app.publisher._after_fork()
    for name in ("stdout", "stderr"):
        stream = Stream(session, app.publisher, name, watchfd=app.capture_fd_output)
        setattr(sys, name, stream)
        setattr(kernel, f"_{name}", stream)
    before = atexit._ncallbacks()
    asyncio.run(_serve(kernel, wire, os.getpid()))
    at_end()
    if atexit._ncallbacks() != before:
        atexit._run_exitfuncs()
    os._exit(0)


async def _serve(kernel: Any, wire: Wire, pid: int) -> None:
    loop = asyncio.get_running_loop()
    kernel.io_loop = IOLoop.current()
    kernel._control_lock = asyncio.Lock()
    kernel.shell_stream = None
    queue: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue()

    def read() -> None:
        try:
            for channel, message, _buffers in wire.received():
                queue.put_nowait((channel, message))
        except EOFError:
            loop.remove_reader(wire.socket)
            queue.put_nowait(None)

    loop.add_reader(wire.socket, read)
    tasks: set[asyncio.Task[None]] = set()
    while (item := await queue.get()) is not None:
        channel, message = item
        if channel == CONTROL:
            return
        task = asyncio.ensure_future(_dispatch(kernel, message))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if message["header"]["msg_type"] == "execute_request":
            await task
        if os.getpid() != pid:
            os._exit(0)  # a copy that a cell forked and did not end


async def _dispatch(kernel: Any, message: dict[str, Any]) -> None:
    message = {
        **message,
        "msg_type": message["header"]["msg_type"],
        "msg_id": message["header"]["msg_id"],
        "buffers": [],
    }
    await kernel.shell_main(None, message)

"""Ending a page's kernel after what the page sent last, when its tab is closed."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

#: Seconds for the page's last messages to arrive: they and the request to end come by different ways.
ARRIVAL = 2.0
#: Seconds that a kernel may still work on them.
PATIENCE = 30.0


class PatientKernels(AsyncMappingKernelManager):
    """A closing tab sends what was typed last and asks for its kernel's end in one breath. Ended at once, a kernel is interrupted in
    its work and never reads the rest: the draft lacked what was typed last. So it ends when it has nothing left to do."""

    leaving = False

    async def shutdown_kernel(self, kernel_id: str, now: bool = False, restart: bool = False) -> None:
        """End a kernel; unless ``now``, a restart, or the whole server ends, not before it is idle. Safe to ask for twice."""
        if not (now or restart or self.leaving):
            await self._idle(kernel_id)
            if kernel_id not in self:
                return
        await super().shutdown_kernel(kernel_id, now=now, restart=restart)

    async def shutdown_all(self, now: bool = False) -> None:
        """End all kernels with the server, at once."""
        self.leaving = True
        await super().shutdown_all(now=now)

    async def _idle(self, kernel_id: str) -> None:
        loop = asyncio.get_running_loop()
        begun, quiet_since = loop.time(), loop.time()
        while kernel_id in self and loop.time() - begun < PATIENCE and loop.time() - quiet_since < ARRIVAL:
            await asyncio.sleep(0.1)
            kernel: Any = self.get_kernel(kernel_id) if kernel_id in self else None
            if getattr(kernel, "execution_state", "idle") == "busy":
                quiet_since = loop.time()

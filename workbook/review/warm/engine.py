"""``papermill --engine warm``: papermill's own engine, whose kernel is forked from a warm process instead of started.

Papermill loads every registered engine when it starts, so this module imports only what papermill has loaded already.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args


class WarmEngine(NBClientEngine):
    """Options beside papermill's own: ``start`` (how to fork a kernel; else the user's kernel server is asked), ``keep``
    (a dict that gets the notebook as it stands), ``time_limit_seconds`` and ``memory_limit_mb`` (of the whole notebook).
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: Any = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,
    ) -> Any:
        """As papermill's; the notebook is saved after every cell at a cost that does not grow with what is finished."""
        from workbook.review.warm.saving import GrowingManager

        manager = GrowingManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        keep = options.pop("keep", None)
        if keep is not None:
            keep["notebook"] = nb
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **options)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook in a warm kernel, or in papermill's own way, with a message, where there can be none."""
        start = options.pop("start", None)
        memory = options.pop("memory_limit_mb", 0)
        if seconds := options.pop("time_limit_seconds", None):
            from workbook.review.engines import remaining

            options.setdefault("timeout_func", remaining(seconds))
        why = ""
        if start is None:
            start, why = _from_server(kernel_name, memory)
        if start is None:
            logger.warning("engine warm: %s; papermill's own engine runs", why)
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        return cls._run(nb_man, kernel_name, start, memory, **options)

    @classmethod
    def _run(cls, nb_man: Any, kernel_name: str, start: Any, memory_limit_mb: int, **options: Any) -> Any:
        from workbook.review.warm.client import WarmNotebookClient

        timeout = options.pop("execution_timeout", None)
        settings = merge_kwargs(
            remove_args(["timeout", "startup_timeout", "input_path", "start_timeout"], **options),
            timeout=timeout if timeout else options.get("timeout"),
            startup_timeout=options.get("start_timeout", 60),
            kernel_name=kernel_name,
            log=logger,
        )
        return WarmNotebookClient(nb_man, start, memory_limit_mb, **settings).execute()


def _from_server(kernel_name: str, memory_limit_mb: int) -> tuple[Any, str]:
    from workbook.errors import WorkbookError
    from workbook.review.warm.processes import can_fork_safely

    if why := can_fork_safely():
        return None, why
    from workbook.review.warm.remote import is_our_python, remote_start

    if not is_our_python(kernel_name):
        return None, f"the kernel {kernel_name!r} is not this Python"
    try:
        return remote_start(memory_limit_mb), ""
    except (OSError, WorkbookError) as fault:
        return None, f"no kernel server could be started ({fault})"

"""What the kernel is spared changes nothing: the same answers."""

from __future__ import annotations

from typing import Any

from ipykernel.kernelbase import _accepts_parameters

from workbook.review.warm.spared import remembered


class Shell:
    def run(self, code: str, *, cell_id: str = "") -> None: ...

    def open(self, code: str, **rest: Any) -> None: ...


def test_signatures_are_read_once_and_are_those_of_the_method_asked_for() -> None:
    read: list[Any] = []

    def reading(method: Any, names: Any) -> dict[str, Any]:
        read.append(method)
        answer: dict[str, Any] = _accepts_parameters(method, names)
        return answer

    ask, shell, names = remembered(reading), Shell(), ["cell_id", "cell_meta"]
    for method in (shell.run, shell.run, shell.open, shell.run):
        answer = ask(method, names)
        assert answer == _accepts_parameters(method, names)
        answer.clear()  # a caller's own copy
    assert read == [shell.run, shell.open]
    shell.run = shell.open  # type: ignore[method-assign]
    assert ask(shell.run, names) == {"cell_id": True, "cell_meta": True}

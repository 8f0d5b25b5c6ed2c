"""A button that answers: nothing is done twice, and a failure is said where people look."""

from __future__ import annotations

import ipywidgets as widgets
import pytest

from workbook.forms.press import on_press, told


def test_a_button_stands_still_while_it_works_and_a_second_press_does_nothing() -> None:
    button, said, done = widgets.Button(description="Record"), told(), []

    def work() -> None:
        done.append((button.disabled, button.description))
        button.click()

    on_press(button, said, work)
    button.click()
    assert done == [(True, "Working …")]
    assert (button.disabled, button.description) == (False, "Record")


def test_a_failure_is_said_and_logged_and_the_button_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    button, said = widgets.Button(description="Record"), told()

    def work() -> None:
        raise OSError("disk <full>")

    on_press(button, said, work)
    button.click()
    assert "disk <full>" in caplog.text
    assert "It failed (OSError: disk &lt;full&gt;)." in said.value
    assert (button.disabled, button.description) == (False, "Record")


def test_what_the_work_makes_of_its_button_stays() -> None:
    button = widgets.Button(description="Record")

    def work() -> None:
        button.description, button.disabled = "Recorded", True

    on_press(button, told(), work)
    button.click()
    assert (button.disabled, button.description) == (True, "Recorded")

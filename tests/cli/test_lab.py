"""``workbook lab`` asks nothing of the web."""

from __future__ import annotations

import json
from pathlib import Path

from workbook.cli.lab import arguments


def test_jupyterlab_asks_for_no_news_no_updates_and_no_catalogue(tmp_path: Path) -> None:
    given = dict(option.split("=", 1) for option in arguments(tmp_path, 8888, True))
    settings = Path(given["--LabApp.app_settings_dir"]) / "overrides.json"
    said = json.loads(settings.read_text(encoding="utf-8"))["@jupyterlab/apputils-extension:notification"]
    assert said == {"fetchNews": "false", "checkForUpdates": False}
    assert given["--LabApp.check_for_updates_class"] == "jupyterlab.NeverCheckForUpdate"
    assert given["--LabApp.extension_manager"] == "readonly"
    assert "--no-browser" in arguments(tmp_path, 8888, False)


def test_jupyterlab_opens_the_agenda_where_there_is_one(tmp_path: Path) -> None:
    assert not any("default_url" in option for option in arguments(tmp_path, 8888, True))
    (tmp_path / "00-start.ipynb").write_text("{}", encoding="utf-8")
    assert "--LabApp.default_url=/lab/tree/00-start.ipynb" in arguments(tmp_path, 8888, True)

"""The project's own promises: the same packages everywhere, layers kept, notebooks short and without outputs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[><=\[ ;]", r.strip())[0].lower() for r in requirements}


def _pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_environment_and_pyproject_name_the_same_packages() -> None:
    project = _pyproject()
    wanted = _names(project["dependencies"])
    for extra in ("cluster", "pdf", "postgres"):
        wanted |= _names(project["optional-dependencies"][extra])
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1].splitlines()
    given = [line.strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]
    listed = _names([g for g in given if not g.startswith("-") and g not in ("pip", "pip:")])
    assert listed - {"python", "nbval"} == wanted


def test_lock_files_pin_every_package_with_a_hash_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-zA-Z0-9_.-]+(?:\[[^\]]+\])?==", text, re.M)
        assert len(pins) > 100
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text
    locked = {p.split("==")[0].split("[")[0].lower() for p in re.findall(r"^[^\s#]+==", text, re.M)}
    assert _names(_pyproject()["dependencies"]) <= locked


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_are_short_explained_and_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    lines = [line for c in code for line in "".join(c["source"]).splitlines() if line.strip()]
    headings = [c for c in cells if c["cell_type"] == "markdown" and re.match(r"# ", "".join(c["source"]))]
    assert len(headings) == 1
    assert len(code) <= 15
    assert len(lines) <= 60
    assert not any(re.match(r"\s*(def|class|for|try|while)\b", line) for line in lines)
    assert not any(c["outputs"] for c in code)
    assert [c for c in code if "parameters" in c["metadata"].get("tags", [])]
    assert all(c.get("id") for c in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_papermill_reads_a_type_and_a_help_text_of_every_parameter(path: Path) -> None:
    from papermill.inspection import inspect_notebook

    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = next("".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", []))
    written = [line for line in source.splitlines() if re.match(r"\w+\s*:", line)]
    seen = inspect_notebook(str(path))
    assert len(seen) == len(written) > 0
    assert all(p["help"] and p["inferred_type_name"] not in ("", "None") for p in seen.values())


def test_nothing_names_the_machine_it_was_made_on() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    shared_by_all = {
        Path(place) for place in ("/", "/home", "/opt", "/srv", "/usr", "/usr/local", tempfile.gettempdir())
    }
    here = {ROOT, ROOT.parent, Path.home()} - shared_by_all
    bad = re.compile("|".join(re.escape(f"{place}/") for place in sorted(map(str, here))))
    found = []
    for name in filter(None, tracked.stdout.split("\0")):
        path = ROOT / name
        if (
            path.suffix in (".png", ".parquet", ".xlsx", ".ico", ".woff2")
            or path == Path(__file__)
            or not path.is_file()
        ):
            continue
        if bad.search(path.read_text(encoding="utf-8", errors="ignore")):
            found.append(name)
    assert found == []


def test_help_answers_quickly_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; sys.argv=['workbook','--help']\n"
        "from workbook.cli.app import run\nrun(['--help'])\n"
        "heavy={'pandas','numpy','matplotlib','duckdb','sqlalchemy','pydantic','IPython','papermill','nbconvert'}&set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    assert time.perf_counter() - start < 30  # a guard against a hang; the figure itself is printed by `make bench`


def test_every_command_has_an_example_in_its_help_and_is_documented() -> None:
    import typer.main

    from workbook.cli import app as shell

    shell.load()
    group = typer.main.get_command(shell.app)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    docs = readme + "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("*.md"))
    for name, command in group.commands.items():
        if command.hidden:
            continue
        below = getattr(command, "commands", {})
        own = {} if below and not command.invoke_without_command else {name: command}
        for words, one in {**own, **{f"{name} {n}": c for n, c in below.items()}}.items():
            assert f"workbook {words}" in (one.help or ""), f"{words}: no example"
        assert f"workbook {name}" in docs, f"{name}: not documented"


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]

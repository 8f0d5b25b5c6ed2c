"""The warm engine against papermill's own: the same outputs, cell by cell, for everything that is hard to execute faithfully."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papermill
import pytest
from papermill.engines import papermill_engines

from workbook.review.warm.engine import WarmEngine
from workbook.review.warm.processes import can_fork_safely, descendants

from .conftest import cell, write_notebook
from .same import comparable, differences

pytestmark = [pytest.mark.peer, pytest.mark.skipif(bool(can_fork_safely()), reason=can_fork_safely() or "can fork")]

AWKWARD = [
    'print(x, y, flag)\nx',
    'import sys\nprint("out1"); print("err1", file=sys.stderr); print("out2"); print("err2", file=sys.stderr)',
    'from IPython.display import display, HTML, JSON, Latex, Markdown, clear_output, update_display\n'
    'print("before"); display(HTML("<b>hi</b>")); print("after")\nh = display("first", display_id="d1")\n42',
    'update_display("second", display_id="d1")',
    'for i in range(3):\n    clear_output(wait=True); print("i", i)',
    'print("x"); clear_output(); print("y")',
    "!echo from-shell; echo to-err 1>&2",
    'import os; _ = os.system("echo os-system")',
    "%who_ls",
    "%%bash\necho bash-cell",
    '%%capture cap\nprint("captured")',
    "cap.stdout",
    'import asyncio\nawait asyncio.sleep(0.01)\n"awaited"',
    "async def later():\n    await asyncio.sleep(0)\n    return 5\nt = asyncio.create_task(later())\nawait t",
    'import warnings; warnings.warn("careful")\nimport logging; logging.warning("logged")',
    'display(Latex("$x^2$"), JSON({"a": 1}), Markdown("*m*")); display({"image/svg+xml": "<svg/>", "text/plain": "s"}, raw=True)',
    "import pandas as pd, numpy as np\npd.DataFrame(np.arange(120).reshape(4, 30))",
    'pd.set_option("display.max_rows", 3); pd.DataFrame({"a": range(50)})',
    '%config InlineBackend.figure_formats = ["svg"]\n%config InlineBackend.print_figure_kwargs = {"metadata": {"Date": None}}\n'
    'import matplotlib.pyplot as plt\nplt.rcParams["svg.hashsalt"] = "s"; plt.plot([1, 2]); plt.title("auto flush")',
    "import ipywidgets as W\no = W.Output()\nwith o:\n    print('in output widget')\ndisplay(o, W.IntSlider(value=3))",
    '__name__, "__file__" in globals(), type(get_ipython()).__name__, sys.stdin is None, sys.stdout.isatty(), sys.argv[0], len(sys.argv)',
    "class A:\n    def __repr__(self): return 'A!'\nimport pickle\nA(), type(pickle.loads(pickle.dumps(A()))).__name__",
    "_, In[1][:5], 1 in Out",
    'import multiprocessing as mp\nwith mp.get_context("fork").Pool(2) as pool: r = pool.map(abs, [-1, -2])\nr',
    'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as ex: print(list(ex.map(lambda v: v * 2, [1, 2])))',
    "pid = os.fork()\nif pid == 0: os._exit(7)\nos.waitpid(pid, 0)[1] >> 8",
    'try:\n    input("q?")\nexcept BaseException as e:\n    print(type(e).__name__, str(e)[:40])',
    'print("z" * 300_000)',
    "x = 5; x;",
]  # fmt: skip
ENDINGS = {
    "an error": "def deep(n):\n    return deep(n-1) if n else {}['missing']\ndeep(2)",
    "a syntax error": "1 +",
    "sys.exit": "import sys; sys.exit(3)",
    "killed": "import os, signal, time; display('shown'); time.sleep(0.5); os.kill(os.getpid(), signal.SIGKILL)",
    "left": "import os, time; time.sleep(0.5); os._exit(3)",
}

#: pyplot is run ahead; a cell must not see it, and gets another where it would be another.
PYPLOT = {
    "ordinary": [
        'import sys\nimport matplotlib\n"matplotlib.pyplot" in sys.modules, hasattr(matplotlib, "pyplot")',
        "from matplotlib.figure import Figure\nFigure()",
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.bar([1, 2], [3, 4])\nax.set_title('bars')\nplt.show()",
        "plt.plot([1, 2])",
        "Figure(), plt is matplotlib.pyplot, plt.__spec__.has_location, plt.__spec__.loader.__class__",
    ],
    "another backend": [
        'import matplotlib\nmatplotlib.use("agg")\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.get_backend()',
    ],
    "another class": [
        "import matplotlib.figure\nclass Mine(matplotlib.figure.Figure): pass\nmatplotlib.figure.Figure = Mine\n"
        "import matplotlib.pyplot as plt\nplt.Figure is Mine, type(plt.figure())",
    ],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A private fork server; it must leave nothing behind."""
    from workbook.review.warm.launching import launch
    from workbook.review.warm.pool import stop

    address = tmp_path_factory.mktemp("server") / "kernels.sock"
    process = launch(address, private=True)
    papermill_engines.register("warm", WarmEngine)
    yield address
    end = time.monotonic() + 5
    while descendants(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    below = descendants(process.pid)
    stop(address, process)
    assert below == []
    assert not Path(f"/proc/{process.pid}").exists()


def _run(path: Path, out: Path, engine: str | None, **options: Any) -> tuple[dict[str, Any], str]:
    """The executed notebook as written, and the name of what papermill raised."""
    raised = ""
    os.environ.pop("PYTEST_CURRENT_TEST", None)  # in which ipykernel captures no file descriptors
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            papermill.execute_notebook(path, out, engine_name=engine, progress_bar=False, **options)
        except Exception as fault:
            raised = f"{type(fault).__name__}: {fault}"
    return json.loads(out.read_text(encoding="utf-8")), raised


def _both(path: Path, server: Path, **options: Any) -> tuple[Any, Any, str, str]:
    theirs, raised = _run(path, path.with_name("theirs.ipynb"), None, execution_timeout=60, **options)
    ours, ours_raised = _warm(path, server, **options)
    return comparable(theirs), comparable(ours), raised, ours_raised


def test_awkward_cells_have_the_same_outputs(tmp_path: Path, server: Path) -> None:
    parameters = cell('x = 1\ny = "a"\nflag = True', "parameters")
    tagged = cell("1/0", "raises-exception"), cell("raise SystemError", "skip-execution")
    path = write_notebook(tmp_path / "awkward.ipynb", parameters, *map(cell, AWKWARD), *tagged, cell("'end'"))
    theirs, ours, raised, ours_raised = _both(path, server, parameters={"x": 5, "y": "b"})
    assert differences(theirs, ours) == []
    assert raised.split("\n")[-2] == ours_raised.split("\n")[-2] == "ZeroDivisionError: division by zero"
    assert ours["cells"][-1]["outputs"][0]["data"]["text/plain"] == ["'end'"]


@pytest.mark.parametrize("case", PYPLOT)
def test_figures_of_pyplot_have_the_same_outputs(case: str, tmp_path: Path, server: Path) -> None:
    path = write_notebook(tmp_path / "pyplot.ipynb", *map(cell, PYPLOT[case]))
    theirs, ours, raised, ours_raised = _both(path, server)
    assert differences(theirs, ours) == []
    assert raised == ours_raised == ""
    assert any(one.get("outputs") for one in ours["cells"])


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_ends_badly_ends_as_papermill_ends_it(ending: str, tmp_path: Path, server: Path) -> None:
    path = write_notebook(tmp_path / "ends.ipynb", cell("'first'"), cell(ENDINGS[ending]), cell("'never'"))
    theirs, ours, raised, ours_raised = _both(path, server)
    assert differences(theirs, ours) == []
    assert ours_raised.split("\n")[0] == raised.split("\n")[0] != ""
    assert "'first'" in json.dumps(ours)


def test_the_shared_awkward_notebook_has_the_same_outputs(tmp_path: Path, server: Path) -> None:
    given = Path(__file__).resolve().parents[2].parent / "shared" / "acceptance" / "awkward.ipynb"
    if not given.exists():
        pytest.skip("not there")
    path = tmp_path / "awkward.ipynb"
    path.write_bytes(given.read_bytes())
    theirs, ours, raised, ours_raised = _both(path, server)
    assert differences(theirs, ours) == []
    assert raised.split(":")[0] == ours_raised.split(":")[0] == "PapermillExecutionError"


def _warm(path: Path, server: Path, **options: Any) -> tuple[dict[str, Any], str]:
    from workbook.review.warm.remote import remote_start

    start = remote_start(options.get("memory_limit_mb", 0), server)
    return _run(path, path.with_name("ours.ipynb"), "warm", start=start, **{"execution_timeout": 60, **options})


def test_a_request_that_nobody_understands_is_refused_and_the_server_goes_on(server: Path) -> None:
    from workbook.review.warm.request import ServerError, called

    for request in ({"do": "dance"}, {"do": "end"}, {}, {"do": "kernel"}, {"do": "kernel", "cwd": 1, "no": 2}, [1]):
        with pytest.raises(ServerError, match="does not understand"):
            called(server, request, 20)  # type: ignore[arg-type]
    connection, said, _ = called(server, {"do": "hello"}, 20)
    connection.close()
    assert said["hello"] > 0


def test_nothing_of_one_run_is_seen_by_the_next(tmp_path: Path, server: Path) -> None:
    first = write_notebook(
        tmp_path / "first.ipynb",
        cell(
            "import os, sys, pandas as pd, warnings, random\nos.environ['LEFT'] = '1'; sys.path.append('/left'); sys.left = 1"
        ),
        cell("pd.set_option('display.max_rows', 7); warnings.simplefilter('error'); pd.left = 1; os.chdir('/')"),
    )
    second = write_notebook(
        tmp_path / "second.ipynb",
        cell(
            "import os, sys, pandas as pd, warnings\n"
            "[os.environ.get('LEFT'), '/left' in sys.path, hasattr(sys, 'left'), pd.get_option('display.max_rows'),"
            " hasattr(pd, 'left'), os.getcwd() == '/', any(f[0] == 'error' for f in warnings.filters)]"
        ),
    )
    assert _warm(first, server)[1] == ""
    theirs, ours, _, _ = _both(second, server)
    assert differences(theirs, ours) == []
    assert "[None, False, False, 60, False, False" in ours["cells"][0]["outputs"][0]["data"]["text/plain"][0]


def test_an_endless_loop_is_stopped_in_its_cell(tmp_path: Path, server: Path) -> None:
    path = write_notebook(tmp_path / "loop.ipynb", cell("'first'"), cell("print('in')\nwhile True: pass"))
    start = time.monotonic()
    made, raised = _warm(path, server, time_limit_seconds=2)
    assert raised.startswith("CellTimeoutError")
    assert time.monotonic() - start < 20
    assert "'first'" in json.dumps(made["cells"][0]["outputs"])


def test_a_memory_hog_gets_a_memory_error_in_its_cell(tmp_path: Path, server: Path) -> None:
    path = write_notebook(tmp_path / "hog.ipynb", cell("import numpy as np\nhog = np.ones((2000, 1_000_000))"))
    made, raised = _warm(path, server, memory_limit_mb=1000)
    assert raised.startswith("PapermillExecutionError")
    assert "MemoryError" in made["cells"][-1]["outputs"][-1]["ename"]


def test_memory_of_child_processes_counts_too(tmp_path: Path, server: Path) -> None:
    hog = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; b = bytearray(10**9); time.sleep(60)'])"
    path = write_notebook(tmp_path / "hog.ipynb", cell(hog))
    made, raised = _warm(path, server, memory_limit_mb=600)
    assert "600 MB" in raised or "MemoryError" in json.dumps(made)


def test_processes_that_a_cell_left_behind_are_ended(tmp_path: Path, server: Path) -> None:
    source = "import subprocess\np = subprocess.Popen(['sleep', '1234'], start_new_session={})\np.pid"
    for session in ("False", "True"):
        path = write_notebook(tmp_path / "left.ipynb", cell(source.format(session)))
        made, _ = _warm(path, server)
        pid = int("".join(made["cells"][0]["outputs"][0]["data"]["text/plain"]))
        end = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert not Path(f"/proc/{pid}").exists(), session


def test_a_crash_of_papermill_itself_leaves_the_cells_finished_so_far(tmp_path: Path, server: Path) -> None:
    path = write_notebook(
        tmp_path / "slow.ipynb", cell("'done before'"), cell("import time; time.sleep(60)"), cell("3")
    )
    code = (
        "import sys, papermill\nfrom papermill.engines import papermill_engines\n"
        "from workbook.review.warm.engine import WarmEngine\nfrom workbook.review.warm.remote import remote_start\n"
        "papermill_engines.register('warm', WarmEngine)\n"
        "papermill.execute_notebook(sys.argv[1], sys.argv[2], engine_name='warm', progress_bar=False, start=remote_start(address=sys.argv[3]))"
    )
    out = tmp_path / "out.ipynb"
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", code, str(path), str(out), str(server)])
    end = time.monotonic() + 60
    while time.monotonic() < end and (not out.exists() or "'done before'" not in "".join(_outputs(out))):
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert "'done before'" in "".join(_outputs(out))
    assert len(json.loads(out.read_text(encoding="utf-8"))["cells"]) == 3


def _outputs(path: Path) -> list[str]:
    try:
        return [json.dumps(c["outputs"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    except ValueError:  # read in the middle of a write
        return []

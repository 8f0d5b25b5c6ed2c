"""Made notebooks of the review's benchmark, each with a plain function that makes the same document without Jupyter.

Both have one cell of data and ten tables. The four charts of one are ordinary figures of matplotlib, as a notebook of one's own
has them; those of the other are drawn by our own light axes.
"""

from __future__ import annotations

import gc
import json
import os
import traceback
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

TABLES, CHARTS = 10, 4
DATA = (
    "rng = np.random.default_rng(len(node))\n"
    "frame = pd.DataFrame(rng.integers(0, 10**6, (200, 8)), columns=[f'amount {i}' for i in range(8)])"
)
DRAWN = (
    "ax.bar(range(12), frame['amount {n}'].head(12))\n"
    "ax.plot(range(12), frame['amount {m}'].head(12))\nax.set_title('chart {n} of ' + node)\n"
)
#: Element of the page and text form of one chart of a frame.
Chart = Callable[[Any, int, str], tuple[str, str]]


class Kind(Protocol):
    """A notebook to measure: as a file, with the parameters of each document, and without Jupyter."""

    @property
    def title(self) -> str: ...

    def written(self, folder: Path) -> Path:
        """The notebook's file; one that is made for the measurement is in ``folder``."""

    def parameters(self, n: int) -> dict[str, str]:
        """The parameters of document ``n``."""

    def plain(self, folder: Path, documents: int, *, texts: bool) -> None:
        """The limit: every document by a plain function in a forked process of its own, from a parent as warm as the engine's.

        It writes the same HTML document, byte for byte, and with ``texts`` the same text forms that an executed notebook holds.
        """


@dataclass(frozen=True)
class Made:
    """A notebook by what its charts are: what its first cell imports, the source of a chart, the same chart without Jupyter."""

    charts: str
    imports: str
    source: str
    chart: Chart

    @property
    def title(self) -> str:
        return f"{TABLES} tables, {CHARTS} {self.charts}"

    def parameters(self, n: int) -> dict[str, str]:
        return {"node": f"T{n}"}

    def written(self, folder: Path) -> Path:
        """The notebook as a file: one cell of data, ten tables, four charts."""
        import nbformat

        sources = [
            f"import numpy as np\nimport pandas as pd\n{self.imports}\n{DATA}",
            *[f"frame.nlargest(20 + {n}, 'amount {n % 8}')" for n in range(TABLES)],
            *[self.source.format(n=n, m=n + 1) for n in range(CHARTS)],
        ]
        cells = [nbformat.v4.new_code_cell('node: str = "T"  # node', metadata={"tags": ["parameters"]})]
        cells += [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = folder / "bench.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
        return path

    def plain(self, folder: Path, documents: int, *, texts: bool) -> None:
        """Every document by a function that was written for it."""
        page = warmed_up()
        self.chart(_numbers("T"), 0, "T")
        gc.collect()
        gc.freeze()
        for at in range(documents):
            forked(partial(_document, self, folder, f"T{at}", page, texts))


def _inline(frame: Any, n: int, node: str) -> tuple[str, str]:
    """A chart as IPython's inline backend shows it: the size and resolution of the figure, without its empty margins."""
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(7, 3))
    _draw(ax, frame, n, node)
    out = BytesIO()
    colours = {"facecolor": fig.get_facecolor(), "edgecolor": fig.get_edgecolor()}
    fig.savefig(out, format="png", dpi=fig.dpi, bbox_inches="tight", **colours)
    plt.close("all")
    image = b64encode(out.getvalue()).decode("ascii")
    return f'<img alt="chart" src="data:image/png;base64,{image}">', repr(fig)


def _light(frame: Any, n: int, node: str) -> tuple[str, str]:
    from workbook.charts.style import axes
    from workbook.review.render import FILTERS

    drawing: Any = FILTERS["drawing"]
    ax: Any = axes(None, 7, 3)
    _draw(ax, frame, n, node)
    shown = ax.figure._repr_mimebundle_()
    return str(drawing(shown["image/svg+xml"])), shown["text/plain"]


def _draw(ax: Any, frame: Any, n: int, node: str) -> None:
    ax.bar(range(12), frame[f"amount {n}"].head(12))
    ax.plot(range(12), frame[f"amount {n + 1}"].head(12))
    ax.set_title(f"chart {n} of {node}")


MADE = {
    "matplotlib": Made(
        "charts by matplotlib",
        "import matplotlib.pyplot as plt",
        f"fig, ax = plt.subplots(figsize=(7, 3))\n{DRAWN}plt.show()",
        _inline,
    ),
    "light": Made(
        "light charts",
        "from workbook.charts.style import axes",
        f"ax = axes(None, 7, 3)\n{DRAWN}ax.figure",
        _light,
    ),
}


def text_forms(folder: Path, node: str) -> list[str]:
    """The text forms of what a document shows, from its executed notebook or from what :func:`plain` wrote."""
    executed = folder / f"{node}.ipynb"
    if not executed.exists():
        forms: list[str] = json.loads((folder / f"{node}.json").read_text(encoding="utf-8"))
        return forms
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return ["".join(one["data"]["text/plain"]) for cell in cells for one in cell.get("outputs", ())]


def warmed_up() -> str:
    """Load and draw what the engine's parent has loaded and drawn; a document with nothing but a mark where its outputs stand."""
    import matplotlib as mpl
    import pandas as pd

    from workbook.review.warm.nursery import first_of_all

    mpl.use("agg")
    pd.set_option("display.max_columns", 20)  # as in a notebook; in a terminal pandas leaves columns out
    first_of_all()
    return _empty_page()


def forked(make: Callable[[], None]) -> None:
    """Call ``make`` in a forked process."""
    if pid := os.fork():
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError("the plain function failed")
        return
    try:
        make()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def write_document(folder: Path, node: str, page: str, parts: list[str], forms: list[str] | None) -> None:
    """Write a document of these parts, and the text forms of what is in it where they are asked for."""
    text = page.replace("OUTPUTS", "\n".join(parts)).replace("TITLE", node)
    (folder / f"{node}.html").write_text(text, encoding="utf-8")
    if forms is not None:
        (folder / f"{node}.json").write_text(json.dumps(forms), encoding="utf-8")


def _empty_page() -> str:
    import nbformat

    from workbook.review.render import Page, html

    mark = nbformat.v4.new_output("display_data", {"text/html": "OUTPUTS"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[mark])])
    text = html(notebook, Page("TITLE · review"))
    return text.replace('<div class="wb-output">OUTPUTS</div>', "OUTPUTS")


def _numbers(node: str) -> Any:
    import numpy as np
    import pandas as pd

    numbers = np.random.default_rng(len(node)).integers(0, 10**6, (200, 8))
    return pd.DataFrame(numbers, columns=[f"amount {i}" for i in range(8)])


def _document(kind: Made, folder: Path, node: str, page: str, texts: bool) -> None:
    """Write the HTML document and, with ``texts``, the text forms of what stands in it."""
    frame = _numbers(node)
    tables = [frame.nlargest(20 + n, f"amount {n % 8}") for n in range(TABLES)]
    parts = [f'<div class="wb-output">{one._repr_html_()}</div>' for one in tables]
    charts = [kind.chart(frame, n, node) for n in range(CHARTS)]
    parts += [f'<figure class="wb-chart">{element}</figure>' for element, _ in charts]
    write_document(folder, node, page, parts, [*map(repr, tables), *(form for _, form in charts)] if texts else None)

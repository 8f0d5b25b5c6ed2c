"""An executed notebook as one self-contained HTML document that asks nothing of the web.

The template is ``templates/review/``. Whatever data put into the notebook is escaped; a content security policy forbids
scripts and every request. The exporter is made once per process and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from workbook.places import shipped
from workbook.review.summary import MIME

#: What of an output is shown, the best first. Widgets and scripts are not: their static fallback is.
PRIORITY = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/latex", "text/plain")
_NAMESPACE = re.compile(r'\sxmlns(:\w+)?="[^"]*"')
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Page:
    """What stands around a document: its title, the line under it, whether data are synthetic, what went wrong."""

    title: str
    subtitle: str = ""
    sample: bool = False
    failure: str = ""


def html(notebook: Any, page: Page) -> str:
    """The notebook as an HTML document; code is left out, outputs and prose are kept."""
    exporter, resources = _exporter()
    text = exporter.template.render(nb=notebook, resources={**resources, "page": page})
    return str(text).lstrip("\r\n")


def warm_up() -> None:
    """Make all that is made once, so that the first document does not pay for it."""
    import nbformat

    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("#")])
    html(empty, Page(""))


@cache
def _exporter() -> tuple[Any, dict[str, Any]]:
    """The exporter, and what its template is told of its settings.

    nbconvert's own way from a notebook to its text copies the notebook three times and changes nothing in it.
    """
    import nbformat
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from nbconvert.exporters.templateexporter import TemplateExporter

    folder = shipped("templates", "review")

    class ReviewExporter(TemplateExporter):
        """nbconvert's exporter with our template, escaped by default, and light filters."""

        file_extension = ".html"
        output_mimetype = "text/html"
        template_name = "review"
        exclude_input = True

        def _create_environment(self) -> Any:
            environment = Environment(
                loader=FileSystemLoader([str(folder), *self.template_paths]),
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            )
            for name, value in {**dict(self.default_filters()), **FILTERS}.items():
                self._register_filter(environment, name, value)
            return environment

    # nbconvert's own preprocessors change nothing here, but each validates the whole notebook
    exporter = ReviewExporter(extra_template_basedirs=[str(folder.parent)], default_preprocessors=[])
    _, resources = exporter.from_notebook_node(nbformat.v4.new_notebook(), resources={"page": Page("")})
    return exporter, dict(resources)


def _shown(data: Any) -> list[str]:
    return [] if MIME in data else [kind for kind in PRIORITY if kind in data][:1]


@lru_cache(maxsize=512)
def _prose(text: str) -> Any:
    """Markdown of a cell (written by the notebook's author: markup allowed)."""
    return _markdown(text, escape=False)


@lru_cache(maxsize=512)
def _data_prose(text: str) -> Any:
    """Markdown of an output (written from data: markup is shown as text)."""
    return _markdown(text, escape=True)


def _markdown(text: str, *, escape: bool) -> Any:
    from markupsafe import Markup

    return Markup(_reader(escape)(text))


@cache
def _reader(escape: bool) -> Any:
    import mistune

    return mistune.create_markdown(escape=escape, plugins=["table", "strikethrough"])


def _drawing(text: str) -> Any:
    """A vector drawing as an element of the page: no prologue, no namespace addresses (HTML knows them)."""
    from markupsafe import Markup

    element = text[text.find("<svg") :]
    return Markup(_NAMESPACE.sub("", element))


def _plain_text(text: str) -> str:
    return _ANSI.sub("", text)


@lru_cache(maxsize=4)
def _style(name: str) -> Any:
    from markupsafe import Markup

    return Markup(shipped("templates", "review", name).read_text(encoding="utf-8"))


def _trusted(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)


FILTERS = {
    "shown": _shown,
    "prose": _prose,
    "data_prose": _data_prose,
    "drawing": _drawing,
    "plain_text": _plain_text,
    "style": _style,
    "trusted": _trusted,
}

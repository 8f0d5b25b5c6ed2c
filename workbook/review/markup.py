"""HTML of notebooks (their outputs, their rendered prose) as Typst source. Text becomes string literals, never markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "hr", "img", "meta", "link", "input", "col"}
_INLINE = {"strong": "strong", "b": "strong", "em": "emph", "i": "emph"}
_SKIPPED = {"style", "script", "svg", "head", "title"}


@dataclass
class Node:
    """An element with its children; text is a plain string."""

    tag: str
    classes: frozenset[str] = frozenset()
    inside: list[Node | str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Node]:
        """Elements under this one with one of these tags, in order."""
        found = []
        for one in self.inside:
            if isinstance(one, Node):
                found += [one] if one.tag in tags else []
                found += one.all(*tags)
        return found

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, frozenset((dict(attrs).get("class") or "").split()))
        self.open[-1].inside.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def literal(text: str) -> str:
    r"""Text as a Typst string.

    >>> print(literal('a "b" \\ #c'))
    "a \"b\" \\ #c"
    """
    kept = "".join(c if c >= " " or c in "\n\t" else " " for c in text)
    return '"' + kept.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def typst_of(html: str, shift: int = 0) -> str:
    """Typst source for a piece of HTML; headings are ``shift`` levels deeper."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(_blocks(reader.open[0], shift))


def _blocks(node: Node, shift: int) -> list[str]:
    """Blocks of a node's children; runs of inline content become paragraphs."""
    out: list[str] = []
    run: list[Node | str] = []

    def close() -> None:
        if any(one.strip() if isinstance(one, str) else True for one in run):
            out.append(f"#par[{_inline(run)}]")
        run.clear()

    for one in node.inside:
        if isinstance(one, str) or one.tag in (*_INLINE, "span", "code", "a", "br", "small", "sup", "sub"):
            run.append(one)
            continue
        close()
        if one.tag not in _SKIPPED:
            out += _block(one, shift)
    close()
    return out


def _block(node: Node, shift: int) -> list[str]:
    for name, make in _BY_CLASS.items():
        if name in node.classes:
            return [make(node, shift)]
    if len(node.tag) == 2 and node.tag[0] == "h" and node.tag[1].isdigit():
        return [f"#heading(level: {min(6, int(node.tag[1]) + shift)})[{_inline(node.inside)}]"]
    if node.tag == "p":
        kind = next((c[3:] for c in node.classes if c in ("wb-warn", "wb-fail", "wb-ok", "wb-note")), "")
        return [f"#note({literal(kind)})[{_inline(node.inside)}]" if kind else f"#par[{_inline(node.inside)}]"]
    if node.tag in ("ul", "ol"):
        items = ", ".join(
            f"[{' '.join(_blocks(i, shift))}]" for i in node.inside if isinstance(i, Node) and i.tag == "li"
        )
        return [f"#{'list' if node.tag == 'ul' else 'enum'}({items})"] if items else []
    if node.tag == "table":
        return [_table(node)]
    if node.tag == "dl":
        names, values = node.all("dt"), node.all("dd")
        rows = ", ".join(f"([{_inline(a.inside)}], [{_inline(b.inside)}])" for a, b in zip(names, values, strict=False))
        return [f"#pairs({rows})"]
    if node.tag == "pre":
        return [f"#raw(block: true, {literal(node.text.strip(chr(10)))})"]
    if node.tag == "hr":
        return ["#line(length: 100%, stroke: 0.5pt + pale)"]
    return _blocks(node, shift)


def _table(node: Node) -> str:
    caption = " ".join(c.text.strip() for c in node.all("caption"))
    heads = [r for part in node.all("thead") for r in part.all("tr")]
    rows = [r for r in node.all("tr") if not any(r is h for h in heads)]
    right = {
        at
        for row in (*heads, *rows[:1])
        for at, one in enumerate(row.all("td", "th"))
        if "wb-n" in one.classes or ("dataframe" in node.classes and one.tag == "td")
    }
    header = f"({', '.join(_cell(c) for c in heads[-1].all('td', 'th'))},)" if heads else "()"
    body = ", ".join(f"({', '.join(_cell(c) for c in row.all('td', 'th'))},)" for row in rows)
    places = f"({', '.join(map(str, sorted(right)))}{',' if right else ''})"
    return f"#data-table(caption: {literal(caption)}, right: {places}, header: {header}, {body})"


def _cell(node: Node) -> str:
    kind = next((c[3:] for c in sorted(node.classes) if c in ("wb-ok", "wb-warn", "wb-fail", "wb-not-known")), "")
    return f"verdict({literal(kind)})[{_inline(node.inside)}]" if kind else f"[{_inline(node.inside)}]"


def _figures(node: Node, shift: int) -> str:
    items = [one for one in node.inside if isinstance(one, Node) and "wb-figure" in one.classes]
    rows = (", ".join(literal(part.text.strip()) for part in one.inside if isinstance(part, Node)) for one in items)
    return f"#figures({', '.join(f'({row},)' for row in rows)})"


def _cards(node: Node, shift: int) -> str:
    items = [one for one in node.inside if isinstance(one, Node)]
    return f"#cards({', '.join('[' + chr(10).join(_card(one, shift)) + ']' for one in items)})"


def _card(node: Node, shift: int) -> list[str]:
    out = []
    for one in node.inside:
        if isinstance(one, Node) and one.tag in ("h3", "h4", "h5"):
            out.append(f"#block(strong[{_inline(one.inside)}])")  # not a heading: cards are not in the contents
        elif isinstance(one, Node):
            out += _block(one, shift)
    return out


_BY_CLASS: dict[str, Callable[[Node, int], str]] = {"wb-figures": _figures, "wb-cards": _cards}


def _inline(inside: list[Node | str]) -> str:
    out = []
    for one in inside:
        if isinstance(one, str):
            text = " ".join(one.split())
            lead, tail = (" " if one[:1].isspace() else ""), (" " if one[-1:].isspace() and text else "")
            out.append(f"#{literal(lead + text + tail)}" if lead + text else "")
        elif one.tag == "br":
            out.append("#linebreak()")
        elif one.tag == "code":
            out.append(f"#raw({literal(one.text)})")
        elif one.tag in _INLINE:
            out.append(f"#{_INLINE[one.tag]}[{_inline(one.inside)}]")
        elif one.tag not in _SKIPPED:
            whole = "wb-id" in one.classes  # stays on one line
            out.append(f"#box[{_inline(one.inside)}]" if whole else _inline(one.inside))
    return "".join(out)

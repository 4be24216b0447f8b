"""Reading a page as a browser or a screen reader would, without either."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

HAN = re.compile("[\u3400-\u9fff]+")
VOID = {"meta", "link", "input", "br", "img", "path", "circle"}


class Node:
    def __init__(self, tag: str, attributes: dict[str, str], parent: Node | None):
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Node] = []
        self.texts: list[str] = []

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def text(self) -> str:
        return " ".join("".join([*self.texts, *(c.text for c in self.children)]).split())

    def all(self, *tags: str) -> list[Node]:
        found = [self] if self.tag in tags or "*" in tags else []
        return found + [node for child in self.children for node in child.all(*tags)]

    def within(self, tag: str) -> bool:
        return self.parent is not None and (self.parent.tag == tag or self.parent.within(tag))


class Page(HTMLParser):
    """A parsed page; every element closes properly, or it fails."""

    def __init__(self, html: str):
        super().__init__()
        self.root = self._at = Node("", {}, None)
        self.feed(html)
        assert self._at is self.root, f"<{self._at.tag}> is not closed"

    def handle_starttag(self, tag: str, attributes) -> None:
        node = Node(tag, {name: value or "" for name, value in attributes}, self._at)
        self._at.children.append(node)
        if tag not in VOID:
            self._at = node

    def handle_startendtag(self, tag: str, attributes) -> None:
        self._at.children.append(Node(tag, dict(attributes), self._at))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._at.tag, f"</{tag}> closes <{self._at.tag}>"
        assert self._at.parent is not None
        self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.texts.append(data)

    def all(self, *tags: str) -> list[Node]:
        return self.root.all(*tags)

    def one(self, tag: str, **attributes: str) -> Node:
        found = [
            node
            for node in self.all(tag)
            if all(node.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]
        assert len(found) == 1, f"{len(found)} <{tag}> with {attributes}"
        return found[0]


def unlabelled(page: Page) -> list[str]:
    """Fields a screen reader has no name for."""
    pointed_at = {label.get("for") for label in page.all("label")}
    return [
        str(field.attributes)
        for field in page.all("input", "select", "textarea")
        if field.get("type") not in ("hidden", "submit")
        and field.get("id") not in pointed_at
        and not field.within("label")
        and not field.get("aria-label")
    ]


def loose_references(page: Page) -> list[str]:
    """Ids that are pointed at and not there, or there twice."""
    ids = [node.get("id") for node in page.all("*") if node.get("id")]
    wanted = [
        reference
        for node in page.all("*")
        for name in ("for", "aria-describedby", "aria-labelledby")
        for reference in node.get(name).split()
    ]
    wanted += [a.get("href")[1:] for a in page.all("a") if a.get("href").startswith("#")]
    return [i for i in wanted if i not in ids] + [i for i in set(ids) if ids.count(i) > 1]


def chinese_not_marked(page: Page) -> list[str]:
    """Chinese on an English page, outside what is marked as Chinese."""

    def marked(node: Node | None) -> bool:
        while node is not None and node.tag != "html":
            if node.get("lang").startswith("zh"):
                return True
            node = node.parent
        return False

    found = []
    for node in page.all("*"):
        own = "".join(node.texts) + node.get("aria-label") + node.get("placeholder")
        if node.tag not in ("style", "option", "title") and HAN.search(own) and not marked(node):
            found.append(own.strip())
    return found


def heading_jumps(page: Page) -> list[str]:
    """Headings that skip a level, or a page without exactly one first-level heading."""
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4")]
    jumps = [f"h{a} → h{b}" for a, b in pairwise(levels) if b > a + 1]
    return jumps + ([] if levels.count(1) == 1 and levels[0] == 1 else [f"headings: {levels}"])

"""The texts of the pages, and their English: gathered from the code, merged, and looked over.

Chinese is the source language. Each area that is a Django app keeps the English of its own texts in
`locale/en/LC_MESSAGES/django.po`; Django merges them all into one, so that a text said in two areas
must be said alike in both. `bin/messages` runs this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "pingyi"
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
CHINESE = re.compile("[\u3001-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")
"""Chinese letters, or Chinese punctuation."""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")
ONE, PLURAL, CONTEXT = None, (1, 2), ((1, "c"), 2)
KEYWORDS = {
    "_": ONE,
    "gettext": ONE,
    "gettext_lazy": ONE,
    "gettext_noop": ONE,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": CONTEXT,
    "pgettext_lazy": CONTEXT,
    "npgettext": ((1, "c"), 2, 3),
}
_COMMENT = re.compile(r"\{#.*?#\}")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_HEADER = """\
# English. Chinese is the source language.
msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Id = str | tuple[str, ...]
Key = tuple[str | None, Id]
"""What a catalogue finds a text by: its context, and its singular (with its plural)."""


class Text(NamedTuple):
    """One place where a text is said."""

    file: Path
    line: int
    context: str | None
    id: Id

    @property
    def key(self) -> Key:
        return self.context, self.id

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Area:
    """A Django app of ours, with all files below it."""

    name: str

    @property
    def folder(self) -> Path:
        return SOURCE.joinpath(*self.name.split("."))

    @property
    def po(self) -> Path:
        return self.folder / "locale" / "en" / "LC_MESSAGES" / "django.po"

    def texts(self) -> list[Text]:
        """Every translatable text, by file and line."""
        found = [*python_texts(self.folder), *template_texts(self.folder)]
        return sorted(found, key=lambda text: (text.file, text.line))

    def catalogue(self) -> Catalog:
        return read(self.po)


@cache
def areas() -> tuple[Area, ...]:
    """In the order in which Django lets the first one win."""
    from pingyi.conf.settings import INSTALLED_APPS

    ours = [app for app in INSTALLED_APPS if app.startswith("pingyi.")]
    return tuple(Area(app.removeprefix("pingyi.")) for app in ours)


def python_texts(folder: Path) -> Iterator[Text]:
    for file in sorted(folder.rglob("*.py")):
        yield from _extracted(file, file.read_bytes())


def template_texts(folder: Path) -> Iterator[Text]:
    for file in sorted(folder.rglob("templates/**/*.html")):
        source = _COMMENT.sub("", file.read_text())
        yield from _extracted(file, _INDENT.sub("", templatize(source)).encode())


def _extracted(file: Path, python: bytes) -> Iterator[Text]:
    for line, said, _comments, context in extract("python", BytesIO(python), keywords=KEYWORDS):
        yield Text(file, line, context, said)


def read(po: Path) -> Catalog:
    """The catalogue of a file; an empty one if there is none."""
    language = po.parent.parent.name
    if not po.exists():
        return Catalog(locale=language)
    with po.open("rb") as file:
        return read_po(file, locale=language)


def entries(catalogue: Catalog) -> Iterator[tuple[Key, Message]]:
    """Each entry but the header."""
    return (((message.context, message.id), message) for message in catalogue if message.id)


def said(message: Message) -> tuple[str, ...]:
    """An entry's translation, in all its forms."""
    forms = message.string
    return (forms,) if isinstance(forms, str) else tuple(forms)


def is_done(message: Message) -> bool:
    return all(said(message)) and not message.fuzzy


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


# ── merging ──────────────────────────────────────────────────────────


def merge(area: Area, memory: dict[Key, Message]) -> list[Text]:
    """Bring the area's catalogue up to its texts; those without English are returned.

    What is said elsewhere is taken from there. What nobody says any more is dropped.
    """
    texts = area.texts()
    before = {key: message for key, message in entries(area.catalogue()) if is_done(message)}
    merged = Catalog(locale="en")
    missing = {}
    for text in texts:
        known = before.get(text.key) or memory.get(text.key)
        if known is not None:
            merged.add(text.id, known.string, context=text.context)
        else:
            merged.add(text.id, context=text.context)
            missing.setdefault(text.key, text)
    if texts:
        area.po.parent.mkdir(parents=True, exist_ok=True)
        area.po.write_bytes(written(merged))
    return list(missing.values())


def written(catalogue: Catalog) -> bytes:
    """As the file stands: sorted, without places, so that it changes only with its texts."""
    out = BytesIO()
    write_po(out, catalogue, width=100, no_location=True, omit_header=True, sort_output=True)
    return _HEADER.encode() + out.getvalue().lstrip()


def memory_of(all_areas: Iterable[Area]) -> dict[Key, Message]:
    """Every English text there is; the first area wins, as in Django."""
    found: dict[Key, Message] = {}
    for area in all_areas:
        for key, message in entries(area.catalogue()):
            if is_done(message):
                found.setdefault(key, message)
    return found


def main(names: list[str]) -> int:
    """Gather the texts of the areas named, or of all; 1 if English is missing anywhere."""
    known = {area.name: area for area in areas()}
    if unknown := set(names) - set(known):
        print(f"no such area: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
        return 2
    memory = memory_of(areas())
    missing = [text for name in names or known for text in merge(known[name], memory)]
    for text in missing:
        print(f"{text.place}: {text.id if isinstance(text.id, str) else text.id[0]}")
    print(f"{len(missing)} texts without English" if missing else "all texts have their English")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

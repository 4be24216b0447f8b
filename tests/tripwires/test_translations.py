"""Both languages are complete: every text has its English, and no page shows a stray one."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.template.base import Lexer, TokenType

from tests import catalogues
from tests.catalogues import CHINESE, HAN, ROOT, SOURCE, Text, areas, entries, placeholders, said

TRANSLATING = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "npgettext",
    "pgettext",
    "pgettext_lazy",
}
SHOWN_AS_IT_IS = {
    "web/components/templates/components/language.html": "each language under its own name",
    "web/citizen/templates/citizen/frame.html": "each language under its own name",
    "web/results/templates/results/frame.html": "each language under its own name",
    **dict.fromkeys(
        (
            "web/components/templates/400.html",
            "web/components/templates/403_csrf.html",
            "web/components/templates/500.html",
            "web/components/templates/components/plain.html",
        ),
        "both languages at once, whatever else fails",
    ),
}
"""Templates whose Chinese everybody sees, and why."""
SAID_IN_BOTH = {
    "web/components/markup.py": "levels have both names in a row, as terms do",
    "web/components/styleguide.py": "names of units are data",
    "web/office/posters.py": "a poster speaks both languages at once",
}
"""Modules of pages whose Chinese needs no catalogue, and why."""
LIBRARIES = ("django", "allauth")
OURS_FOR_LIBRARIES = SOURCE / "web/account/locale/zh_Hans/LC_MESSAGES/django.po"
TWICE = re.compile(r"(.{20,}?)\s*(?:\1\s*)+", re.DOTALL)
_WRAPPED = re.compile(r"_\(\s*(\"[^\"]*\"|'[^']*')\s*\)")


@cache
def texts() -> list[Text]:
    return [text for area in areas() for text in area.texts()]


@cache
def english() -> list[tuple[str, Catalog]]:
    return [(area.po.relative_to(ROOT).as_posix(), area.catalogue()) for area in areas()]


def listed(found: object) -> str:
    return "\n" + "\n".join(map(str, found)) + "\n(bin/messages brings the catalogues up to date)"


def test_every_chinese_text_has_its_english():
    known = catalogues.memory_of(areas())
    missing = [
        f"{text.place}: {text.id}"
        for text in texts()
        if CHINESE.search(str(text.id)) and text.key not in known
    ]
    assert not missing, listed(missing)


def test_texts_are_written_in_chinese():
    foreign = [f"{text.place}: {text.id}" for text in texts() if not CHINESE.search(str(text.id))]
    assert not foreign, listed(foreign)


def test_no_catalogue_is_unsure_or_keeps_what_nobody_says():
    used = {text.key for text in texts()}
    wrong = []
    for po, catalogue in english():
        wrong += [f"{po}: obsolete: {message.id}" for message in catalogue.obsolete.values()]
        for key, message in entries(catalogue):
            if not catalogues.is_done(message):
                wrong.append(f"{po}: empty or fuzzy: {message.id}")
            if key not in used:
                wrong.append(f"{po}: said nowhere: {message.id}")
    assert not wrong, listed(wrong)


def test_a_text_is_translated_alike_in_every_catalogue():
    ways = defaultdict(set)
    for _po, catalogue in english():
        for key, message in entries(catalogue):
            if catalogues.is_done(message):
                ways[key].add(said(message))
    wrong = [f"{key}: {sorted(found)}" for key, found in ways.items() if len(found) > 1]
    assert not wrong, listed(wrong)


def test_english_is_english_and_fills_the_same_places():
    wrong = []
    for po, catalogue in english():
        for _key, message in entries(catalogue):
            source = placeholders(str(message.id))
            *short, full = said(message)
            if any(CHINESE.search(form) for form in said(message)):
                wrong.append(f"{po}: Chinese in {said(message)}")
            # `1 day` need not say its number again.
            if placeholders(full) != source or any(placeholders(form) - source for form in short):
                wrong.append(f"{po}: {message.id} → {said(message)}")
    assert not wrong, listed(wrong)


def test_no_text_says_itself_twice():
    """As happens where two branches' catalogues are joined line by line."""
    wrong = [
        f"{po}: {form}"
        for po, catalogue in english()
        for _key, message in entries(catalogue)
        for form in said(message)
        if TWICE.fullmatch(form)
    ]
    assert not wrong, listed(wrong)


def test_the_librarys_words_put_into_chinese_are_still_its_words():
    theirs = {}
    for library in LIBRARIES:
        folder = Path(import_module(library).__file__ or "").parent
        for po in folder.glob("**/locale/zh_Hans/LC_MESSAGES/django.po"):
            theirs |= dict(entries(catalogues.read(po)))
    wrong = []
    for key, message in entries(catalogues.read(OURS_FOR_LIBRARIES)):
        if key not in theirs:
            wrong.append(f"said nowhere: {message.id}")
        elif not catalogues.is_done(message):
            wrong.append(f"not done: {message.id}")
        elif placeholders(said(message)[0]) - placeholders(str(message.id)):
            wrong.append(f"{message.id} → {said(message)}")
    assert not wrong, listed(wrong)


def test_no_template_shows_chinese_of_its_own():
    found = []
    for file in sorted((SOURCE / "web").rglob("templates/**/*.html")):
        if file.relative_to(SOURCE).as_posix() not in SHOWN_AS_IT_IS:
            found += [f"{file.relative_to(ROOT)}:{line}: {text}" for line, text in stray(file)]
    assert not found, listed(found)


def stray(file: Path) -> Iterator[tuple[int, str]]:
    """Chinese in a template that no translation tag sees, by line."""
    source = re.sub(r"\{#.*?#\}", "", file.read_text())
    translating = False
    for token in Lexer(source).tokenize():
        word = token.contents.split(maxsplit=1)[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK and word in ("blocktrans", "blocktranslate"):
            translating = True
        elif token.token_type == TokenType.BLOCK and word in ("endblocktrans", "endblocktranslate"):
            translating = False
        elif translating or word in ("trans", "translate", "comment"):
            continue
        elif HAN.search(_WRAPPED.sub("", token.contents)):
            yield token.lineno, token.contents.strip()[:60]


def test_no_module_of_pages_says_chinese_by_itself():
    found = []
    for file in sorted((SOURCE / "web").rglob("*.py")):
        if file.relative_to(SOURCE).as_posix() not in SAID_IN_BOTH:
            tree = ast.parse(file.read_text())
            found += [f"{file.relative_to(ROOT)}:{line}: {text}" for line, text in literals(tree)]
    assert not found, listed(found)


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Chinese string literals outside translations and doc strings, by line."""
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    if isinstance(tree, ast.Call) and getattr(tree.func, "id", "") in TRANSLATING:
        return
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str) and HAN.search(tree.value):
        yield tree.lineno, tree.value
    for child in ast.iter_child_nodes(tree):
        yield from literals(child)


@pytest.mark.parametrize(
    ("source", "strays"),
    [
        ("<p>办结</p>", 1),
        ('{% empty "办结" %}', 1),
        ('{{ case.state|default:"办结" }}', 1),
        ('{% trans "办结" %}{% empty _("办结") %}{# 办结 #}', 0),
        ("{% blocktrans %}办结{% endblocktrans %}", 0),
    ],
)
def test_a_stray_text_of_a_template_is_seen(tmp_path, source, strays):
    file = tmp_path / "page.html"
    file.write_text(source)
    assert len(list(stray(file))) == strays


@pytest.mark.parametrize(
    ("source", "strays"),
    [
        ('x = "办结"', 1),
        ('x = f"办结 {y}"', 1),
        ('"""办结"""\nx = _("办结") + gettext("办结") + ngettext("办结", "办结", 2)', 0),
    ],
)
def test_a_stray_text_of_a_module_is_seen(source, strays):
    assert len(list(literals(ast.parse(source)))) == strays

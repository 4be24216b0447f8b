"""Gathering: new texts come in, what is said elsewhere is taken over, what nobody says goes."""

from __future__ import annotations

import pytest

from tests import catalogues
from tests.catalogues import Area, entries, merge, said


@pytest.fixture
def area(tmp_path, monkeypatch) -> Area:
    monkeypatch.setattr(catalogues, "SOURCE", tmp_path)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    (tmp_path / "web/templates").mkdir(parents=True)
    (tmp_path / "web/page.py").write_text(
        'a = _("办结")\nb = ngettext("%(n)d 天", "%(n)d 天", 2)\nc = pgettext("who", "单位")\n'
    )
    (tmp_path / "web/templates/page.html").write_text(
        "{# 注 #}{% trans '办结' %}\n  {% if x %}{% tag _(\"超期\") %}{% endif %}\n"
        "{% blocktrans with n=x %}共 {{ n }} 条{% endblocktrans %}"
    )
    return Area("web")


def english(area: Area) -> dict:
    return {key: said(message) for key, message in entries(area.catalogue())}


def test_every_text_is_found_where_it_is_said(area):
    found = {(text.place, text.context, text.id) for text in area.texts()}
    assert found == {
        ("web/page.py:1", None, "办结"),
        ("web/page.py:2", None, ("%(n)d 天", "%(n)d 天")),
        ("web/page.py:3", "who", "单位"),
        ("web/templates/page.html:1", None, "办结"),
        ("web/templates/page.html:2", None, "超期"),
        ("web/templates/page.html:3", None, "共 %(n)s 条"),
    }


def test_what_is_missing_is_told_once_and_what_is_there_stays(area):
    assert [text.id for text in merge(area, {})].count("办结") == 1
    area.po.write_text(area.po.read_text().replace('"办结"\nmsgstr ""', '"办结"\nmsgstr "Closed"'))
    assert "办结" not in [text.id for text in merge(area, {})]
    assert english(area)[None, "办结"] == ("Closed",)


def test_what_is_said_elsewhere_is_taken_over_even_into_an_empty_entry(area):
    merge(area, {})
    other = catalogues.Catalog(locale="en")
    memory = {(None, "办结"): other.add("办结", "Closed")}
    merge(area, memory)
    assert english(area)[None, "办结"] == ("Closed",)


def test_what_nobody_says_any_more_goes_and_nothing_else_moves(area):
    merge(area, {})
    before = area.po.read_bytes()
    merge(area, {})
    assert area.po.read_bytes() == before
    (area.folder / "page.py").write_text("")
    merge(area, {})
    assert ("who", "单位") not in english(area)
    assert (None, "办结") in english(area)

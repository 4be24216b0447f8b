"""The lists as files."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.utils import translation
from docx import Document
from docx.oxml.ns import qn

from pingyi.directory.models import Unit
from pingyi.kernel.tables import read_tables
from pingyi.publication import actions, papers, wording
from pingyi.publication.terms import Kind
from tests.publication.conftest import AUGUST, Town


def workbook(release, **how):
    target = io.BytesIO()
    papers.write_workbook(release, target, **{"public": False} | how)
    return list(read_tables(target.getvalue(), filename="x.xlsx").values())


def document(release, **how) -> tuple[Document, bytes]:
    target = io.BytesIO()
    papers.write_document(release, target, **{"public": False} | how)
    return Document(io.BytesIO(target.getvalue())), target.getvalue()


def lines(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_a_workbook_has_a_sheet_a_group_with_every_unit(town: Town):
    town.world.case("verified")
    release = town.release()
    sheets = {table.name: table for table in workbook(release)}
    assert list(sheets) == ["机关处室", "基层站所", "说明"]
    stations = [row.values for row in sheets["基层站所"].rows]
    assert [row["编码"] for row in stations] == ["S2", "S3", "B1-1"]
    assert (stations[2]["得分"], stations[2]["名次"]) == ("97", "3")
    about = [list(row.values.values()) for row in sheets["说明"].rows]
    assert ["结果摘要", release.result_digest] in about


def test_a_document_lists_best_last_and_all_with_heads_on_every_page(town: Town):
    town.world.case("verified")
    release = town.release()
    found, content = document(release)
    text = "\n".join(paragraph.text for paragraph in found.paragraphs)
    assert "武汉市2026 年 6 月通报" in text
    assert "本期末位单位" in text
    stations = lines(found.tables[-1])
    assert stations[0][:2] == ["名次", "单位"]
    assert [row[1] for row in stations[1:]] == ["S2号站", "S3号站", "洪山区劳动监察大队"]
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in found.tables)
    section = found.sections[0]
    assert section.page_width > section.page_height
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        xml = parts.read("word/document.xml").decode()
    assert 'w:eastAsia="仿宋_GB2312"' in xml


def test_a_draft_and_a_correction_say_so(town: Town):
    draft = town.prepare()
    assert "（稿，未发布）" in document(draft)[0].paragraphs[1].text
    actions.publish(release=draft, by=town.leader, at=AUGUST)
    corrected = town.correct(draft, AUGUST, reason="重新认定一件")
    text = "\n".join(one.text for one in document(corrected)[0].paragraphs)
    assert "（更正）" in text
    assert "更正原因：重新认定一件" in text


def test_odd_names_break_nothing(town: Town):
    Unit.objects.filter(code="S2").update(name='=A1&<"站">\x0b\ufffe')
    release = town.release()
    assert '=A1&<"站">' in [row[1] for row in lines(document(release)[0].tables[-1])]
    (sheet,) = [table for table in workbook(release) if table.name == "基层站所"]
    assert any(row.values["单位"].startswith("=A1") for row in sheet.rows)


def test_in_english(town: Town):
    release = town.release()
    with translation.override("en"):
        found, _ = document(release)
    text = "\n".join(one.text for one in found.paragraphs)
    assert "Bulletin of June 2026" in text
    assert "Stations" in text


@pytest.mark.parametrize(("public", "rate"), [(True, "95.45%"), (False, "89.36%")])
def test_the_publics_rates_move_in_tens(town: Town, public: bool, rate: str):
    town.release(kind=Kind.WEEKLY, through=date(2026, 6, 14))  # 42 of 44
    town.rated(town.stations[0], date(2026, 6, 20), bad=3)  # 42 of 47: three more would tell
    release = town.release()
    (sheet,) = [table for table in workbook(release, public=public) if table.name == "基层站所"]
    rates = {row.values["编码"]: row.values["满意率"] for row in sheet.rows}
    assert rates["B1-1"] == rate


def test_an_interval_stands_beside_every_rate(town: Town):
    """81 of 263 is 30.80 %, by Wilson 25.53 to 36.62 % (R. G. Newcombe, Statistics in Medicine 17
    (1998) 857–872, table I); rounded outwards."""
    assert wording.interval_text(81, 263) == "25.52–36.63%"
    assert wording.interval_text(0, 0) == "—"
    release = town.release()
    for public in (False, True):
        sheet = next(t for t in workbook(release, public=public) if t.name == "基层站所")
        row = next(row.values for row in sheet.rows if row.values["编码"] == "S2")
        # 28 of 32, z² = 3.8415: (29.9207 ± 1.9600 √(28 · 4 ÷ 32 + 0.9604)) ÷ 35.8415
        assert (row["满意率"], row["95% 区间"], row["评价数"]) == ("87.50%", "71.93–95.03%", "32")
    head = lines(document(release)[0].tables[-1])[0]
    assert head[5:8] == ["满意率", "95% 区间", "评价数"]


def test_a_documents_properties_name_neither_person_nor_program(town: Town):
    _found, content = document(town.release())
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        about = packed.read("docProps/core.xml").decode()
    assert "6 月通报" in about
    assert "python" not in about.lower()
    assert town.keeper.username not in about

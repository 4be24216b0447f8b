"""The paper, measured on the produced file as GB/T 9704-2012 asks; looked at as pages by people."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn

from pingyi.letters import actions
from pingyi.letters.actions import Addressee
from pingyi.letters.body import Paragraph, paragraphs
from pingyi.letters.document import docx_of, head_size, width_of
from pingyi.letters.paper import Paper, day_text, paper_of
from pingyi.letters.states import Part
from tests.casework.world import AT

BODY = """近期群众反映集中，现函告如下。
一、核清底数
（一）逐项核查。形成清单，明确责任。
(二)公开安排
1．公布电话12345。
（1）线上公布。
请于7个工作日内书面答复。"""
PAPER = Paper(
    head="武汉市治庸问责工作领导小组办公室",
    number="武治庸函〔2026〕5号",
    title=("关于改进疫苗接种服务的", "工作建议函"),
    addressed="市卫生健康委员会：",
    body=tuple(paragraphs(BODY)),
    annexes=("群众反映问题清单", "接种能力情况表"),
    signature="武汉市治庸办",
    day="2026年3月2日",
    copies=("市政府督查室", "市疾控中心"),
    imprint="2026年3月2日印发",
    made_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
)


@pytest.fixture(scope="module")
def produced():
    return Document(BytesIO(docx_of(PAPER)))


def line(produced, start: str):
    return next(p for p in produced.paragraphs if p.text.startswith(start))


def faces(paragraph) -> list[tuple[str, str, float]]:
    """(text, eastern face, points) of each run; the same face must be set for all scripts."""
    found = []
    for run in paragraph.runs:
        fonts = run._r.rPr.find(qn("w:rFonts"))
        named = {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")}
        assert len(named) == 1, named
        found.append((run.text, named.pop(), run.font.size.pt))
    return found


def property_of(paragraph, tag: str):
    """The paragraph's own property, None if it has none."""
    properties = paragraph._p.pPr
    return None if properties is None else properties.find(qn(tag))


def indent(paragraph) -> dict[str, str]:
    """Indents in hundredths of a character."""
    given = property_of(paragraph, "w:ind")
    return {
        name: given.get(qn(f"w:{name}Chars"))
        for name in ("firstLine", "left", "right", "hanging")
        if given is not None and given.get(qn(f"w:{name}Chars"))
    }


def test_a4_and_its_margins(produced):
    section = produced.sections[0]
    millimetres = {
        name: round(getattr(section, name).mm, 1)
        for name in (
            "page_width", "page_height", "top_margin", "bottom_margin", "left_margin",
            "right_margin",
        )
    }  # fmt: skip
    assert list(millimetres.values()) == [210, 297, 37, 35, 28, 26]


def test_twenty_two_lines_of_twenty_eight_characters(produced):
    grid = produced.sections[0]._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    character = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert 225 * 72 / 25.4 // pitch == 22
    assert 156 * 72 / 25.4 // character == 28
    # The lines themselves, which do not lean on the grid.
    normal = produced.styles["Normal"]
    spacing = normal.element.pPr.find(qn("w:spacing"))
    assert spacing.get(qn("w:lineRule")) == "exact"
    assert 28 <= int(spacing.get(qn("w:line"))) / 20 <= 29
    tighter = int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 156 * 72 / 25.4 // (16 + tighter) == 28
    assert normal.font.size.pt == 16


def test_the_red_head_fits_one_line(produced):
    head = line(produced, PAPER.head)
    ((_, face, size),) = faces(head)
    assert face == "方正小标宋简体"
    assert str(head.runs[0].font.color.rgb) == "FF0000"
    assert size * width_of(PAPER.head) <= 156 * 72 / 25.4
    assert size == 27
    assert round(head.paragraph_format.space_before.mm) == 35


@pytest.mark.parametrize(("name", "size"), [("洪山区治庸办", 48), ("国" * 16, 27), ("国" * 40, 20)])
def test_the_heads_size(name, size):
    assert head_size(name).pt == size


def test_number_and_red_rule_as_wide_as_the_text(produced):
    number = line(produced, "武治庸函")
    assert number.text == "武治庸函〔2026〕5号"
    assert faces(number) == [("武治庸函〔2026〕5号", "仿宋_GB2312", 16)]
    rule = number._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert rule.get(qn("w:color")) == "FF0000"
    assert indent(number) == {}


def test_the_title_in_its_lines(produced):
    for text in PAPER.title:
        title = line(produced, text)
        assert faces(title) == [(text, "方正小标宋简体", 22)]
        assert title.alignment == 1


def test_addressed_flush_left_and_the_text_two_characters_in(produced):
    assert indent(line(produced, "市卫生健康委员会：")) == {}
    for start in ("近期", "一、", "（一）", "（二）", "1.", "（1）", "请于"):
        assert indent(line(produced, start)) == {"firstLine": "200"}, start


def test_each_level_in_its_face(produced):
    assert faces(line(produced, "一、")) == [("一、核清底数", "黑体", 16)]
    assert faces(line(produced, "（一）")) == [
        ("（一）逐项核查。", "楷体_GB2312", 16),
        ("形成清单，明确责任。", "仿宋_GB2312", 16),
    ]
    assert faces(line(produced, "（二）")) == [("（二）公开安排", "楷体_GB2312", 16)]
    assert faces(line(produced, "1.")) == [("1.公布电话12345。", "仿宋_GB2312", 16)]
    assert faces(line(produced, "（1）"))[0][1] == "仿宋_GB2312"
    assert line(produced, "一、").paragraph_format.keep_with_next


def test_annexes_are_numbered_under_one_another(produced):
    first, second = line(produced, "附件：1.群众"), line(produced, "2.接种")
    assert indent(first) == {"left": "600", "hanging": "400"}
    assert indent(second) == {"left": "600", "hanging": "100"}


def test_the_signature_centred_over_the_date(produced):
    name, day = line(produced, "武汉市治庸办"), line(produced, "2026年3月2日")
    assert day.text == "2026年3月2日"
    assert indent(day)["right"] == "400"
    middle = 4 + width_of(day.text) / 2
    assert int(indent(name)["right"]) / 100 + width_of(name.text) / 2 == middle
    assert name.paragraph_format.keep_with_next, "never a page without a word of the text"


def test_copies_and_imprint_between_rules_at_the_foot(produced):
    framed = [p for p in produced.paragraphs if property_of(p, "w:framePr") is not None]
    thick, copies, thin, printed, last = framed
    assert copies.text == "抄送：市政府督查室，市疾控中心。"
    assert printed.text == f"{PAPER.head}\t2026年3月2日印发"
    assert faces(copies)[0][1:] == ("仿宋_GB2312", 14)
    heights = [
        round(int(rule._p.pPr.find(qn("w:spacing")).get(qn("w:line"))) / 20 * 25.4 / 72, 2)
        for rule in (thick, thin, last)
    ]
    assert heights == [0.35, 0.25, 0.35]
    for paragraph in framed:
        frame = paragraph._p.pPr.find(qn("w:framePr"))
        assert (frame.get(qn("w:yAlign")), frame.get(qn("w:vAnchor"))) == ("bottom", "margin")
        assert abs(int(frame.get(qn("w:w"))) / 20 * 25.4 / 72 - 156) < 0.1


def test_page_numbers_outside_odd_and_even(produced):
    section = produced.sections[0]
    assert produced.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, 2), (section.even_page_footer, 0)):
        number = footer.paragraphs[0]
        assert number.text == "— 1 —"
        assert number.alignment == side
        assert {size for _, _, size in faces(number)} == {14}
        assert "PAGE" in number._p.xml


def test_the_same_letter_is_the_same_file():
    assert docx_of(PAPER) == docx_of(PAPER)
    with zipfile.ZipFile(BytesIO(docx_of(PAPER))) as packed:
        assert {entry.date_time[:3] for entry in packed.infolist()} == {(1980, 1, 1)}
        core = ElementTree.fromstring(packed.read("docProps/core.xml"))
        texts = {element.tag.split("}")[1]: element.text for element in core}
    assert (texts["created"], texts["creator"]) == ("2026-03-02T09:00:00Z", PAPER.head)
    assert "python" not in str(texts).lower()


def test_odd_characters_break_nothing():
    odd = '<&>"{}𠮷野\u200b' * 3
    fields = dict.fromkeys(("head", "number", "addressed", "signature", "day", "imprint"), odd)
    lists = dict.fromkeys(("title", "annexes", "copies"), (odd,))
    paper = Paper(**fields, **lists, body=(Paragraph(0, "", odd),), made_at=PAPER.made_at)
    again = Document(BytesIO(docx_of(paper)))
    assert sum(p.text.count("𠮷野") for p in again.paragraphs) == 3 * 11  # the head twice


def test_day_text():
    assert day_text(date(2026, 11, 9)) == "2026年11月9日"


def test_the_paper_of_a_letter_before_and_after_its_issue(office):
    world = office.world
    given = [
        Addressee(world.bureau),
        Addressee(world.other_unit),
        Addressee(world.brigade, Part.COPY),
    ]
    letter = office.submitted(addressees=given, annexes="清单\n\n 表 ")
    draft = paper_of(letter)
    assert (draft.number, draft.imprint) == ("武治庸函〔    〕    号", "")
    assert draft.addressed == "洪山区人社局、武昌区民政局："
    assert (draft.annexes, draft.copies) == (("清单", "表"), ("洪山区劳动监察大队",))
    actions.issue_letter(letter=letter, by=office.issuer, at=AT)
    paper = paper_of(letter)
    assert (paper.number, paper.day) == ("武治庸函〔2026〕1号", "2026年6月1日")
    letter.salutation = "各参评单位"
    assert paper_of(letter).addressed == "各参评单位："


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一、标题", Paragraph(1, "一、标题", "")),
        ("　　十二、标题。后文。", Paragraph(1, "十二、标题。", "后文。")),
        ("(三) 标题", Paragraph(2, "（三）标题", "")),
        ("3.5个百分点", Paragraph(0, "", "3.5个百分点")),
        ("12． 文", Paragraph(3, "", "12.文")),
        ("(4)文", Paragraph(4, "", "（4）文")),
        ("一些单位、部门", Paragraph(0, "", "一些单位、部门")),
        ("2026年起", Paragraph(0, "", "2026年起")),
    ],
)
def test_levels_of_the_body(text, found):
    assert paragraphs(f"\n{text}\n  \n") == [found]

"""A letter as a .docx to GB/T 9704-2012, made from nothing but `Paper`.

The same paper gives the same bytes. The faces the standard names are asked for, never shipped: Word
and WPS on a government desk have them.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters.body import Paragraph
from pingyi.letters.imprint import add_imprint
from pingyi.letters.paper import Paper

FANGSONG, KAITI = "仿宋_GB2312", "楷体_GB2312"
HEITI, XIAOBIAOSONG, SONGTI = "黑体", "方正小标宋简体", "宋体"
BODY, TITLE, PAGE_NUMBER = Pt(16), Pt(22), Pt(14)
"""3号, 2号, 4号."""
LINE = Pt(28.95)
"""22 lines in the 225 mm between the margins."""
LINE_PITCH = 579
"""The same in twentieths of a point."""
CHARACTER_SPACE = -849
"""28 characters of 16 pt in 156 mm: so many 4,096ths of a point are taken from each."""
TIGHTER = -6
"""Twentieths of a point off every character: 28 of them fill a line."""
WIDTH = Mm(156)
RED = RGBColor(0xFF, 0, 0)
LARGEST_HEAD, SMALLEST_HEAD = 48, 20
"""Points; 22 mm by 15 mm was the largest the standard's forerunner allowed."""
EARLIEST_ZIP = (1980, 1, 1, 0, 0, 0)


def docx_of(paper: Paper) -> bytes:
    """The letter's file."""
    document = Document()
    _lay_out_page(document)
    _set_faces(document)
    _number_pages(document)
    _head(document, paper)
    _title(document, paper)
    _text(document, paper)
    _sign(document, paper)
    add_imprint(document, paper)
    _describe(document, paper)
    return _packed(document)


def _lay_out_page(document: DocumentType) -> None:
    """A4, the margins of 5.2.1, the grid of 22 lines by 28 characters (5.2.3)."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    properties = section._sectPr
    for grid in properties.findall(qn("w:docGrid")):
        properties.remove(grid)
    properties.append(
        _element("w:docGrid", type="linesAndChars", linePitch=LINE_PITCH, charSpace=CHARACTER_SPACE)
    )


def _set_faces(document: DocumentType) -> None:
    """Everything is 3号仿宋 unless said otherwise, in eastern and western letters alike.

    Lines and letters keep the grid by their own pitch, not by snapping to it: word processors
    disagree about type that is larger than its cell.
    """
    defaults = document.styles.element.find(qn("w:docDefaults"))
    if defaults is not None:
        document.styles.element.remove(defaults)
    normal = document.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.size = BODY
    _face(normal.element.get_or_add_rPr(), FANGSONG)
    letters = normal.element.get_or_add_rPr()
    letters.insert_element_before(_element("w:spacing", val=TIGHTER), "w:sz", "w:szCs")
    letters.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    spacing.widow_control = False
    normal.element.get_or_add_pPr().insert_element_before(
        _element("w:snapToGrid", val="0"), "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    tabs = document.styles["Footer"].element.find(qn("w:pPr"))
    document.styles["Footer"].element.remove(tabs)


def _number_pages(document: DocumentType) -> None:
    """`— 1 —` in 4号 at the outer edge: right on odd pages, left on even ones (7.5)."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, side, indent in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right_indent"),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left_indent"),
    ):
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.alignment = side
        setattr(line.paragraph_format, indent, PAGE_NUMBER)
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        _run(line, "— ", SONGTI, size=PAGE_NUMBER)
        _page_field(_run(line, "", SONGTI, size=PAGE_NUMBER))
        _run(line, " —", SONGTI, size=PAGE_NUMBER)


def _page_field(run: Run) -> None:
    for part in ("begin", "instr", "separate", "text", "end"):
        if part == "instr":
            code = _element("w:instrText")
            code.text = "PAGE"
            run._r.append(code)
        elif part == "text":
            run._r.append(_element("w:t"))
            run._r[-1].text = "1"
        else:
            run._r.append(_element("w:fldChar", fldCharType=part))


def _head(document: DocumentType, paper: Paper) -> None:
    """The organ in red, 35 mm under the margin; the number; the red rule (7.2.4, 7.2.5, 7.2.7)."""
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_before = Mm(35)
    head.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    size = head_size(paper.head)
    _run(head, paper.head, XIAOBIAOSONG, size=size, colour=RED)
    _blank(document, 2)
    number = document.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(number, paper.number)
    _rule_below(number)


def head_size(name: str) -> Length:
    """As large as fits one line, by the width of its letters."""
    fitting = WIDTH.pt / max(width_of(name), 1)
    return Pt(int(min(LARGEST_HEAD, max(SMALLEST_HEAD, fitting))))


def width_of(text: str) -> float:
    """How wide a text is, in Chinese characters; digits and Latin letters take half of one."""
    return sum(0.5 if ord(letter) < 0x2E80 else 1 for letter in text)


def _title(document: DocumentType, paper: Paper) -> None:
    """2号小标宋, centred, two lines under the rule, one above the text (7.3.1)."""
    _blank(document, 2)
    for text in paper.title:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.line_spacing = Pt(34)
        _run(line, text, XIAOBIAOSONG, size=TITLE)
    _blank(document, 1)


def _text(document: DocumentType, paper: Paper) -> None:
    """Who it is for, flush left; the text, two characters in; the annexes (7.3.2 to 7.3.4)."""
    _run(document.add_paragraph(), paper.addressed)
    for paragraph in paper.body:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        _indent(line, firstLine=2)
        if paragraph.heading:
            _run(line, paragraph.heading, _heading_face(paragraph))
        if paragraph.text:
            _run(line, paragraph.text)
        if paragraph.heading and not paragraph.text:
            line.paragraph_format.keep_with_next = True
    if paper.annexes:
        _blank(document, 1)
    for place, text in enumerate(paper.annex_lines):
        line = document.add_paragraph()
        # Later lines of a name begin under its first character.
        number = 1 if len(paper.annexes) > 1 else 0
        _indent(line, left=5 + number, hanging=number if place else 3 + number)
        _run(line, text)


def _heading_face(paragraph: Paragraph) -> str:
    return {1: HEITI, 2: KAITI}[paragraph.level]


def _sign(document: DocumentType, paper: Paper) -> None:
    """The signature centred over the date, which ends four characters from the right (7.3.5.1).

    A signature much longer than the date ends two characters from the right, the date under it.
    """
    # A signature alone on a page is none: the last line of the text goes with it.
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    over = (width_of(paper.signature) - width_of(paper.day)) / 2
    name_in, day_in = (4 - over, 4.0) if over <= 2 else (2.0, 2 + over)
    for _ in range(2):
        document.add_paragraph().paragraph_format.keep_with_next = True
    for text, indent in ((paper.signature, name_in), (paper.day, day_in)):
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.keep_with_next = text == paper.signature
        _indent(line, right=indent)
        _run(line, text)


def _describe(document: DocumentType, paper: Paper) -> None:
    about = document.core_properties
    moment = paper.made_at.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)
    about.title, about.author, about.last_modified_by = "".join(paper.title), paper.head, paper.head
    about.created = about.modified = moment
    about.comments, about.subject, about.language, about.revision = "", paper.number, "zh-CN", 1


def _packed(document: DocumentType) -> bytes:
    """The file without the hour it was packed at."""
    plain, packed = BytesIO(), BytesIO()
    document.save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EARLIEST_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()


# ── lines and runs ───────────────────────────────────────────────────


def _run(
    line: Line,
    text: str,
    face: str = FANGSONG,
    *,
    size: Length = BODY,
    colour: RGBColor | None = None,
) -> Run:
    run = line.add_run(text)
    run.font.size = size
    if colour is not None:
        run.font.color.rgb = colour
    _face(run._r.get_or_add_rPr(), face)
    return run


def _face(properties: BaseOxmlElement, face: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = _element("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), face)
    fonts.set(qn("w:hint"), "eastAsia")


def _blank(document: DocumentType, count: int) -> None:
    for _ in range(count):
        document.add_paragraph()


def _indent(line: Line, **characters: float) -> None:
    """Indents in characters of the text, as an editor shows them."""
    properties = line._p.get_or_add_pPr()
    indent = _element("w:ind")
    for side, count in characters.items():
        indent.set(qn(f"w:{side}Chars"), str(round(count * 100)))
        indent.set(qn(f"w:{side}"), str(round(count * 316)))
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    properties._insert_ind(indent)


def _rule_below(line: Line) -> None:
    """The red rule, as wide as the text, 4 mm under the number."""
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz=12, space=11, color="FF0000"))
    line._p.get_or_add_pPr().insert_element_before(
        borders, "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr"
    )


def _element(tag: str, **attributes: object) -> BaseOxmlElement:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made

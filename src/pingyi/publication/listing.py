"""A long list as a .docx to print: A4 landscape, heads repeated on every page, numbered pages.

Fonts are named, never shipped: those of official papers (GB/T 9704-2012), for East Asian text too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
WIDTH = 297 - 2 * 20
"""Millimetres between the margins."""
TWIPS_PER_MM = 1440 / 25.4
WIDE = 3_000
"""Twips from which a column holds words, and is not centred."""


UNDATED = datetime(2000, 1, 1)  # noqa: DTZ001  a file's property without a zone


class Landscape:
    """A paper under way: headings, paragraphs and tables, one after the other."""

    def __init__(self, *, title: str, subtitle: str) -> None:
        self._document: Any = Document()
        self._lay_out()
        self._describe(title)
        self._line(title, font=TITLE, size=22, centred=True)
        self._line(subtitle, font=BODY, size=12, centred=True)

    def heading(self, words: str) -> None:
        """A group's name, at the head of its lists."""
        self._line(words, font=HEADING, size=16, before=12, with_next=True)

    def caption(self, words: str) -> None:
        """What the next table lists."""
        self._line(words, font=HEADING, size=12, before=6, with_next=True)

    def paragraph(self, words: str) -> None:
        self._line(words, font=BODY, size=12, before=6)

    def table(self, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> None:
        """A table; heads with their shares of the width. Rows are not broken across pages."""
        whole = sum(share for _, share in heads)
        widths = [round(WIDTH * TWIPS_PER_MM * share / whole) for _, share in heads]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        # As one piece of XML: cell by cell, a city's list would take minutes.
        lines = [_row([head for head, _ in heads], widths, is_head=True)]
        lines += [_row(row, widths) for row in rows]
        table = parse_xml(
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:tblLayout w:type="fixed"/>{_BORDERS}{_MARGINS}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"
        )
        body = self._document.element.body
        body.insert(len(body) - 1, table)  # before the section's own properties

    def save(self, target: IO[bytes]) -> None:
        self._document.save(target)

    def _lay_out(self) -> None:
        section = self._document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(20)
        section.top_margin, section.bottom_margin = Mm(22), Mm(20)
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for kind in ("begin", None, "end"):
            run = footer.add_run()
            _set_font(run, BODY, 14)
            run._r.append(parse_xml(_field_part(kind)))

    def _describe(self, title: str) -> None:
        """Its properties: nothing of the program it was made with, nor of whose machine."""
        about = self._document.core_properties
        about.title, about.author, about.last_modified_by = _printable(title)[:255], "", ""
        about.comments, about.revision = "", 1
        about.created = about.modified = UNDATED

    def _line(
        self,
        words: str,
        *,
        font: str,
        size: int,
        centred: bool = False,
        before: int = 0,
        with_next: bool = False,
    ) -> None:
        line = self._document.add_paragraph()
        line.paragraph_format.space_before = Pt(before)
        line.paragraph_format.space_after = Pt(4)
        line.paragraph_format.keep_with_next = with_next
        if centred:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _set_font(line.add_run(_printable(words)), font, size)


def _set_font(run: Any, font: str, size: int) -> None:
    run.font.name = font
    run.font.size = Pt(size)
    run._r.rPr.rFonts.set(qn("w:eastAsia"), font)


def _field_part(kind: str | None) -> str:
    space = nsdecls("w")
    if kind is None:
        return f'<w:instrText {space} xml:space="preserve">PAGE</w:instrText>'
    return f'<w:fldChar {space} w:fldCharType="{kind}"/>'


_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for edge in _EDGES
    )
    + "</w:tblBorders>"
)
_MARGINS = (
    '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
)


def _row(cells: Sequence[str], widths: Sequence[int], *, is_head: bool = False) -> str:
    repeated = "<w:tblHeader/>" if is_head else ""
    filled = "".join(
        _cell(words, width, centred=is_head or width < WIDE, is_head=is_head)
        for words, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{filled}</w:tr>"


def _cell(words: str, width: int, *, centred: bool, is_head: bool) -> str:
    font = HEADING if is_head else BODY
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
    side = "center" if centred else "left"
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:spacing w:before="20" w:after="20"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:rPr>{fonts}<w:sz w:val="22"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(_printable(words))}</w:t></w:r></w:p></w:tc>'
    )


def _printable(words: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        letter
        for letter in words
        if letter in "\t\n"
        or ((letter >= " " and not "\ud800" <= letter <= "\udfff") and letter not in "\ufffe\uffff")
    )

"""The imprint (版记) at the foot of the last page: copies, who printed it and when, between rules.

GB/T 9704-2012, 7.4: 4号仿宋, one character in from either side; the outer rules 0.35 mm, the inner
one 0.25 mm, all as wide as the text; the last rule on the page's lower margin.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Length, Mm, Pt

from pingyi.letters.paper import Paper

FACE, SIZE = "仿宋_GB2312", Pt(14)
WIDTH = Mm(156)
THICK, THIN = Mm(0.35), Mm(0.25)


def add_imprint(document: Document, paper: Paper) -> None:
    """A frame at the lower margin of whichever page the last line is on."""
    anchor = document.add_paragraph()
    anchor.paragraph_format.line_spacing = Pt(1)
    lines = [_rule(THICK)]
    if paper.copied:
        lines += [_line(paper.copied, hanging=3), _rule(THIN)]
    lines += [_line(f"{paper.head}\t{paper.imprint}"), _rule(THICK)]
    for line in lines:
        anchor._p.addprevious(parse_xml(line))


def _rule(thickness: Length) -> str:
    """An empty line as high as the rule is thick: borders would end where the text is indented."""
    return _RULE.format(ns=nsdecls("w"), frame=_FRAME, height=_twips(thickness))


def _line(text: str, *, hanging: int = 0) -> str:
    em = _twips(SIZE)
    runs = f"<w:r>{_FACE}<w:tab/></w:r>".join(
        f'<w:r>{_FACE}<w:t xml:space="preserve">{escape(part)}</w:t></w:r>'
        for part in text.split("\t")
    )
    return _LINE.format(
        ns=nsdecls("w"),
        frame=_FRAME,
        left=em * (1 + hanging),
        hanging=em * hanging,
        right=em,
        tab=_twips(WIDTH) - em,
        runs=runs,
    )


def _twips(length: Length) -> int:
    return round(length.pt * 20)


_FRAME = (
    f'<w:framePr w:w="{_twips(WIDTH)}" w:wrap="notBeside" w:vAnchor="margin" w:hAnchor="margin"'
    ' w:xAlign="left" w:yAlign="bottom"/>'
)
_FACE = (
    f'<w:rPr><w:rFonts w:hint="eastAsia" w:ascii="{FACE}" w:hAnsi="{FACE}" w:eastAsia="{FACE}"'
    f' w:cs="{FACE}"/><w:sz w:val="{round(SIZE.pt * 2)}"/><w:szCs w:val="{round(SIZE.pt * 2)}"/>'
    "</w:rPr>"
)
_RULE = """<w:p {ns}><w:pPr>{frame}<w:shd w:val="clear" w:color="auto" w:fill="000000"/>
<w:spacing w:line="{height}" w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>"""
_LINE = """<w:p {ns}><w:pPr>{frame}<w:tabs><w:tab w:val="right" w:pos="{tab}"/></w:tabs>
<w:spacing w:after="60" w:line="500" w:lineRule="exact"/>
<w:ind w:left="{left}" w:right="{right}" w:hanging="{hanging}"/></w:pPr>{runs}</w:p>"""

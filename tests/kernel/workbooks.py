"""Workbooks put together by hand, so that they can be wrong in every way."""

import io
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def text_cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def sheet_xml(rows, dimension="", doctype=""):
    declared = f'<dimension ref="{dimension}"/>' if dimension else ""
    body = "".join(
        f'<row r="{number}">{"".join(cells)}</row>' for number, cells in sorted(rows.items())
    )
    return (
        f'{doctype}<worksheet xmlns="{_MAIN}">{declared}<sheetData>{body}</sheetData></worksheet>'
    )


def workbook(sheet, *, more=(), shared=None):
    """The bytes of an .xlsx with one sheet named 单位, and further members."""
    types = f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}sheet.main+xml"/>'
    types += f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}worksheet+xml"/>'
    links = f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    members = {}
    if shared:
        types += (
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}sharedStrings+xml"/>'
        )
        links += (
            f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        )
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}"><si><t>{shared}</t></si></sst>'
    members |= {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="单位" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}">{links}</Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet,
    }
    return archive(members | dict(more))


def archive(members):
    """The bytes of a .zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def with_lying_sizes(content, name, claimed):
    """The same archive, in which one file claims another inflated size, in both its places."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        info = file.getinfo(name)
    changed = bytearray(content)
    true, false = info.file_size.to_bytes(4, "little"), claimed.to_bytes(4, "little")
    local = info.header_offset + 22
    assert changed[local : local + 4] == true
    changed[local : local + 4] = false
    central = changed.rindex(name.encode()) - 46 + 24
    assert changed[central : central + 4] == true
    changed[central : central + 4] = false
    return bytes(changed)

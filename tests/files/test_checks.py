"""What is taken, what is not and why: by content, whatever it is called."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pingyi.files.actions import MEGABYTE, checked
from pingyi.files.checks import pdf as pdf_check
from pingyi.files.checks import pictures
from pingyi.files.refusals import Refused, Why
from tests.files.uploads import (
    GOOD,
    GPS,
    compound,
    docx,
    huge_png,
    mp3,
    mpeg4,
    ogg,
    packed,
    pdf,
    picture,
    upload,
    wav,
    zipped,
)


def why(name: str, content: bytes) -> Why:
    with pytest.raises(Refused) as refused:
        checked(upload(name, content))
    return refused.value.why


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_is_taken_under_its_own_name(name):
    taken = checked(upload(name, GOOD[name]))
    assert taken.name == name
    assert taken.format.kind == {
        "picture": "picture", "paper": "office", "table": "office", "talk": "office",
        "call": "audio", "tagged": "audio",
    }[name.split(".")[0]] or name == "paper.pdf"  # fmt: skip


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_loses_its_place_and_stands_upright(form):
    sent = picture(form, exif=True)
    assert b"SECRETPHONE" in sent
    kept = checked(upload("a.jpg", sent)).content
    for said in (b"SECRETPHONE", b"Exif", b"eXIf", b"EXIF", b"at home"):
        assert said not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert not image.getexif().get_ifd(GPS)
        assert image.size == (20, 40)  # turned as the camera said
        red, _, blue = image.convert("RGB").getpixel((10, 2))
        assert red > 200 > blue


def test_what_hangs_on_behind_a_picture_goes():
    page = b"<script>alert(1)</script>"
    for content in (picture("JPEG") + page, picture("PNG") + zipped({"evil.exe": b"MZ"})):
        kept = checked(upload("a.png", content)).content
        assert page not in kept
        assert b"evil.exe" not in kept


def test_one_more_pixel_than_the_limit_is_refused_unread(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_MEGAPIXELS", 1)
    assert checked(upload("a.png", huge_png(1000, 1000)))
    assert why("a.png", huge_png(1000, 1001)) is Why.TOO_MANY_PIXELS


def test_a_hundred_megapixels_in_a_hundred_kilobytes(monkeypatch):
    bomb = huge_png(10_000, 10_000)
    assert len(bomb) < 200_000
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    assert why("a.png", bomb) is Why.TOO_MANY_PIXELS


@pytest.mark.parametrize("cut", [12, 40, 60])
def test_half_a_picture_is_unreadable(cut):
    assert why("a.png", picture("PNG")[:cut]) is Why.UNREADABLE
    assert why("a.jpg", picture("JPEG")[:cut]) is Why.UNREADABLE


def test_an_empty_or_too_large_file(settings):
    assert why("a.jpg", b"") is Why.EMPTY
    limit = settings.PINGYI.upload_mb * MEGABYTE
    assert why("a.wav", wav().ljust(limit + 1, b"\0")) is Why.TOO_LARGE
    assert checked(upload("a.wav", wav().ljust(limit, b"\0")))


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<!DOCTYPE html><p>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<svg onload=alert(1)>",
        b"MZ\x90\x00" + b"\0" * 200,
        b"\x7fELF" + b"\0" * 200,
        b"#!/bin/sh\nrm -rf /",
        b"just words",
        b"GIF89a" + b"\0" * 50,
        b"\xff\xfb" + b"no frames at all, only a beginning" * 4,
        b"ID3\x04\0\0\0\0\0\x0a" + b"no sound behind the tags" * 9,
        b"\0",
        zipped({"a.txt": b"x"}),
        compound("Something"),
        ogg(b"\x80theora"),
    ],
)
def test_what_is_on_no_list_is_refused_by_every_name(content):
    for name in ("a.jpg", "a.pdf", "a.docx", "a.mp3", "a.html", "a"):
        assert why(name, content) in (Why.UNKNOWN, Why.BROKEN)


def test_phones_pictures_and_videos_get_a_plain_word():
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    assert why("IMG_1.HEIC", heic) is Why.HEIC
    assert "JPEG" in Why.HEIC.zh
    assert why("a.mp4", mpeg4(b"vide", b"soun", brand=b"isom")) is Why.VIDEO
    assert checked(upload("voice.mp4", mpeg4(b"soun", brand=b"mp42"))).format.suffix == "m4a"


def test_boxes_that_lie_about_their_length():
    whole = mpeg4(b"soun")
    assert why("a.m4a", whole[:-3]) is Why.BROKEN
    assert why("a.m4a", b"\0\0\0\x01ftypM4A " + b"\xff" * 8) is Why.BROKEN
    assert why("a.m4a", b"\0\0\0\x04ftypM4A " + b"\0" * 40) is Why.BROKEN


def test_a_name_that_promises_another_kind():
    for name in ("a.pdf", "a.docx", "a.mp3", "a.exe", "a.html", "a.svg", "a.jpg.exe"):
        assert why(name, picture()) is Why.MISMATCH
    assert why("a.jpg", pdf()) is Why.MISMATCH
    # Messengers mix the picture formats up: that harms nobody, and the name is put right.
    assert checked(upload("a.PNG", picture("JPEG"))).name == "a.jpg"


class TestPdf:
    def test_it_begins_and_ends_as_a_pdf(self):
        assert why("a.pdf", pdf()[:-8]) is Why.BROKEN
        assert why("a.pdf", b"<html>" + pdf()) is Why.UNKNOWN
        assert why("a.pdf", pdf() + zipped({"a.exe": b"MZ"})) is Why.BROKEN
        assert checked(upload("a.pdf", pdf() + b"\r\n\0\0"))

    @pytest.mark.parametrize(
        "body",
        [
            b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
            b"<< /S /Java#53cript >>",
            b"<< /S /Launch /F (calc.exe) >>",
            b"<< /Type /EmbeddedFile >>",
        ],
    )
    def test_scripts_and_what_starts_programs(self, body):
        assert why("a.pdf", pdf(body)) is Why.SCRIPT

    def test_compressed_bytes_may_spell_anything(self):
        body = b"<< /Length 30 >> stream\n\x00/JS /JavaScript \xffendstream"
        assert checked(upload("a.pdf", pdf(body)))
        assert why("a.pdf", pdf(b"<< >>\nstream\n no end")) is Why.BROKEN

    def test_packed_objects_are_looked_at_too(self):
        assert checked(upload("a.pdf", pdf(packed(b"<< /Type /Catalog >>"))))
        for script in (
            b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
            b"<< /S /Java#53cript >>",
            b"<< /S /Launch /F (calc.exe) >>",
        ):
            assert why("a.pdf", pdf(packed(script))) is Why.SCRIPT
            assert why("a.pdf", pdf(packed(script, kind=b"/Type /Obj#53tm"))) is Why.SCRIPT
            assert why("a.pdf", pdf(packed(script, kind=b""))) is Why.SCRIPT
            assert why("a.pdf", pdf(packed(b"<< >>") + packed(script))) is Why.SCRIPT
            plain = packed(script, filters=b"", content=b"5 0 " + script)
            assert why("a.pdf", pdf(plain)) is Why.SCRIPT
            listed = packed(script, filters=b"/Filter [ /FlateDecode ]")
            assert why("a.pdf", pdf(listed)) is Why.SCRIPT

    @pytest.mark.parametrize(
        "filters",
        [
            b"/Filter /ASCIIHexDecode",
            b"/Filter [/ASCII85Decode /FlateDecode]",
            b"/Filter [/FlateDecode /FlateDecode]",
            b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>",
            b"/Filter 7 0 R",
        ],
    )
    def test_objects_packed_as_nobody_packs_them_are_not_taken(self, filters):
        assert why("a.pdf", pdf(packed(b"<< >>", filters=filters))) is Why.UNPACKS_HUGE

    def test_packed_objects_that_cannot_be_looked_at_are_not_taken(self, monkeypatch):
        locked = b" endobj 9 0 obj << /Encrypt 8 0 R >>"
        assert why("a.pdf", pdf(packed(b"<< >>") + locked)) is Why.PROTECTED
        assert checked(upload("a.pdf", pdf(b"<< /Encrypt 8 0 R >>")))
        broken = packed(b"", content=b"no such thing")
        assert why("a.pdf", pdf(broken)) is Why.BROKEN
        monkeypatch.setattr(pdf_check, "INFLATED", 1000)
        assert checked(upload("a.pdf", pdf(packed(b"x" * 800))))
        assert why("a.pdf", pdf(packed(b"x" * 600) * 2)) is Why.UNPACKS_HUGE
        assert why("a.pdf", pdf(packed(b"x" * 10**7))) is Why.UNPACKS_HUGE


class TestOffice:
    @pytest.mark.parametrize(
        "more",
        [
            {"word__vbaProject.bin": b"x"},
            {"word__activeX__activeX1.xml": b"x"},
            {"word__embeddings__oleObject1.bin": b"x"},
            {"word__evil.exe": b"MZ"},
        ],
    )
    def test_macros_and_programs(self, more):
        assert why("a.docx", docx(**more)) is Why.MACROS

    @pytest.mark.parametrize(
        ("kind", "target", "taken"),
        [
            ("attachedTemplate", "https://example.org/t.dotm", False),
            ("attachedTemplate", "\\\\10.0.0.1\\t.dotm", False),
            ("attachedTemplate", "file://10.0.0.1/t.dotm", False),
            ("oleObject", "&#104;ttp://example.org/x", False),
            ("frame", "mhtml:http://example.org/x!x", False),
            ("attachedTemplate", "file:///C:/Users/wang/Normal.dotm", True),
            ("hyperlink", "https://example.org/", True),
            ("image", "https://example.org/a.png", True),
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_what_is_fetched_from_elsewhere_on_opening(self, kind, target, taken, encoding):
        rels = (
            f'<?xml version="1.0" encoding="{encoding}"?><Relationships><Relationship Id="r1" '
            f'Type="http://x/relationships/{kind}" Target="{target}" TargetMode="External"/>'
            "</Relationships>"
        ).encode(encoding)
        content = docx(**{"word/_rels/settings.xml.rels": rels})
        if taken:
            assert checked(upload("a.docx", content)).name == "a.docx"
        else:
            assert why("a.docx", content) is Why.CALLS_OUT

    def test_relations_with_a_document_type(self):
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Relationships/>'
        assert why("a.docx", docx(**{"_rels/.rels": bomb})) is Why.UNPACKS_HUGE

    def test_a_document_that_only_says_it_has_macros(self):
        said = b'<Types><Override ContentType="application/x.sheet.macroEnabled.main+xml"/></Types>'
        assert why("a.xlsx", zipped({"[Content_Types].xml": said})) is Why.MACROS

    def test_old_documents_with_macros_or_a_password(self):
        assert why("a.doc", compound("WordDocument", "_VBA_PROJECT")) is Why.MACROS
        assert why("a.xls", compound("Workbook", "_VBA_PROJECT_CUR")) is Why.MACROS
        assert why("a.doc", compound("WordDocument", "\x01Ole10Native")) is Why.MACROS
        assert why("a.docx", compound("EncryptedPackage")) is Why.PROTECTED

    def test_a_bomb_is_not_unpacked(self):
        bomb = docx(word__media=b"\0" * 60 * MEGABYTE)
        assert len(bomb) < MEGABYTE
        assert why("a.docx", bomb) is Why.UNPACKS_HUGE

    def test_many_parts_twice_the_same_or_out_of_the_folder(self):
        many = {f"word/{n}.xml": b"" for n in range(5001)}
        assert why("a.docx", zipped({"[Content_Types].xml": b"", **many})) is Why.UNPACKS_HUGE
        assert why("a.docx", docx(**{"..__..__etc__passwd": b"x"})) is Why.UNPACKS_HUGE
        assert why("a.docx", docx(**{"C:__x": b"x"})) is Why.UNPACKS_HUGE

    def test_nothing_before_behind_or_beside(self):
        assert why("a.docx", docx() + b"<html>") is Why.BROKEN
        assert why("a.docx", docx() + docx()[:-2] + b"\x05\0hello") is Why.BROKEN
        assert why("a.docx", b"MZ" + docx()) is Why.UNKNOWN
        assert why("a.docx", docx()[:-30] + docx()[-22:]) is Why.BROKEN

    def test_an_old_document_cut_short(self):
        assert why("a.doc", compound("WordDocument")[:600]) is Why.BROKEN


class TestNames:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("../../etc/passwd.jpg", "passwd.jpg"),
            ("..\\..\\windows\\win.jpg", "win.jpg"),
            ("C:\\fakepath\\现场照片.jpg", "现场照片.jpg"),
            ("/etc/.jpg", "jpg.jpg"),
            (".htaccess.jpg", "htaccess.jpg"),
            ("a\r\nSet-Cookie: x=1.jpg", "a Set-Cookie x=1.jpg"),
            ("photo\u202egpj.exe.jpg", "photogpj.exe.jpg"),
            ("x\0.jpg", "x.jpg"),
            ('a"b<c>.jpg', "a b c.jpg"),
            ("con.jpg", "file con.jpg"),
            ("", "file.jpg"),
            ("现场", "现场.jpg"),
            ("a.JPEG", "a.jpeg"),
            ("1.2.2026 现场", "1.2.2026 现场.jpg"),
            ("长" * 300 + ".jpg", "长" * 96 + ".jpg"),
        ],
    )
    def test_they_are_safe_and_still_tell(self, given, shown):
        sent = upload("x", picture())
        sent._name = given  # as a client may send it, past the framework's own cleaning
        assert checked(sent).name == shown


def test_a_refusal_speaks_both_languages():
    from django.utils.translation import override

    with pytest.raises(Refused) as refused:
        checked(upload("a.pdf", picture()))
    with override("zh-hans"):
        assert str(refused.value) == "内容是图片，与文件名的后缀 .pdf 不符"
    with override("en"):
        assert "“Picture”" in str(refused.value)
    with override("en"):
        assert "50 million" in str(Refused(Why.TOO_MANY_PIXELS, limit=50))


def test_a_single_short_frame_is_a_recording():
    assert checked(upload("a.mp3", mp3(1))).format.suffix == "mp3"

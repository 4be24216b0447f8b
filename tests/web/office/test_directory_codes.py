"""Codes on paper: what they say, that names fit, and that many go out in one piece."""

from __future__ import annotations

import hashlib
import io
import re
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile

import pytest
from django.test import Client

from pingyi.directory.models import PointCode, ServicePoint
from pingyi.people.roles import Role
from pingyi.web.office import posters
from pingyi.web.office.directory_codes import zipped
from pingyi.web.office.posters import Card
from tests.directory.build import NOW, load_file
from tests.directory.files import CITY, city, xlsx
from tests.staff import signed_in, staff

LONGEST = "企业开办暨食品经营许可证件延续换发与外商投资企业年报咨询综合受理窗口" * 4
WORDS = "Window No. 123 for the Registration of Foreign-Invested Enterprises and Branch Offices"
NAMES = ["窗", LONGEST, WORDS, "W" * 120, "买买提·吐尔逊 " * 12, "<b>&'\""]
CARD = Card(
    "江岸区人力资源局", "综合1号窗口", "k7m2pq9d3", "https://pingyi.example.gov.cn/r/k7m2pq9d3"
)


@pytest.fixture
def system(db) -> Client:
    load_file(xlsx(CITY))
    return signed_in(staff("sysadmin", Role.SYSTEM_ADMIN))


def sent(response) -> str:
    return b"".join(response).decode()


def test_one_code_as_svg(system, settings):
    code = PointCode.objects.order_by("pk").first()
    answer = system.get(f"/office/directory/points/{code.point_id}/code.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.decode() == posters.qr_svg(f"{settings.PINGYI.public_url}/r/{code.code}")
    ET.fromstring(answer.content)


def test_the_code_drawn_is_the_code_meant():
    """The path, read back module by module, is what segno makes of the address."""
    import segno

    svg = ET.fromstring(posters.qr_svg(CARD.address))
    path = svg.find("{http://www.w3.org/2000/svg}path").get("d")
    dark = {
        (int(x) + step, int(float(y)))
        for x, y, run in re.findall(r"M(\d+) ([\d.]+)h(\d+)", path)
        for step in range(int(run))
    }
    matrix = segno.make(CARD.address, error="q", micro=False, boost_error=False).matrix
    assert dark == {
        (x + 4, y + 4) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell
    }
    assert svg.get("viewBox") == f"0 0 {len(matrix) + 8} {len(matrix) + 8}"


@pytest.mark.parametrize(("per_page", "pages"), [("1", 2), ("4", 1), ("9", 1), ("7", 2), ("x", 2)])
def test_a_units_sheets(system, per_page, pages):
    page = sent(system.get(f"/office/directory/units/B1/sheets/?per_page={per_page}"))
    assert page.count('class="sheet"') == pages
    for code in PointCode.objects.filter(point__unit__code="B1"):
        assert posters.spoken(code.code) in page
        assert f"/r/{code.code}" in page
    assert "扫一扫，评一评" in page
    assert "Scan to rate" in page
    assert "style=" not in page


def test_sheets_hold_what_is_in_use_now(system):
    from pingyi.directory import actions

    by = {"by": staff("x"), "at": NOW}
    retired = ServicePoint.objects.get(name="自助终端")
    actions.retire_point(point=retired, **by)
    old = PointCode.objects.get(point__name="综合1号窗口")
    new = actions.replace_code(code=old, reason="x", **by)
    page = sent(system.get("/office/directory/units/B1/sheets/"))
    assert new.code in page
    assert old.code not in page
    assert retired.codes.get().code not in page
    alone = sent(system.get(f"/office/directory/units/B1/sheets/?point={retired.pk}"))
    assert "没有可打印的二维码" in alone


@pytest.mark.parametrize(
    "name", ["窗", LONGEST[:120], WORDS, "W" * 120, "买买提·吐尔逊 " * 12, "<b>&'\""]
)
def test_every_name_fits_its_place(name):
    drawn = ET.fromstring(
        posters.card_svg(Card(name[:120], name[:120], "k7m2pq9d3", "https://x/r/1"))
    )
    texts = list(drawn.iter("{http://www.w3.org/2000/svg}text"))
    whole = "".join(text.text.replace(" ", "") for text in texts)
    assert whole.count(name[:120].strip().replace(" ", "")) == 2, "nothing is cut off"
    for text in texts:
        assert posters._ems(text.text) * float(text.get("font-size")) <= 181
        assert 0 < float(text.get("y")) < posters.HEIGHT
    ys = [float(text.get("y")) for text in texts]
    assert ys == sorted(ys)
    assert not [y for y in ys if 111 < y < 240], "the code stands free"


def test_words_and_marks_stay_together():
    lines = posters.broken("企业开办（含帮办代办、跨省通办）Window No.123", 3)
    assert len(lines) == 3
    assert not any(line.startswith(("、", "）", "）", "，")) for line in lines)
    assert any("Window" in line for line in lines)


def test_all_codes_in_one_archive(system):
    load_file(xlsx(city(points=[*CITY["points"], ["S1", "../窗口/二 <b>", "window", "", ""]])))
    found = zipfile.ZipFile(io.BytesIO(b"".join(system.get("/office/directory/codes.zip"))))
    assert found.testzip() is None
    names = found.namelist()
    assert len(names) == len(set(names)) == 5
    assert not any(".." in name or name.startswith("/") for name in names)
    for name in names[:-1]:
        ET.fromstring(found.read(name))
    assert found.read("codes.csv").decode("utf-8-sig").count("/r/") == 4
    narrowed = zipfile.ZipFile(
        io.BytesIO(b"".join(system.get("/office/directory/codes.zip?area=420102001")))
    )
    assert len(narrowed.namelist()) == 3


def test_no_name_in_the_list_is_a_formula():
    card = Card("=HYPERLINK(1)", "@SUM(1)", "234567892", "https://x/r/234567892")
    archive = b"".join(zipped([("U1", card)]))
    listed = zipfile.ZipFile(io.BytesIO(archive)).read("codes.csv").decode("utf-8-sig")
    assert "'=HYPERLINK(1),'@SUM(1)," in listed


def test_units_download_their_own(system):
    from pingyi.directory.models import Unit

    browser = signed_in(staff("u", Role.UNIT_ADMIN, unit=Unit.objects.get(code="S1")))
    found = zipfile.ZipFile(
        io.BytesIO(b"".join(browser.get("/office/directory/codes.zip?unit=B1")))
    )
    assert found.namelist() == ["codes.csv"]


def test_ten_thousand_codes_take_no_more_memory_than_a_few(monkeypatch):
    """What is held while sending is one poster and the list of names, never the archive."""
    monkeypatch.setattr(posters, "_qr", lambda address: (41, _noise(address)))
    rows = (
        (f"U{n // 10}", Card("单位", f"窗口{n}", f"{n:09}", f"https://x/{n}"))
        for n in range(10_000)
    )
    tracemalloc.start()
    sizes = [len(chunk) for chunk in zipped(rows)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sizes) > 9_000, "sent as it is made"
    assert max(sizes[:-1]) < 100_000
    assert peak < 16_000_000 < 20_000_000 < sum(sizes)


def test_many_sheets_are_drawn_one_by_one():
    drawn = posters.pages((CARD for _ in range(10**9)), per_page=4)
    assert next(drawn).count("<g transform") == 8
    assert next(drawn)


@pytest.mark.browser
@pytest.mark.parametrize(("per_page", "pages"), [(1, 2), (4, 1)])
def test_printed_on_a4(chromium_path, system, tmp_path, per_page, pages):
    """Chromium makes exactly as many A4 pages as there are sheets."""
    import subprocess

    from django.contrib.staticfiles import finders

    from tests.browsing import QUIET

    html = sent(system.get(f"/office/directory/units/B1/sheets/?per_page={per_page}"))
    css = finders.find("pingyi/pingyi.css")
    page = tmp_path / "sheets.html"
    page.write_text(re.sub(r'href="[^"]*pingyi\.css"', f'href="file://{css}"', html))
    pdf = tmp_path / "sheets.pdf"
    command = [chromium_path, "--headless", *QUIET, "--no-pdf-header-footer"]
    subprocess.run(
        [*command, f"--print-to-pdf={pdf}", page.as_uri()], check=True, capture_output=True
    )
    content = pdf.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == pages
    assert {tuple(map(round, map(float, box))) for box in _boxes(content)} == {(595, 842)}


def _noise(text: str) -> str:
    """As long as a code's path and as hard to compress."""
    return "".join(hashlib.sha256(f"{text}{n}".encode()).hexdigest() for n in range(50))


def _boxes(content: bytes) -> list[tuple[bytes, bytes]]:
    return re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", content)

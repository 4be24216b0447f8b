"""S11: turned away, he scans, the desk helps: satisfied, no case, and the desk learns nothing."""

from __future__ import annotations

import re

import pytest

from pingyi.casework.models import Case
from pingyi.people.roles import Role
from pingyi.ratings.models import Rating
from tests.scenarios.play import stage

pytestmark = pytest.mark.django_db
WORDS = "我哥就是我哥，终于有人管了。"


def _as_the_desk_sees(play) -> list[str]:
    pages = [play.see(Role.UNIT_ADMIN, page) for page in ("/unit/", "/scoreboard/2026/U1/")]
    return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]


def test_the_story():
    play = stage(unit="蔡店派出所", point="户籍窗口")
    before = _as_the_desk_sees(play)
    he = play.rate("satisfied", comment=WORDS)
    assert Rating.objects.count() == 1
    assert not Case.objects.exists()
    assert _as_the_desk_sees(play) == before

    receipt = he.browser.get(he.track).content.decode()
    assert "满意" not in receipt.replace("不满意", "").replace("满意率", "")
    assert WORDS not in receipt


def test_whether_he_rated_well_or_badly_the_desk_sees_the_same():
    play = stage(unit="蔡店派出所", point="户籍窗口")
    before = _as_the_desk_sees(play)
    play.rate("dissatisfied", comment="不给办")
    assert _as_the_desk_sees(play) == before

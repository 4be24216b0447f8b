"""The tripwires themselves trip."""

import socket

import pytest

from tests.tripwires.network import ReachedOut
from tests.tripwires.pages import BadPage, look_over
from tests.tripwires.queries import _fetch_all_shuffled


def test_the_network_is_out_of_reach():
    with socket.socket() as outside, pytest.raises(ReachedOut):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<p style="color:red">',
        '<a href="#" onclick="x()">',
        '<form method="post" action="/office/"><button>x</button></form>',
    ],
)
def test_a_bad_page_is_caught(html):
    with pytest.raises(BadPage):
        look_over(html, "page")


def test_a_good_page_passes():
    look_over(
        '<script src="/static/x.js"></script><form method="post" action="/r/abc"></form>'
        '<form method="post"><input name="csrfmiddlewaretoken"></form>',
        "page",
    )


@pytest.mark.django_db
def test_unordered_lists_are_shuffled():
    from django.db.models.query import QuerySet

    from pingyi.directory.models import Area

    Area.objects.bulk_create(Area(code=f"{n:06}", name=f"{n}", level="district") for n in range(50))
    assert QuerySet._fetch_all is _fetch_all_shuffled
    ordered = [area.code for area in Area.objects.all()]
    assert [area.code for area in Area.objects.order_by()] != ordered == sorted(ordered)

"""The tripwires themselves trip."""

import socket
from pathlib import Path

import pytest

from tests.tripwires.network import ReachedOut
from tests.tripwires.once import touches_database
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


def test_one_that_asks_for_no_database_has_none_and_runs_once(request):
    from pingyi.directory.models import Area

    assert not touches_database(request.node)
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        Area.objects.count()


@pytest.mark.django_db
def test_one_that_is_marked_runs_on_both(request):
    assert touches_database(request.node)


@pytest.mark.one_database
def test_how_a_page_looks_is_asked_on_one_database(db, request):
    assert not touches_database(request.node)


def test_one_whose_fixture_asks_runs_on_both(world, request):
    assert touches_database(request.node)


@pytest.fixture
def world(db) -> None:
    """Somewhere below it, the database."""


def test_whoever_finds_the_database_another_way_is_marked_server():
    modules = {path: path.read_text() for path in Path(__file__).parents[1].rglob("test_*.py")}
    del modules[Path(__file__)]
    ways = ("TEST_DATABASE_URL", '"DATABASE_URL"]', "gateway.serving", "import prepared")
    found = {path.name for path, text in modules.items() if any(way in text for way in ways)}
    marked = {
        path.name
        for path, text in modules.items()
        if path.name in found and "pytest.mark.server" in text
    }
    # These two have an SQLite file of their own, whatever the suite runs on.
    assert found - marked == {"test_backup.py", "test_operations.py"}
    assert "test_faults.py" in marked

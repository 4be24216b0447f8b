"""What differs between two texts of a scheme, clause by clause."""

from __future__ import annotations

import pytest

from pingyi import rulebook
from pingyi.rulebook import reading
from pingyi.rulebook.comparing import Change, differences, lost

FILE = (reading.DEFINITIONS / "wuhan-2023.toml").read_bytes()


def changed(old: bytes, new: bytes) -> rulebook.Scheme:
    assert old in FILE
    return rulebook.draft("wuhan-2023.toml", FILE.replace(old, new))


@pytest.mark.parametrize("name", rulebook.names())
def test_a_text_does_not_differ_from_itself(name: str):
    scheme = rulebook.scheme(name)
    assert differences(scheme, scheme) == []
    again = rulebook.model.DECODER.decode(_written(scheme))
    assert differences(scheme, again) == [], "kept and read back"


def _written(scheme: rulebook.Scheme) -> str:
    from pingyi.directory.models import written

    return written(scheme)


def test_a_changed_clause_says_what_it_was_and_is():
    [one] = differences(rulebook.scheme("wuhan-2023"), changed(b"each = -3", b"each = -5"))
    assert (one.place, one.what) == ("points.verified-bad-rating", "changed")
    assert one.zh == "每查实一件差评扣 3 分，当即扣除。"
    assert one.changes == (Change("each", "-3", "-5"),)


def test_a_clause_that_came_and_one_that_went():
    gone = FILE[FILE.index(b"[groups.medical]") : FILE.index(b"[groups.utilities]")]
    before, after = rulebook.scheme("wuhan-2023"), changed(gone, b"")
    assert [(one.place, one.what) for one in differences(before, after)] == [
        ("groups.medical", "gone")
    ]
    assert [(one.place, one.what) for one in differences(after, before)] == [
        ("groups.medical", "new")
    ]
    assert lost(before, after, ("groups",)) == ["groups.medical"]
    assert lost(before, after, ("clocks",)) == []


def test_another_order_is_told():
    start, middle, end = (
        FILE.index(each)
        for each in (b"[points.verified-bad-rating]", b"[points.breach]", b"[floor]")
    )
    first, second = FILE[start:middle], FILE[middle:end]
    [one] = differences(
        rulebook.scheme("wuhan-2023"), changed(first + second, second + b"\n" + first)
    )
    assert one.place == "points"
    assert one.changes == (
        Change("order", "verified-bad-rating, breach", "breach, verified-bad-rating"),
    )


def test_remarks_are_no_difference():
    remark = changed(b"[floor]", b"# a remark\n[floor]")
    assert remark.digest != rulebook.scheme("wuhan-2023").digest
    assert differences(rulebook.scheme("wuhan-2023"), remark) == []

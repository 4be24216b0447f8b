"""A page with a slot: plain and compressed are the same bytes."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi.web.citizen.rendered import SLOT, RenderedPage


@given(before=st.text(), behind=st.text(min_size=1), key=st.text(max_size=60))
def test_the_compressed_page_is_the_plain_one(before, behind, key):
    page = RenderedPage.of(f"{before}{SLOT}{behind}", status=200, language="en")
    assert page.body(key) == (before + key + behind).encode()
    assert gzip.decompress(page.gzipped(key)) == page.body(key)


def test_two_views_differ_by_their_key_alone():
    page = RenderedPage.of(f"<p>{SLOT}</p>", status=200, language="en")
    assert page.body("one").replace(b"one", b"two") == page.body("two")


@pytest.mark.parametrize("key", ["", "a-key"])
def test_a_page_without_a_slot_takes_no_key(key):
    page = RenderedPage.of("<p>whole</p>", status=404, language="en")
    assert page.body(key) == gzip.decompress(page.gzipped(key)) == b"<p>whole</p>"

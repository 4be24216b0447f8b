"""Bodies nobody would send in good faith, and some that are nearly right."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from hypothesis import strategies as st

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
_LEVELS = st.sampled_from(
    ["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]
)
_REASONS = st.lists(
    st.sampled_from(["214", "207", "115", "108", "307", "510", "408", "000", ""]), max_size=20
)
_PHONES = st.from_regex(r"\A1[0-9]{10}\Z") | st.text(max_size=12)
_LONG = st.builds(
    lambda letter, count: letter * count, st.sampled_from("a好é👍\x00"), st.integers(498, 503)
)
_TEXT = st.text(max_size=30) | _LONG | st.text(alphabet="好\n\t\r\x00\u0301e👨‍👩‍👧", max_size=40)


def fields(code: str) -> st.SearchStrategy[dict]:
    """A rating's fields, each right, wrong or left out."""

    def maybe(right: st.SearchStrategy) -> st.SearchStrategy:
        return st.one_of(right, right, right, _JSON)

    return st.fixed_dictionaries(
        {},
        optional={
            "point": st.one_of(st.just(code), st.just(code), st.just(code), _JSON),
            "level": maybe(_LEVELS),
            "key": maybe(st.uuids().map(str)),
            "reasons": maybe(_REASONS),
            "comment": maybe(_TEXT),
            "contact": maybe(
                st.fixed_dictionaries(
                    {}, optional={"phone": _PHONES, "call_back": st.booleans(), "x": _JSON}
                )
            ),
            "private_word": maybe(st.text(max_size=12) | _LONG),
            "matter": maybe(st.text(max_size=12) | _LONG),
            "staff": maybe(st.text(max_size=25)),
            "more": _JSON,
        },
    )


def nearly_right(code: str) -> st.SearchStrategy[dict]:
    """Fields of which most pass."""
    return st.fixed_dictionaries(
        {"point": st.just(code), "level": _LEVELS, "key": st.uuids().map(str)},
        optional={"comment": _TEXT, "reasons": _REASONS, "staff": st.text(max_size=20)},
    )


def bodies(code: str) -> st.SearchStrategy[bytes]:
    """JSON bodies, whole and broken."""
    as_json = st.one_of(fields(code), nearly_right(code), _JSON).map(
        lambda content: json.dumps(content).encode()
    )
    broken = st.tuples(as_json, st.integers(0, 400)).map(lambda pair: pair[0][: pair[1]])
    return st.one_of(as_json, as_json, as_json, broken, st.binary(max_size=200))


def forms(code: str) -> st.SearchStrategy[bytes]:
    """Form bodies, whole and broken."""
    whole = st.one_of(fields(code), nearly_right(code)).map(
        lambda content: urlencode(content, doseq=True, errors="replace").encode()
    )
    return st.one_of(whole, whole, st.binary(max_size=200))

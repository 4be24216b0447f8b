"""Text in one form, found again by every word of it."""

import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi.kernel.text import (
    clean_text,
    has_control_characters,
    length,
    normalise_phone,
    phone_is_valid,
    spaced_hanzi,
)

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(ANY_TEXT)
def test_clean_text_can_be_stored_and_is_clean(text):
    clean = clean_text(text)
    assert not has_control_characters(clean)
    assert unicodedata.is_normalized("NFC", clean)
    assert clean_text(clean) == clean
    clean.encode()


@given(ANY_TEXT)
def test_control_characters_are_found_by_their_category(text):
    found = any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text)
    assert has_control_characters(text) == found


def test_what_stays_and_what_goes():
    assert clean_text("一\r\n二\r三\t四\n") == "一\n二\n三\t四\n"
    assert clean_text("a\x00b\x1bc\x7fd\x85e\ud800") == "abcde"
    assert clean_text("f\ufffeg\uffff") == "fg", "no letters, and no XML holds them"
    assert clean_text("e\u0301 👨‍👩‍👧 𠮷 ئۇيغۇر") == "é 👨‍👩‍👧 𠮷 ئۇيغۇر"
    assert has_control_characters("a\r\nb")
    assert not has_control_characters("a\n\tb")


def test_length_is_counted_in_code_points_after_nfc():
    assert length("𠮷" * 500) == 500
    assert length("e\u0301") == 1
    assert length("👨‍👩‍👧") == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("社保卡12345", "社 保 卡 12345"),
        ("𠮷野家", "𠮷 野 家"),
        ("二〇二六年", "二 〇 二 六 年"),
        ("㐀豈人々", "㐀 豈 人 々"),
        ("打１２３４５，WiFi!", "打 12345 wifi"),
        ("snake_case A-B", "snake case a b"),
        ("买买提·吐尔逊", "买 买 提 吐 尔 逊"),
        (" 。", ""),
    ],
)
def test_each_hanzi_is_a_word(text, words):
    assert spaced_hanzi(text) == words


@given(st.text(), st.sampled_from("社保𠮷々〇㐀"))
def test_hanzi_stand_alone_wherever_they_stand(text, hanzi):
    words = spaced_hanzi(f"{text}{hanzi}{text}").split(" ")
    assert hanzi in words
    assert spaced_hanzi(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize("query", ["社保", "态度", "𠮷野", "12345", "窗口"])
def test_a_full_text_index_finds_two_characters(query):
    texts = ["社保窗口态度差", "打12345热线", "𠮷野先生", "保社", "窗户口"]
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table words using fts5(body, tokenize='unicode61')")
    index.executemany("insert into words values (?)", [(spaced_hanzi(text),) for text in texts])
    found = index.execute(
        "select rowid from words where words match ?", [f'"{spaced_hanzi(query)}"']
    )
    expected = [number for number, text in enumerate(texts, start=1) if query in text]
    assert [row[0] for row in found] == expected
    assert expected


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_phones_in_their_usual_forms(number):
    assert phone_is_valid(number)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    for written in (number, f"+86 {number}", f"0086{number}", f"86-{number}", wide):
        assert normalise_phone(written) == number
    assert normalise_phone(f" {number[:3]} {number[3:7]}－{number[7:]}\n") == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12812341234",
        "1381234123",
        "138123412345",
        "１３８１２３４１２３４",
        "13812341234\n",
        "٣٨",
    ],
)
def test_no_phones(text):
    assert not phone_is_valid(text)


def test_what_is_no_mobile_number_is_left_as_it_is():
    assert normalise_phone("027-8612") == "0278612"
    assert normalise_phone("8612345") == "8612345"

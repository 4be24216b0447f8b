"""No personal number survives in free text, and no ordinary number is taken for one."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi.kernel.masking import mask_matter_no, mask_name, mask_phone, redact, without

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
GAPS = st.sampled_from([" ", "-", "—", "－", "·", ".", "　", "--", "\u200b"])
GROUPINGS = st.sampled_from(
    [(3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 8), (7, 4), (5, 6), (6, 5), (1,) * 11]
)
WORDS = st.sampled_from(["窗口的人说", "请打", "（", "手机：", "\n", "，", "call ", "QQ", "𠮷", ""])
ORDINARY = st.sampled_from(
    [
        "2026-11-21 18:40",
        "2017年8月29日",
        "20261121",
        "20261121184000",
        "1998-2008年500人",
        "1995-10-10 100元",
        "2016 2017 2018 2019",
        "13,812,341,234.50元",
        "共计1100963.27元",
        "12345热线",
        "0731-12345",
        "12319",
        "（建规（地）字第1606011号",
        "GB 18483-2001",
        "第241-260号",
        "UU0081480",
        "武政函〔2026〕124号",
        "4000 5000 6000 7000",
        "8:30-17:00",
        "1.5公里",
        "30.5928,114.3055",
    ]
)


def digits_of(text):
    return "".join(str(unicodedata.decimal(character, "")) for character in text)


def split(number, sizes, gap):
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return gap.join(parts)


def wide(number):
    return "".join(chr(ord(character) + 0xFEE0) for character in number)


def assert_gone(number, before, after):
    text = redact(f"{before}{number}{after}")
    left = digits_of(text.removeprefix(before).removesuffix(after))
    assert left == "", text
    assert text.startswith(before)
    assert text.endswith(after)


@given(MOBILES, WORDS, WORDS)
def test_mobile_numbers_go(number, before, after):
    assert_gone(number, before, after)
    assert_gone(wide(number), before, after)
    assert_gone("+86" + number, before, after)
    assert_gone("＋８６ " + number, before, after)
    assert_gone("86-" + number, before, after)
    assert_gone("0" + number, before, after)


@given(MOBILES, GROUPINGS, GAPS, WORDS, WORDS)
def test_mobile_numbers_with_gaps_go(number, sizes, gap, before, after):
    assert_gone(split(number, sizes, gap), before, after)
    assert_gone(wide(split(number, sizes, "-")), before, after)


@given(MOBILES)
def test_a_date_glued_to_a_number_does_not_hide_it(number):
    assert redact(f"电话{number}2017年9月8日") == "电话［手机号］2017年9月8日"
    assert redact(f"电话{number}.2018年") == "电话［手机号］.2018年"
    assert redact("电话0746-62250772019年5月") == "电话［电话］2019年5月"


def test_several_numbers_in_one_text():
    text = "张三13812341234、李四 139 1234 1234；证号420106198001011234，卡6222021234567890128。"
    assert redact(text) == "张三［手机号］、李四 ［手机号］；证号［证件或卡号］，卡［证件或卡号］。"
    assert redact("1381234123413912341234") == "［证件或卡号］"


BIRTHDAYS = st.dates().filter(lambda day: 1900 <= day.year <= 2026).map("{:%Y%m%d}".format)


@given(st.from_regex(r"[1-8][0-9]{5}", fullmatch=True), BIRTHDAYS, WORDS, WORDS, GAPS)
def test_identity_numbers_go(area, birthday, before, after, gap):
    for tail in ("1234", "123X", "123x"):
        assert_gone(area + birthday + tail, before, after)
        assert_gone(gap.join([area, birthday, tail]), before, after)
    assert_gone(area + birthday[2:] + "123", before, after)
    assert redact(wide(area + birthday + "123X")) == "［证件或卡号］"


def card(digits):
    """Digits and their check digit, reckoned another way than the code does."""
    for check in "0123456789":
        number = digits + check
        total = 0
        for place, character in enumerate(reversed(number)):
            value = int(character) * (1 + place % 2)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return number
    raise AssertionError


@given(st.from_regex(r"62[0-9]{13}(?:[0-9]{2,3})?", fullmatch=True), WORDS, WORDS, GAPS)
def test_bank_cards_go(digits, before, after, gap):
    number = card(digits)
    assert_gone(number, before, after)
    assert_gone(split(number, (4, 4, 4, 4, len(number) - 16), gap[0]).rstrip(gap), before, after)


@pytest.mark.parametrize(
    "number",
    ["027-85551234", "02785551234", "（027）85551234", "0731—8255123", "010 66551234",
     "0746--2213405", "０７３１－８２５５１２３", "0731-85551234-6105", "0731-85551234转8012"],
)  # fmt: skip
def test_landlines_with_their_area_code_go(number):
    assert redact(f"拨打{number}，") == "拨打［电话］，"
    assert redact(f"拨打{number}，", landlines=False) == f"拨打{number}，"
    assert redact("13812341234", landlines=False) == "［手机号］"


@given(st.lists(ORDINARY, max_size=6), WORDS)
def test_ordinary_numbers_stay(numbers, word):
    text = f"，{word}，".join(numbers)
    assert redact(text) == text


@given(ORDINARY, MOBILES, ORDINARY)
def test_ordinary_numbers_do_not_hide_a_mobile_number(before, number, after):
    assert redact(f"{before}，{number}。{after}") == f"{before}，［手机号］。{after}"


NUMBERS = MOBILES | ORDINARY | st.sampled_from([" ", "-", "1", "19", "420106", "转"])


@given(st.lists(NUMBERS | WORDS | st.text(max_size=3)).map("".join))
def test_redacting_twice_changes_nothing(text):
    once = redact(text)
    assert redact(once) == once
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", once)


@given(MOBILES)
def test_a_phone_on_a_screen(number):
    assert mask_phone(number) == number[:3] + "****" + number[7:]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("02785551234", "*********34"),
        ("１３８１２３４１２３４", "*********３４"),
        ("138123412345", "*********345"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_another_number_on_a_screen(value, shown):
    assert mask_phone(value) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("买买提·吐尔逊", "买**·***"),
        ("𠮷野家", "𠮷**"),
        ("张", "*"),
        ("Li Na", "L* **"),
        ("*三", "**"),
        ("·", "·"),
        ("", ""),
    ],
)
def test_a_name_on_a_screen(name, shown):
    assert mask_name(name) == shown


@given(st.text())
def test_of_a_name_one_letter_stays_at_most(name):
    shown = mask_name(name)
    assert len(shown) == len(name)
    differing = [a for a, b in zip(name, shown, strict=True) if a == b and a not in "*·•・.-"]
    assert sum(not letter.isspace() for letter in differing) <= 1


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("420106202611210001", "*" * 14 + "0001"),
        ("2026-0017", "*******17"),
        ("17", "**"),
        ("", ""),
    ],
)
def test_a_matter_number_on_a_screen(number, shown):
    assert mask_matter_no(number) == shown


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        ("我叫张三丰，张三丰的丰", ["张三丰"], "我叫［姓名］，［姓名］的丰"),
        ("张 三·丰来过", ["张三丰"], "［姓名］来过"),
        ("LI NA 和 Lina", ["Li Na"], "［姓名］ 和 ［姓名］"),
        ("李四光与李四", ["李四", "李四光"], "［姓名］与［姓名］"),
        ("a.b (c)", ["(c)", "··", ""], "a.b ［姓名］"),
    ],
)
def test_names_that_are_known_are_taken_out(text, names, left):
    assert without(text, names) == left

"""What the doors answer, as in the interface: statuses, fields named, one rating per key."""

from __future__ import annotations

import json
import unicodedata
import uuid
from datetime import timedelta

from django.utils import timezone

from pingyi.gateway import front as front_module
from pingyi.ratings.models import Contact, PointTally, Rating
from tests.gateway.driving import request
from tests.ratings.city import issue

LONG_NFC = unicodedata.normalize("NFD", "é" * 500)  # 1,000 code points that are 500
GROWS = "\u0958" * 251  # 251 code points that NFC makes 502


def test_a_rating_is_acknowledged_once_it_is_stored(driver, city):
    answer = driver.rate(city.fields())
    assert answer.status == 201
    receipt = Rating.objects.get().receipt
    assert answer.json() == {"receipt": receipt, "track": f"/t/{receipt}"}


def test_a_retry_gets_the_same_receipt_and_other_content_is_refused(driver, city):
    fields = city.fields(comment="好")
    first = driver.rate(fields)
    again = driver.rate(fields)
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    other = driver.rate(fields | {"comment": "很好"})
    assert other.status == 409
    assert "receipt" not in other.json()
    assert Rating.objects.count() == 1


def test_twenty_taps_at_once_count_once(driver, city):
    body = json.dumps(city.fields()).encode()
    answers = driver.run(*(request("POST", "/api/v1/ratings", body) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({answer.body for answer in answers}) == 1
    assert Rating.objects.count() == PointTally.objects.get().count == 1


WRONG = [
    ({"level": "very_satisfied"}, {"level"}),
    ({"level": "superb"}, {"level"}),
    ({"level": 5}, {"level"}),
    ({"level": ["satisfied"]}, {"level"}),
    ({"level": None}, {"level"}),
    ({"key": None}, {"key"}),
    ({"key": "1"}, {"key"}),
    ({"key": "g" * 32}, {"key"}),
    ({"key": 12}, {"key"}),
    ({"reasons": ["214"]}, {"reasons"}),
    ({"reasons": ["999"]}, {"reasons"}),
    ({"reasons": "510"}, {"reasons"}),
    ({"reasons": [510]}, {"reasons"}),
    ({"reasons": {"510": True}}, {"reasons"}),
    ({"comment": "好" * 501}, {"comment"}),
    ({"comment": GROWS}, {"comment"}),
    ({"comment": "a\u0007"}, {"comment"}),
    ({"comment": "a\u0000"}, {"comment"}),
    ({"comment": "a\u0085"}, {"comment"}),
    ({"comment": "a\r\nb"}, {"comment"}),
    ({"comment": 7}, {"comment"}),
    ({"contact": "13812341234"}, {"contact"}),
    ({"contact": {}}, {"contact.phone"}),
    ({"contact": {"call_back": True}}, {"contact.phone"}),
    ({"contact": {"phone": "12812341234"}}, {"contact.phone"}),
    ({"contact": {"phone": "1381234123"}}, {"contact.phone"}),
    ({"contact": {"phone": "138123412345"}}, {"contact.phone"}),
    ({"contact": {"phone": "１３８12341234"}}, {"contact.phone"}),
    ({"contact": {"phone": "13812341234\n"}}, {"contact.phone"}),
    ({"contact": {"phone": "+8613812341234"}}, {"contact.phone"}),
    ({"contact": {"phone": 13812341234}}, {"contact.phone"}),
    ({"contact": {"phone": "13812341234", "call_back": "yes"}}, {"contact.call_back"}),
    ({"contact": {"phone": "13812341234", "name": "x"}}, {"contact.name"}),
    ({"private_word": "x"}, {"private_word"}),
    ({"private_word": "x" * 65}, {"private_word"}),
    ({"private_word": "a\nb"}, {"private_word"}),
    ({"matter": "9" * 65}, {"matter"}),
    ({"matter": 9}, {"matter"}),
    ({"staff": "0" * 21}, {"staff"}),
    ({"staff": "0\t1"}, {"staff"}),
    ({"mood": "good"}, {"mood"}),
    ({"level": "dissatisfied"}, {"comment"}),
    ({"level": "dissatisfied", "comment": " \n "}, {"comment"}),
    ({"level": "dissatisfied", "reasons": []}, {"comment"}),
    ({"level": "dissatisfied", "comment": "\u200b\u3000\u3164\ufe0f"}, {"comment"}),
    ({"level": "dissatisfied", "reasons": ["510"]}, {"reasons"}),
    (
        {"level": "x", "key": "x", "comment": 1, "matter": [], "mood": 1, "contact": 0},
        {"level", "key", "comment", "matter", "mood", "contact"},
    ),
]


def test_every_wrong_field_is_named_and_nothing_is_stored(driver, city):
    for changed, wrong in WRONG:
        answer = driver.rate(city.fields(**changed))
        assert answer.status == 422, changed
        assert answer.json()["errors"].keys() == wrong, changed
        assert answer.json()["codes"].keys() == wrong
    assert not Rating.objects.exists()


POINTLESS = [
    ({}, {"point", "level", "key"}),
    ({"point": None, "level": "satisfied", "key": "1"}, {"point", "key"}),
    ({"point": 7, "level": "superb", "mood": 1}, {"point", "level", "key", "mood"}),
    ({"level": "dissatisfied", "key": "0" * 32}, {"point", "comment"}),
    ({"level": "dissatisfied", "key": "0" * 32, "reasons": ["214"]}, {"point"}),
]


def test_without_a_point_the_other_wrong_fields_are_named_too(driver, city):
    for fields, wrong in POINTLESS:
        answer = driver.rate(fields)
        assert (answer.status, answer.json()["errors"].keys()) == (422, wrong), fields


RIGHT = [
    ({"comment": "好" * 500}, {"comment": "好" * 500}),
    ({"comment": "👨‍👩‍👧" * 100}, {"comment": "👨‍👩‍👧" * 100}),
    ({"comment": LONG_NFC}, {"comment": "é" * 500}),
    ({"comment": "一\n二\t三"}, {"comment": "一\n二\t三"}),
    ({"comment": "'); DROP TABLE ratings_rating; --"}, {}),
    ({"comment": '"\\ {},NULL \\x00'}, {"comment": '"\\ {},NULL \\x00'}),
    ({"comment": ""}, {"comment": ""}),
    ({"reasons": ["510", "408", "510"]}, {"reasons": "408,510"}),
    ({"level": "dissatisfied", "reasons": ["115", "214"]}, {"reasons": "115,214", "level": 2}),
    ({"level": "dissatisfied", "comment": "慢"}, {"level": 2}),
    ({"level": "dissatisfied", "comment": "👎🏿"}, {"comment": "👎🏿"}),
    ({"level": "dissatisfied", "comment": "𠮷"}, {"comment": "𠮷"}),
    ({"staff": "007"}, {"badge": "007"}),
    ({"key": uuid.uuid4().hex.upper()}, {}),
]


def test_what_is_right_is_stored_as_given(driver, city):
    for changed, stored in RIGHT:
        answer = driver.rate(city.fields(**changed))
        assert answer.status == 201, changed
        rating = Rating.objects.get(receipt=answer.json()["receipt"])
        assert {name: getattr(rating, name) for name in stored} == stored


HOSTILE = [
    (b"", 400),
    (b"{", 400),
    (b"level=satisfied", 400),
    (b"\xff\xfe", 400),
    (b'{"comment": "\xed\xa0\x80"}', 400),
    (b'{"comment": "\\ud800"}', 400),
    (b'{"a": NaN}', 400),
    (b"[" * 15000, 400),
    (b'{"a":' * 2500 + b"1" + b"}" * 2500, 400),
    (b"[]", 422),
    (b'"text"', 422),
    (b"null", 422),
    (b"{}", 422),
    (b'{"level": 1e999}', 422),
    (b'{"point": ' + b"9" * 5000 + b"}", 422),
    (b'{"point": "zzz", "level": "satisfied"}', 404),
    (b'{"point": "' + b"2" * 9 + b'"}', 404),
    (b'{"point": "../../etc/passwd\\u0000"}', 404),
    (b" " * (16 * 1024 + 1), 413),
    (b"x" * 10_000_000, 413),
]


def test_hostile_bodies_are_refused_with_a_word(driver, city):
    for body, status in HOSTILE:
        answer = driver.rate(body)
        assert answer.status == status, body[:80]
        assert answer.json()["error"]
    assert not Rating.objects.exists()


def test_a_body_of_16_kb_is_still_read(driver, city):
    body = json.dumps(city.fields()).encode().ljust(16 * 1024)
    assert driver.rate(body).status == 201


def test_a_body_without_a_length_is_bounded_too(driver, city):
    body = json.dumps(city.fields()).encode()
    assert driver.rate(body, parts=[body[:20], body[20:]]).status == 201
    assert driver.rate(b"", parts=[b"x" * 8192] * 1000).status == 413


def test_of_equal_names_the_last_counts(driver, city):
    body = json.dumps(city.fields())[:-1] + ', "level": "basically_satisfied"}'
    assert driver.rate(body.encode()).status == 201
    assert Rating.objects.get().level == 3


def test_a_slow_body_is_given_up_while_others_are_served(driver, city, monkeypatch):
    driver.front._reader._patience = 0.2
    body = json.dumps(city.fields()).encode()
    slow = request("POST", "/api/v1/ratings", headers={}, parts=[b"{", b"}"] * 50, pause=0.1)
    driver.front._reader._look()
    driver.front._reader.stop()

    async def looking() -> None:
        import asyncio

        while slow[1].sent is None:
            await asyncio.sleep(0.05)
            driver.front._reader._look()

    looked = driver.loop.create_task(looking())
    slow_answer, quick = driver.run(slow, request("POST", "/api/v1/ratings", body))
    driver.loop.run_until_complete(looked)
    assert (slow_answer.status, quick.status) == (408, 201)


def test_replaced_and_retired_points_are_gone(driver, city):
    assert driver.rate(city.fields()).status == 201
    new = issue(city.point)
    front_module_clock(driver)
    answer = driver.rate(city.fields())
    assert answer.status == 410
    assert answer.json()["page"] == f"/r/{new}"
    assert driver.rate(city.fields(point=new)).status == 201
    city.point.retired_at = timezone.now()
    city.point.save()
    front_module_clock(driver)
    assert driver.rate(city.fields(point=new)).status == 410
    assert Rating.objects.count() == 2


def front_module_clock(driver) -> None:
    """Let the time pass in which memory is believed."""
    driver.front._memory._looked_at -= front_module.STALE + 1


def test_codes_are_read_as_people_write_them(driver, city):
    dashed = city.code[:3].upper() + "-" + city.code[3:]
    assert driver.rate(city.fields(point=dashed)).status == 201


def test_the_form_leads_to_the_receipt_and_drops_what_pages_add(driver, city):
    fields = {
        "level": "dissatisfied",
        "reasons-dissatisfied": ["214"],
        "reasons-satisfied": ["510"],
        "comment": "等了\r\n很久\x07",
        "phone": " 138 1234-1234",
        "call_back": "on",
        "private_word": "",
        "key": str(uuid.uuid4()),
    }
    answer = driver.form(city.code, fields)
    rating = Rating.objects.get()
    assert answer.status == 303
    assert answer.header("Location") == f"/t/{rating.receipt}"
    assert answer.body == b""
    assert (rating.comment, rating.reasons) == ("等了\n很久", "214")
    assert Contact.objects.get().call_back
    assert driver.form(city.code, fields).header("Location") == f"/t/{rating.receipt}"
    assert Rating.objects.count() == 1


def test_good_and_bad_ratings_are_answered_alike(driver, city):
    good = driver.form(city.code, {"level": "satisfied", "key": str(uuid.uuid4())})
    bad = driver.form(
        city.code, {"level": "dissatisfied", "comment": "慢", "key": str(uuid.uuid4())}
    )
    hidden = [(n, v) for n, v in good.headers if n != "Location"]
    assert hidden == [(n, v) for n, v in bad.headers if n != "Location"]
    assert good.status == bad.status == 303
    assert len(good.header("Location")) == len(bad.header("Location"))


def test_a_bad_rating_wakes_the_opening_of_cases(driver, city):
    driver.rate(city.fields())
    assert driver.woken == 0
    driver.rate(city.fields(level="dissatisfied", comment="慢"))
    assert driver.woken == 1


def test_other_hosts_are_not_served(driver, city):
    answer = driver.rate(city.fields(), headers={"host": "evil.example"})
    assert answer.status == 400
    assert not Rating.objects.exists()


def test_200_ratings_behind_one_address_all_count(driver, city):
    requests = [
        request("POST", "/api/v1/ratings", json.dumps(city.fields()).encode()) for _ in range(200)
    ]
    assert {answer.status for answer in driver.run(*requests)} == {201}
    assert PointTally.objects.get().count == 200
    assert len({bytes(mark) for mark in Rating.objects.values_list("network_mark", flat=True)}) == 1


def test_a_full_queue_says_come_back(driver, city, monkeypatch):
    monkeypatch.setattr(driver.front._gatherer, "_limit", 3)
    requests = [
        request("POST", "/api/v1/ratings", json.dumps(city.fields()).encode()) for _ in range(40)
    ]
    driver.rate(city.fields())
    answers = driver.run(*requests)
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {201, 503}
    busy = next(answer for answer in answers if answer.status == 503)
    assert int(busy.header("Retry-After")) > 0
    assert Rating.objects.count() == 1 + statuses.count(201)


def test_the_log_names_nobody(driver, city):
    answer = driver.rate(
        city.fields(level="dissatisfied", comment="机密", contact={"phone": "13812341234"})
    )
    driver.send("GET", answer.json()["track"])
    driver.front._journal.flush()
    logged = driver.log.getvalue()
    assert "/api/v1/ratings" in logged
    for secret in ("127.0.0.1", "13812341234", "机密", "dissatisfied", answer.json()["receipt"]):
        assert secret not in logged


def test_at_once_after_seasons_change_the_scale_follows(driver, city):
    assert driver.rate(city.fields()).status == 201
    city.season.ends_on = timezone.localdate() - timedelta(days=1)
    city.season.save()
    front_module_clock(driver)
    assert driver.rate(city.fields()).status == 201
    assert Rating.objects.filter(season=None).count() == 1

"""The thin callable and Django's plain views answer alike: status, headers that matter, body."""

from __future__ import annotations

import json
import re
import uuid
from urllib.parse import urlencode

from django.test import Client
from hypothesis import HealthCheck, given, settings

from pingyi.kernel.codes import new_point_code
from pingyi.ratings.models import Rating
from tests.gateway.guesses import bodies
from tests.gateway.test_doors import HOSTILE, RIGHT, WRONG
from tests.ratings.city import issue

HEADERS = (
    "Content-Type",
    "Cache-Control",
    "Content-Security-Policy",
    "Permissions-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Frame-Options",
    "Location",
    "Retry-After",
    "Content-Encoding",
)
_FRESH = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|(?<=/t/)[2-9a-y-]{17}|(?<=receipt\":\")[2-9a-y-]{17}"
)


def seen(status: int, header, body: bytes) -> tuple:
    """What has to be equal: everything but what is made anew each time."""
    headers = {name: header(name) for name in HEADERS}
    if headers["Location"]:
        headers["Location"] = _FRESH.sub(b"*", headers["Location"].encode())
    return status, headers, _FRESH.sub(b"*", body)


def by_front(driver, method: str, path: str, body: bytes, kind: str) -> tuple:
    answer = driver.send(method, path, body, headers={"content-type": kind})
    return seen(answer.status, answer.header, answer.body)


def by_django(method: str, path: str, body: bytes, kind: str) -> tuple:
    client = Client(headers={"host": "127.0.0.1:8000", "accept-language": "zh-CN"})
    response = client.generic(method, path, body, content_type=kind)
    return seen(response.status_code, response.headers.get, response.content)


def same_everywhere(driver, path: str, body: bytes, kind: str, method: str = "POST") -> int:
    front = by_front(driver, method, path, body, kind)
    Rating.objects.all().delete()
    django = by_django(method, path, body, kind)
    assert front[0] == django[0], body
    assert front[1] == django[1]
    assert front[2] == django[2]
    return front[0]


def forget() -> None:
    for model in ("contact", "rating"):
        from django.apps import apps

        apps.get_model("ratings", model).objects.all().delete()


def test_the_api_answers_alike(driver, city):
    bodies_ = [json.dumps(city.fields(**changed)).encode() for changed, _ in WRONG + RIGHT]
    bodies_ += [body for body, _ in HOSTILE]
    old = city.code
    city.code = issue(city.point)
    bodies_ += [json.dumps(city.fields(point=code)).encode() for code in (old, city.code)]
    bodies_.append(json.dumps(city.fields(point=new_point_code())).encode())
    statuses = set()
    for body in bodies_:
        forget()
        statuses.add(same_everywhere(driver, "/api/v1/ratings", body, "application/json"))
    assert statuses == {201, 400, 404, 410, 413, 422}


def test_a_used_key_is_answered_alike(driver, city):
    fields = city.fields()
    assert driver.rate(fields).status == 201
    for changed, status in (({}, 200), ({"comment": "x"}, 409)):
        body = json.dumps(fields | changed).encode()
        front = by_front(driver, "POST", "/api/v1/ratings", body, "application/json")
        assert front == by_django("POST", "/api/v1/ratings", body, "application/json")
        assert front[0] == status


def test_the_form_and_its_page_answer_alike(driver, city):
    form = "application/x-www-form-urlencoded"
    key = str(uuid.uuid4())
    sent = [
        {"level": "satisfied", "key": key},
        {"level": "dissatisfied", "comment": "慢\r\n很慢", "key": key},
        {"level": "dissatisfied", "key": key},
        {"level": "splendid", "key": key},
        {"level": "satisfied", "phone": "123", "key": key},
        {"level": "satisfied"},
        {},
    ]
    statuses = []
    for fields in sent:
        forget()
        body = urlencode(fields).encode()
        statuses.append(same_everywhere(driver, f"/r/{city.code}", body, form))
    assert statuses == [303, 303, 422, 422, 422, 422, 422]
    assert same_everywhere(driver, f"/r/{city.code}", b"x" * 20_000, form) == 413
    for path, status in ((city.code, 200), (new_point_code(), 404), ("x", 404)):
        assert same_everywhere(driver, f"/r/{path}", b"", "", method="GET") == status


def test_a_longer_address_is_no_point_to_either(driver, city):
    body = urlencode({"level": "satisfied", "key": str(uuid.uuid4())}).encode()
    kind = "application/x-www-form-urlencoded"
    for method in ("GET", "HEAD", "POST"):
        for path in (f"/r/{city.code}/", f"/r/{city.code}/x"):
            assert by_front(driver, method, path, body, kind)[0] == 404
            assert by_django(method, path, body, kind)[0] == 404
    assert not Rating.objects.exists()


def test_whatever_is_sent_is_answered_alike(driver, city):
    @settings(
        max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(bodies(city.code))
    def alike(body: bytes) -> None:
        forget()
        assert same_everywhere(driver, "/api/v1/ratings", body, "application/json") < 500

    alike()

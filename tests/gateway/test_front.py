"""What the front does besides the doors: pages from memory, files, Django behind it."""

from __future__ import annotations

import gzip
import json
import re
import uuid

import pytest
from django.db import OperationalError
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from pingyi.gateway import bridge
from pingyi.gateway.asgi import AsgiFront
from pingyi.ratings import batching
from pingyi.ratings.models import Rating
from tests.gateway.driving import Driver, request

KEY = re.compile(rb'name="key" value="([0-9a-f-]{36})"')


def test_each_view_of_the_page_has_a_key_of_its_own(driver, city):
    pages = [driver.send("GET", f"/r/{city.code}") for _ in range(3)]
    keys = {KEY.search(page.body)[1].decode() for page in pages}
    assert len(keys) == 3
    assert all(uuid.UUID(key).version == 4 for key in keys)
    assert len({KEY.sub(b"", page.body) for page in pages}) == 1
    packed = driver.send("GET", f"/r/{city.code}", headers={"accept-encoding": "gzip, br"})
    assert packed.header("Content-Encoding") == "gzip"
    assert KEY.sub(b"", gzip.decompress(packed.body)) == KEY.sub(b"", pages[0].body)
    assert len(packed.body) < 15_000
    assert "no-store" in pages[0].header("Cache-Control")


def test_the_page_comes_in_the_visitors_language(driver, city):
    chinese = driver.send("GET", f"/r/{city.code}")
    english = driver.send("GET", f"/r/{city.code}", headers={"accept-language": "en-GB"})
    cookie = driver.send("GET", f"/r/{city.code}", headers={"cookie": "language=en; x=1"})
    languages = [page.header("Content-Language") for page in (chinese, english, cookie)]
    assert languages == ["zh-hans", "en", "en"]


def test_the_page_sends_a_rating(driver, city):
    key = KEY.search(driver.send("GET", f"/r/{city.code}").body)[1].decode()
    assert driver.form(city.code, {"level": "satisfied", "key": key}).status == 303
    assert Rating.objects.get().key == uuid.UUID(key)


def test_static_files_come_compressed_and_once(driver):
    path = "/static/pingyi/pingyi.css"
    plain = driver.send("GET", path)
    packed = driver.send("GET", path, headers={"accept-encoding": "gzip"})
    assert gzip.decompress(packed.body) == plain.body
    again = driver.send("GET", path, headers={"if-none-match": plain.header("ETag")})
    assert (again.status, again.body) == (304, b"")
    assert driver.send("GET", "/static/../settings.py").status == 404


def test_health_readiness_and_metrics(driver, city):
    driver.rate(city.fields())
    for path in ("/healthz", "/readyz"):
        answer = driver.send("GET", path)
        assert (answer.status, answer.header("content-type")) == (200, "text/plain; charset=utf-8")
    metrics = driver.send("GET", "/metrics").body.decode()
    assert 'pingyi_requests_total{route="api",status="201"} 1.0' in metrics
    assert 'pingyi_request_seconds_count{route="api"} 1.0' in metrics
    assert "satisfied" not in metrics


def test_the_api_describes_itself(driver):
    document = driver.send("GET", "/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    answers = document["paths"]["/api/v1/ratings"]["post"]["responses"]
    assert set(answers) == {"200", "201", "400", "404", "408", "409", "410", "413", "422", "503"}


def test_a_lost_database_is_503_and_never_a_receipt(driver, city, monkeypatch):
    calls = []

    def lost(*_):
        calls.append(1)
        raise OperationalError("server closed the connection unexpectedly")

    assert driver.rate(city.fields()).status == 201
    fields = city.fields()
    with monkeypatch.context() as broken:
        broken.setattr(batching, "write_alone", lost)
        answer = driver.rate(fields)
        page = driver.form(city.code, {"level": "satisfied", "key": str(uuid.uuid4())})
    assert (answer.status, page.status) == (503, 503)
    assert answer.header("Retry-After") == page.header("Retry-After") == "2"
    assert len(calls) == 4, "each is tried once more on a fresh connection"
    assert driver.rate(fields).status == 201


def test_one_bad_entry_does_not_spoil_its_batch(driver, city, monkeypatch):
    write = batching.write_alone

    def picky(connection, entries):
        if any(entry.comment == "毒" for entry in entries):
            raise ValueError("cannot be stored")
        return write(connection, entries)

    monkeypatch.setattr(batching, "write_alone", picky)
    comments = ["好", "毒", "很好"]
    answers = driver.run(
        *(
            request("POST", "/api/v1/ratings", json.dumps(city.fields(comment=comment)).encode())
            for comment in comments
        )
    )
    assert [answer.status for answer in answers] == [201, 503, 201]


def test_a_closing_door_takes_nothing_more(city):
    with Driver() as driver:
        assert driver.rate(city.fields()).status == 201
        driver.loop.run_until_complete(driver.front._gatherer.drain())
        assert driver.rate(city.fields()).status == 503


class Seen:
    """A WSGI application that keeps what it was asked."""

    def __init__(self, response: object):
        self.response = response

    def __call__(self, environ, start_response):
        self.environ = environ
        self.body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self.response


def test_django_is_asked_as_wsgi_wants_it(driver, monkeypatch):
    seen = Seen(HttpResponse(b"fine"))
    monkeypatch.setattr(driver.front._bridge, "_application", seen)
    answer = driver.send(
        "POST",
        "/%E5%8A%9E/x",
        b"abc",
        query="a=1",
        headers={
            "content-type": "text/plain",
            "x-forwarded-for": "203.0.113.7",
            "x_forwarded_for": "203.0.113.8",
            "x-forwarded-proto": "https",
            "x-thing": "1",
        },
    )
    assert (answer.status, answer.body, seen.body) == (200, b"fine", b"abc")
    asked = seen.environ
    assert asked["PATH_INFO"].encode("latin-1").decode() == "/办/x"
    assert asked["QUERY_STRING"] == "a=1"
    assert asked["CONTENT_LENGTH"] == "3"
    assert asked["HTTP_X_THING"] == "1"
    assert asked["REMOTE_ADDR"] == "127.0.0.1"
    assert not any("FORWARDED" in name for name in asked)


def test_long_responses_are_sent_as_they_are_made(driver, monkeypatch):
    closed = []
    response = StreamingHttpResponse(b"%d " % number for number in range(5))
    response.close = lambda: closed.append(True)
    monkeypatch.setattr(driver.front._bridge, "_application", Seen(response))
    asked = request("GET", "/long")
    driver.run(asked)
    assert b"".join(asked[1].streamed) == b"0 1 2 3 4 "
    assert len(asked[1].streamed) == 5
    assert closed


def test_uploads_are_bounded(driver, monkeypatch):
    monkeypatch.setattr(bridge, "UPLOAD_LIMIT", 1000)
    assert driver.send("POST", "/unit/", b"x" * 1001).status == 413


def test_what_breaks_is_500_with_headers_and_without_its_reason(driver, monkeypatch):
    def broken(environ, start_response):
        raise RuntimeError("secret")

    monkeypatch.setattr(driver.front._bridge, "_application", broken)
    answer = driver.send("GET", "/anything")
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert answer.header("X-Content-Type-Options") == "nosniff"


def test_an_insecure_request_is_redirected_by_django(driver, city, settings):
    settings.SECURE_SSL_REDIRECT = True
    driver.front._secure_only = True
    driver.front._proxies = type(driver.front._proxies)(["127.0.0.1"])
    driver.front._bridge._application = seen = Seen(HttpResponse(b""))
    assert driver.rate(city.fields()).status == 200
    assert seen.environ["PATH_INFO"] == "/api/v1/ratings"
    assert driver.rate(city.fields(), headers={"x-forwarded-proto": "https"}).status == 201


@pytest.mark.parametrize("chunked", [False, True])
def test_the_same_front_speaks_asgi(driver, city, chunked):
    body = json.dumps(city.fields()).encode()
    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    if not chunked:
        headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/ratings",
        "raw_path": b"/api/v1/ratings",
        "query_string": b"",
        "http_version": "1.1",
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
        "headers": headers,
    }
    incoming = [
        {"type": "http.request", "body": body[:10], "more_body": True},
        {"type": "http.request", "body": body[10:]},
    ]
    sent: list[dict] = []

    async def receive() -> dict:
        return incoming.pop(0)

    async def send(message: dict) -> None:
        sent.append(message)

    driver.loop.run_until_complete(AsgiFront(driver.front)(scope, receive, send))
    start, answer = sent
    assert start["status"] == 201
    assert (b"content-length", str(len(answer["body"])).encode()) in start["headers"]
    assert json.loads(answer["body"])["receipt"] == Rating.objects.get().receipt


@pytest.mark.parametrize("path", ["/api/v1/ratings", "/r/{}"])
def test_who_left_in_the_midst_of_sending_is_no_failure(driver, city, caplog, path):
    asked = request("POST", path.format(city.code), b"level=satisfied&key=")
    asked[1].left = True
    assert driver.run(asked) == [None]
    assert not caplog.records
    driver.front._journal.flush()
    assert " 499 POST " in driver.log.getvalue()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"])
def test_what_machines_look_at_is_only_looked_at(driver, city, path):
    statuses = {way: driver.send(way, path).status for way in ("GET", "HEAD", "POST", "PUT")}
    assert statuses == {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405}


def test_over_asgi_part_of_a_form_is_none(driver, city, caplog):
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/r/{city.code}",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(b"host", b"127.0.0.1:8000")],
    }
    body = f"level=satisfied&key={uuid.uuid4()}".encode()
    incoming = [
        {"type": "http.request", "body": body, "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict:
        return incoming.pop(0)

    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    driver.loop.run_until_complete(AsgiFront(driver.front)(scope, receive, send))
    assert not sent
    assert not Rating.objects.exists()
    assert not caplog.records


def test_good_pages_and_django_agree_on_length(driver, city):
    page = driver.send("GET", f"/r/{city.code}")
    plain = Client(headers={"host": "127.0.0.1:8000"}).get(f"/r/{city.code}")
    assert len(page.body) == len(plain.content)

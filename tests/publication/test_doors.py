"""What others get of releases: the public API, and the command that proves them."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from click.testing import CliRunner
from django.db import connection

from pingyi.kernel.workdays import SHANGHAI
from pingyi.publication import queries
from pingyi.publication.protection import unprotect
from pingyi.publication.terms import Kind
from pingyi.shell.main import main
from tests.publication.conftest import AUGUST, JULY, Town
from tests.staff import signed_in

DOOR = "/api/v1/scoreboard"
NEW_YEAR = datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)


def test_the_public_gets_the_latest_release_and_the_office_lives_ahead_of_it(town: Town, client):
    release = town.release()
    town.world.case("verified")
    public = client.get(f"{DOOR}?season=2026")
    assert public.json() == json.loads(queries.public_result(release).to_json())
    assert {one["unit"]: one["total"] for one in public.json()["results"]}["B1-1"] == "100.00"
    live = signed_in(town.leader).get(f"{DOOR}?season=2026").json()
    assert {one["unit"]: one["total"] for one in live["results"]}["B1-1"] == "97.00"
    assert "public" in public.headers["Cache-Control"]
    group = client.get(f"{DOOR}?group=stations").json()
    assert {one["group"] for one in group["results"]} == {"stations"}


def test_drafts_and_what_was_given_up_are_not_public(town: Town, client):
    town.prepare()
    assert client.get(f"{DOOR}?season=2026").json()["error"] == "no_release"
    assert client.get(DOOR).status_code == 404


def test_a_correction_is_what_the_public_gets_from_then_on(town: Town, client):
    release = town.release()
    first = client.get(DOOR)
    corrected = town.correct(release, AUGUST)
    again = client.get(DOOR)
    assert first.headers["ETag"] != again.headers["ETag"]
    assert again.json() == json.loads(queries.public_result(corrected).to_json())


def test_the_public_is_told_no_case_and_no_count_of_ratings(town: Town, client):
    case = town.world.case("verified")
    town.release()
    found = client.get(DOOR)
    assert case.number not in found.content.decode()
    (line,) = [
        line
        for one in found.json()["results"]
        for line in one["lines"]
        if line["clause"] == "verified-bad-rating"
    ]
    assert line == {"clause": "verified-bad-rating", "points": "-3", "count": 1}


def test_a_bulletin_honours_nobody_and_nothing_follows_from_it(town: Town, client):
    frozen = queries.released_result(town.release())
    assert any(one.honour for one in frozen.results)
    for one in client.get(DOOR).json()["results"]:
        assert (one["honour"], one["consequences"]) == (None, [])
    season = town.release(NEW_YEAR, kind=Kind.SEASON, through=date(2026, 12, 31))
    frozen = queries.released_result(season)
    told = {one["unit"]: one["honour"] for one in client.get(DOOR).json()["results"]}
    assert told == {one.unit: one.honour for one in frozen.results}
    assert any(told.values())


@pytest.mark.parametrize(
    ("query", "field"), [("season=1999", "season"), ("season=2026&group=x", "group")]
)
def test_a_wrong_parameter_is_named_to_the_public_too(town: Town, client, query, field):
    town.release()
    found = client.get(f"{DOOR}?{query}")
    assert found.status_code == 422
    assert list(found.json()["errors"]) == [field]


def run(*arguments: str):
    return CliRunner().invoke(main, ["releases", *arguments])


def test_the_command_lists_and_proves(town: Town):
    release = town.release()
    draft = town.prepare(through=date(2026, 5, 31), at=JULY)
    listed = run()
    assert listed.exit_code == 0
    assert "published" in listed.output
    assert "prepared" in listed.output
    proved = run("verify")
    assert (proved.exit_code, proved.output.splitlines()) == (
        0,
        [
            f"{release.pk} 2026 monthly through 2026-06-30: verified",
            "1 releases, all verified",
        ],
    )
    assert run("verify", str(draft.pk)).exit_code == 0
    assert run("verify", "99999").exit_code == 1


def test_the_command_says_what_differs(town: Town):
    release = town.release()
    unprotect(connection)
    release.results.filter(code="S2").update(content=release.results.get(code="S3").content)
    found = run("verify")
    assert found.exit_code == 1
    assert "the stored rows are not what was released" in found.output
    assert "1 of 1 releases differ" in found.output

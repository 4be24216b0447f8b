"""`GET /api/v1/scoreboard` and what the API says of itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from pingyi.directory.models import Enrolment
from pingyi.people.roles import Role
from pingyi.shell.main import main
from tests.casework.world import World, build
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/scoreboard"


@pytest.fixture
def world() -> World:
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made


def document(client) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json()


def resolved(schema: Any, within: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": within["components"]}


def test_the_office_gets_what_the_command_prints(world: World):
    world.case("verified")
    leader = signed_in(world.person(Role.LEADER, area=world.city))
    found = leader.get(f"{DOOR}?season=2026")
    assert found.headers["Content-Type"] == "application/json"
    printed = CliRunner().invoke(main, ["scoreboard", "--season", "2026", "--format", "json"])
    assert found.json() == json.loads(printed.stdout)
    group = leader.get(f"{DOOR}?season=2026&group=stations").json()
    assert [one["unit"] for one in group["results"]] == ["B1-1"]
    assert group["results"][0]["total"] == "97.00"


def test_a_district_gets_its_own_units_ranked_among_all(world: World):
    found = signed_in(world.manager).get(f"{DOOR}?season=2026").json()
    assert [one["unit"] for one in found["results"]] == ["B1", "B1-1"]
    assert found["results"][0]["of"] == 2


def test_the_public_gets_nothing_before_a_release(world: World, client):
    for asking in (client, signed_in(world.unit_admin)):
        found = asking.get(f"{DOOR}?season=2026")
        assert found.status_code == 404
        assert found.json()["error"] == "no_release"


@pytest.mark.parametrize(
    ("query", "field"), [("season=1999", "season"), ("season=2026&group=x", "group")]
)
def test_a_wrong_parameter_is_named(world: World, query, field):
    found = signed_in(world.manager).get(f"{DOOR}?{query}")
    assert found.status_code == 422
    assert list(found.json()["errors"]) == [field]


def test_the_description_is_sound_and_true(world: World, client):
    api = document(client)
    assert api["openapi"].startswith("3.1")
    assert {"/api/v1/ratings", DOOR} <= set(api["paths"])
    for schema in api["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    answers = api["paths"][DOOR]["get"]["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]
    world.case("verified")
    found = signed_in(world.manager).get(f"{DOOR}?season=2026").json()
    validator = Draft202012Validator(resolved(schema, api))
    validator.validate(found)
    found["results"][0]["total"] = 97.0
    assert not validator.is_valid(found)
    refused = answers["404"]["content"]["application/json"]["schema"]
    Draft202012Validator(refused).validate(client.get(DOOR).json())


def test_the_ratings_door_is_described_as_it_works(client):
    api = document(client)
    post = api["paths"]["/api/v1/ratings"]["post"]
    schema = post["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator.check_schema(schema)
    good = {
        "point": "k7m2pq9d3",
        "level": "dissatisfied",
        "comment": "x",
        "key": "0d4cf5a2-5b0e-4bd4-9c2b-2a3d3f1c7a10",
    }
    validator = Draft202012Validator(schema)
    validator.validate(good)
    for wrong in ({"level": "bad"}, {"point": None}, {"stars": 5}):
        assert not validator.is_valid({**good, **wrong})

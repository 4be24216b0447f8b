"""A small city, and people who act in it through its pages alone."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.directory import actions as directory
from pingyi.directory.models import Area, PointCode, ServicePoint, Unit
from pingyi.jobs.registry import job
from pingyi.people.roles import Role
from tests.staff import signed_in, staff

PHONE = "13912345678"
WORD = "江花红胜火"


@dataclass
class Play:
    """The stage: one district, one unit with one window, one user for each role."""

    unit: Unit
    point: ServicePoint
    code: str
    people: dict[Role, Client] = field(default_factory=dict)

    def __getitem__(self, role: Role) -> Client:
        return self.people[role]

    # Citizens

    def rate(self, level: str, **fields: object) -> Citizen:
        """Scan, fill in the form, send it; the page's own key goes with it."""
        browser = Client()
        page = browser.get(f"/r/{self.code}").content.decode()
        key = re.search(r'name="key" value="([^"]+)"', page)
        assert key, "the form carries a key"
        uuid.UUID(key[1])
        form = urlencode({"level": level, "key": key[1], **fields})
        sent = browser.post(f"/r/{self.code}", form, "application/x-www-form-urlencoded")
        assert sent.status_code == 303, sent.content.decode()
        job("open-cases").run(timezone.now())
        return Citizen(browser, sent["Location"])

    # Staff

    def do(self, role: Role, path: str, **fields: object) -> None:
        """Send a desk's form; it must be taken."""
        response = self[role].post(path, fields)
        assert response.status_code == 302, _wrong(response)

    def see(self, role: Role, path: str) -> str:
        response = self[role].get(path)
        assert response.status_code == 200, path
        return response.content.decode()

    def only_case(self, role: Role, desk: str) -> str:
        """The number of the one case a desk lists."""
        numbers = set(re.findall(r"\b20\d\d-\d{6}\b", self.see(role, desk)))
        assert len(numbers) == 1, numbers
        return numbers.pop()

    def score(self) -> str:
        """The unit's total, as the API gives it to the office."""
        board = (
            self[Role.CASE_MANAGER]
            .get("/api/v1/scoreboard", {"season": "2026", "group": "stations"})
            .json()
        )
        return next(r["total"] for r in board["results"] if r["unit"] == self.unit.code)


@dataclass
class Citizen:
    """A phone with a receipt."""

    browser: Client
    track: str

    def open(self, word: str = WORD) -> str:
        """What became of it, by the private word."""
        answer = self.browser.post(self.track, {"private_word": word})
        assert answer.status_code == 303, "the word opens"
        page = self.browser.get(answer["Location"])
        assert page.status_code == 200
        return page.content.decode()

    def judge(self, *, satisfied: bool, words: str = "") -> None:
        page = self.open()
        proof = re.search(r'name="proof" value="([^"]+)"', page)
        assert proof
        answer = self.browser.post(
            f"{self.track}/story",
            {"proof": proof[1], "satisfied": "yes" if satisfied else "no", "words": words},
        )
        assert answer.status_code == 303, answer.content.decode()


def stage(*, unit: str, point: str, at: datetime | None = None) -> Play:
    """Build the stage by the real actions, under Wuhan's rules of 2023."""
    at = at or timezone.now()
    city = Area.objects.create(code="420100", name="江城市", level="city")
    district = Area.objects.create(code="420114", name="蔡店区", level="district", parent=city)
    rated = Unit.objects.create(code="U1", name=unit, group="stations", area=district)
    Unit.objects.create(code="U2", name="隔壁站", group="stations", area=district)
    day = timezone.localdate(at)
    season = directory.open_season(
        code="2026",
        scheme="wuhan-2023",
        starts_on=day.replace(month=1, day=1),
        ends_on=day.replace(month=12, day=31),
        by=SYSTEM,
        at=at,
    )
    directory.enrol_all(season=season, by=SYSTEM, at=at)
    window = directory.add_point(unit=rated, name=point, kind="window", by=SYSTEM, at=at)
    code = PointCode.objects.get(point=window).code
    play = Play(rated, window, code)
    for role in (Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.INSPECTOR, Role.LEADER):
        play.people[role] = signed_in(staff(role.value, role, area=district))
    play.people[Role.UNIT_ADMIN] = signed_in(staff("unit", Role.UNIT_ADMIN, unit=rated))
    return play


def _wrong(response: object) -> str:
    html = response.content.decode()  # type: ignore[attr-defined]
    errors = re.findall(r'class="(?:error|message error)"[^>]*>(.*?)</', html, re.DOTALL)
    return f"{response.status_code}: {errors or html[-1500:]}"  # type: ignore[attr-defined]

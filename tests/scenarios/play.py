"""A small city, and people who act in it through its pages alone."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.directory import actions as directory
from pingyi.directory.models import Area, PointCode, ServicePoint, Unit
from pingyi.jobs.registry import job
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.staff import signed_in, staff

PHONE = "13912345678"
WORD = "江花红胜火"


@dataclass
class Play:
    """The stage: one district, one unit with one window, one user for each role; a scheme keeper
    and a leader of the whole city, who release results."""

    unit: Unit
    point: ServicePoint
    code: str
    season: str = "2026"
    users: dict[Role, User] = field(default_factory=dict)
    people: dict[Role, Client] = field(default_factory=dict)
    keeper: User | None = None
    mayor: User | None = None

    def __getitem__(self, role: Role) -> Client:
        return self.people[role]

    def beside(self) -> Play:
        """The same stage at the window of the station next door, opened for it."""
        other = Unit.objects.get(code="U2")
        at = timezone.now()
        window = directory.add_point(unit=other, name="窗口", kind="window", by=SYSTEM, at=at)
        return replace(
            self, unit=other, point=window, code=PointCode.objects.get(point=window).code
        )

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

    def come_back(self) -> None:
        """Everybody signs in anew: sessions end after some hours."""
        self.people = {role: signed_in(user) for role, user in self.users.items()}

    def see(self, role: Role, path: str) -> str:
        response = self[role].get(path)
        assert response.status_code == 200, path
        return response.content.decode()

    def only_case(self, role: Role, desk: str) -> str:
        """The number of the one case a desk lists."""
        numbers = set(re.findall(r"\b20\d\d-\d{6}\b", self.see(role, desk)))
        assert len(numbers) == 1, numbers
        return numbers.pop()

    def verified(self, *, comment: str) -> str:
        """A bad rating that a check on the spot bears out; the case's number."""
        self.rate("dissatisfied", comment=comment)
        number = self.only_case(Role.SORTER, "/office/sorting/")
        self.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct")
        case = f"/office/cases/{number}"
        self.do(Role.CASE_MANAGER, f"{case}/check/", note="实地核查，情况属实。", stands="on")
        self.do(
            Role.CASE_MANAGER,
            f"{case}/decide/",
            finding="verified",
            kind="conduct",
            reason="实地核查一致，属实。",
        )
        return number

    def open_season(self, code: str, *, scheme: str = "wuhan-2023") -> None:
        """The keeper opens a calendar year as the next season by its page, and enrols everybody."""
        assert self.keeper
        browser, seasons = signed_in(self.keeper), "/office/directory/seasons/"
        fields = {
            "code": code,
            "scheme": scheme,
            "starts_on": f"{code}-01-01",
            "ends_on": f"{code}-12-31",
            "counts_by": "verdict",
        }
        for url, given in ((seasons, fields), (f"{seasons}{code}/all/", {})):
            answer = browser.post(url, given)
            assert answer.status_code == 302, _wrong(answer)
        self.season = code

    def release(self, what: str) -> str:
        """The keeper prepares (`2026/season`), the leader of the city publishes, the jobs propose
        what follows; the release's address."""
        assert self.keeper
        assert self.mayor
        desk = "/office/releases/"
        preparing = signed_in(self.keeper)
        page = preparing.get(desk).content.decode()
        offered = re.search(rf'<option value="({re.escape(what)}[^"]*)"', page)
        assert offered, f"{what} is not offered"
        sent = preparing.post(desk, {"what": offered[1], "listed": "10", "note": ""})
        assert sent.status_code == 302, _wrong(sent)
        publish = f"{sent['Location']}publish/"
        assert preparing.post(publish, {"confirmed": "yes"}).status_code == 302
        published = signed_in(self.mayor).post(publish, {"confirmed": "yes"}, follow=True)
        assert "已发布" in published.content.decode()
        for _ in range(2):  # twice: nothing is proposed twice
            job("propose-from-releases").run(timezone.now())
        return sent["Location"]

    def score(self) -> str:
        """The unit's total, as the API gives it to the office."""
        board = (
            self[Role.CASE_MANAGER]
            .get("/api/v1/scoreboard", {"season": self.season, "group": "stations"})
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


def stage(*, unit: str, point: str, at: datetime | None = None, season: str = "2026") -> Play:
    """Build the stage by the real actions, under Wuhan's rules of 2023."""
    at = at or timezone.now()
    city = Area.objects.create(code="420100", name="江城市", level="city")
    district = Area.objects.create(code="420114", name="蔡店区", level="district", parent=city)
    rated = Unit.objects.create(code="U1", name=unit, group="stations", area=district)
    Unit.objects.create(code="U2", name="隔壁站", group="stations", area=district)
    day = timezone.localdate(at)
    opened = directory.open_season(
        code=season,
        scheme="wuhan-2023",
        starts_on=day.replace(month=1, day=1),
        ends_on=day.replace(month=12, day=31),
        by=SYSTEM,
        at=at,
    )
    directory.enrol_all(season=opened, by=SYSTEM, at=at)
    window = directory.add_point(unit=rated, name=point, kind="window", by=SYSTEM, at=at)
    code = PointCode.objects.get(point=window).code
    play = Play(rated, window, code, season)
    for role in (Role.SORTER, Role.CALLER, Role.CASE_MANAGER, Role.INSPECTOR, Role.LEADER):
        play.users[role] = staff(role.value, role, area=district)
    play.users[Role.UNIT_ADMIN] = staff("unit", Role.UNIT_ADMIN, unit=rated)
    play.keeper = staff("keeper", Role.SCHEME_KEEPER, area=city)
    play.mayor = staff("mayor", Role.LEADER, area=city)
    play.come_back()
    return play


def _wrong(response: object) -> str:
    html = response.content.decode()  # type: ignore[attr-defined]
    errors = re.findall(r'class="(?:error|message error)"[^>]*>(.*?)</', html, re.DOTALL)
    return f"{response.status_code}: {errors or html[-1500:]}"  # type: ignore[attr-defined]

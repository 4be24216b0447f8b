"""The small city of casework with organs that issue letters, and people to write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pingyi.directory.models import Unit
from pingyi.letters import actions
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Letter, Organ, Recipient
from pingyi.letters.states import Desk, Kind
from pingyi.people.models import User
from pingyi.people.roles import Role
from tests.casework.world import AT, FOUNDER, World, build

BODY = "近期群众反映集中。\n一、查清底数\n（一）逐项核查。形成清单。\n请书面答复。"
ALL = {
    Kind.SUGGESTION: "武治庸函",
    Kind.SUPERVISION: "武治庸督",
    Kind.RECTIFICATION: "武治庸改",
    Kind.CIRCULAR: "武治庸通",
}


@dataclass
class Office:
    """The city's office and inspectors, and the district's."""

    world: World
    city: Organ
    district: Organ
    inspectors: Organ

    @property
    def drafter(self) -> User:
        return self.world.person(Role.CASE_MANAGER, area=self.world.city)

    @property
    def issuer(self) -> User:
        return self.world.person(Role.LEADER, area=self.world.city)

    @property
    def unit_admin(self) -> User:
        return self.world.person(Role.UNIT_ADMIN, unit=self.world.bureau)

    def draft(
        self, *units: Unit, kind: Kind = Kind.SUGGESTION, at: datetime = AT, **given: Any
    ) -> Letter:
        fields: dict[str, Any] = {
            "organ": self.city,
            "title": "关于改进窗口服务的工作建议函",
            "body": BODY,
            "addressees": [Addressee(unit) for unit in units or (self.world.bureau,)],
            "by": self.drafter,
            **given,
        }
        return actions.draft_letter(kind=kind, at=at, **fields)

    def submitted(self, *units: Unit, at: datetime = AT, **given: Any) -> Letter:
        letter = self.draft(*units, at=at, **given)
        return actions.submit_letter(letter=letter, by=given.get("by", self.drafter), at=at)

    def issued(self, *units: Unit, at: datetime = AT, **given: Any) -> Letter:
        letter = self.submitted(*units, at=at, **given)
        return actions.issue_letter(letter=letter, by=self.issuer, at=at)

    def sent(self, *, at: datetime = AT, **given: Any) -> Recipient:
        """An issued letter's one recipient, the bureau."""
        return self.issued(at=at, **given).recipients.get()


def open_office() -> Office:
    world = build()
    city = actions.add_organ(
        name="武汉市治庸问责工作领导小组办公室",
        signature="武汉市治庸办",
        area=world.city,
        desk=Desk.OFFICE,
        prefixes=ALL,
        by=FOUNDER,
        at=AT,
    )
    district = actions.add_organ(
        name="洪山区治庸办",
        signature="",
        area=world.district,
        desk=Desk.OFFICE,
        prefixes={Kind.SUGGESTION: "洪治庸函", Kind.SUPERVISION: "洪治庸函"},
        by=FOUNDER,
        at=AT,
    )
    inspectors = actions.add_organ(
        name="洪山区纪委监委",
        signature="",
        area=world.district,
        desk=Desk.INSPECTORS,
        prefixes={Kind.RECOMMENDATION: "洪纪建"},
        by=FOUNDER,
        at=AT,
    )
    office = Office(world, city, district, inspectors)
    # Whoever is to be told of something must be there when it happens.
    for person in ("drafter", "issuer", "unit_admin"):
        getattr(office, person)
    return office

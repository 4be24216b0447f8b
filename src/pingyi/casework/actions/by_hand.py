"""Opening a case without a rating: from a message, petition, check, exposure or hotline call."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.timezone import localdate

from pingyi.audit.actions import SYSTEM, Actor, action
from pingyi.audit.keys import keyring
from pingyi.casework import policies, rules, search
from pingyi.casework.actions.opening import OPEN, locked_counter, take_numbers
from pingyi.casework.actions.steps import (
    chosen,
    cleaned,
    record_step,
    refusal,
    required,
    start_clock,
)
from pingyi.casework.intake_models import NAME, CaseSource, CitizenMessage, open_sender
from pingyi.casework.models import Case
from pingyi.casework.origins import ORIGINS, UNSENT, Channel, Origin
from pingyi.casework.reasons import (
    HAS_ITS_CASE,
    IN_THE_FUTURE,
    NAMES_NO_UNIT,
    NO_PHONE,
    NOT_YOURS,
    OTHER_UNITS_POINT,
    OWN_UNIT,
    PHONE_WRONG,
    RATINGS_OPEN_THEMSELVES,
    UNIT_RETIRED,
    Incomplete,
    NotNow,
)
from pingyi.casework.showing import phone_of, shown
from pingyi.casework.states import State
from pingyi.directory.models import ServicePoint, Unit
from pingyi.kernel.codes import new_receipt
from pingyi.kernel.randomness import random_bytes
from pingyi.kernel.text import normalise_phone, phone_is_valid
from pingyi.people.models import User
from pingyi.ratings.contacts import PHONE

LONGEST_NUMBER = 64
LONGEST_NAME = 60
LONGEST_SUMMARY = 2000


@action("case.open_by_hand")
def open_case_by_hand(
    *,
    unit: Unit,
    origin: Origin | str,
    dated: date,
    summary: str,
    point: ServicePoint | None = None,
    number: str = "",
    name: str = "",
    phone: str = "",
    call_back: bool = False,
    reply_owed: bool = True,
    by: Actor,
    at: datetime,
) -> Case:
    """Open a case that began with no rating; its clocks count from the opening.

    `number` and `dated` are the origin's own, `summary` is the office's words: her name and all
    numbers are taken out of it. Name and phone are kept encrypted; only with `call_back` is she
    called. Raises a Refusal.
    """
    origin = chosen(Origin, origin, "origin")
    if origin is Origin.RATING:
        raise Incomplete(RATINGS_OPEN_THEMSELVES)
    if dated > localdate(at):
        raise Incomplete(IN_THE_FUTURE)
    phone = _checked_phone(phone, call_back)
    said_name = cleaned(name, "name", longest=LONGEST_NAME)
    source = CaseSource(
        number=cleaned(number, "number", longest=LONGEST_NUMBER),
        dated=dated,
        summary=shown(required(summary, "summary", longest=LONGEST_SUMMARY), said_name),
        reply_owed=reply_owed,
        call_back=call_back,
    )
    keys = keyring()
    if said_name:
        source.name_cipher = keys.encrypt(said_name, context=NAME)
    _leave_phone(source, phone)
    return _open(source, origin, unit=unit, point=point, by=by, at=at)


@action("message.open_case")
def open_case_of_message(
    *,
    message: CitizenMessage,
    unit: Unit | None = None,
    point: ServicePoint | None = None,
    summary: str = "",
    by: Actor,
    at: datetime,
) -> Case:
    """Open a message as a case of its unit, or of the one named; who sent it awaits an answer.
    `point` is where of the unit's points it happened, if that is known. A phone that the channel
    gave with the sender is left with the case.

    The summary is the message's subject unless the office writes one.
    """
    rated = unit or message.unit
    if rated is None:
        raise Incomplete(NAMES_NO_UNIT)
    # Of two who open it at once the second waits, and is told.
    CitizenMessage.objects.select_for_update().get(pk=message.pk)
    if CaseSource.objects.filter(message=message).exists():
        raise NotNow(HAS_ITS_CASE)
    said = cleaned(summary, "summary", longest=LONGEST_SUMMARY) or message.shown_subject
    sender, channel = open_sender(message, keyring=keyring()), Channel(message.channel)
    source = CaseSource(
        message=message,
        number=message.number,
        dated=localdate(message.sent_at),
        summary=shown(said, sender),
        reply_owed=bool(sender) or channel not in UNSENT,
    )
    _leave_phone(source, phone_of(sender))
    return _open(source, ORIGINS[channel], unit=rated, point=point, by=by, at=at)


def _open(
    source: CaseSource,
    origin: Origin,
    *,
    unit: Unit,
    point: ServicePoint | None,
    by: Actor,
    at: datetime,
) -> Case:
    if unit.retired_at is not None:
        raise Incomplete(UNIT_RETIRED)
    if point is not None and point.unit_id != unit.pk:
        raise Incomplete(OTHER_UNITS_POINT)
    case = Case(
        unit=unit,
        point=point,
        area=rules.office_of(unit),
        origin=origin.value,
        state=State.UNSORTED.value,
        opened_at=at,
    )
    _ask_whether(by, case)
    (case.number,) = take_numbers(locked_counter(at), 1)
    case.save(force_insert=True)
    source.case, source.receipt = case, new_receipt(random_bytes)
    source.save(force_insert=True)
    search.start([(case, search.first_words(case))])
    for rule in OPEN.starts:
        start_clock(case, rule, at=at)
    record_step(case, OPEN, origin=origin.value)
    return case


def _leave_phone(source: CaseSource, phone: str) -> None:
    if phone:
        source.phone_cipher = keyring().encrypt(phone, context=PHONE)
        source.phone_print = keyring().fingerprint(phone, context=PHONE)


def _ask_whether(by: Actor, case: Case) -> None:
    if by == SYSTEM:
        return
    if not isinstance(by, User) or not policies.reaches(case, by, "case.open"):
        raise refusal(NOT_YOURS)
    if policies.is_of_its_unit(case, by):
        raise refusal(OWN_UNIT)


def _checked_phone(phone: str, call_back: bool) -> str:
    plain = normalise_phone(phone)
    if plain and not phone_is_valid(plain):
        raise Incomplete(PHONE_WRONG)
    if call_back and not plain:
        raise Incomplete(NO_PHONE)
    return plain

"""A rater's request to see, correct or erase what is kept of her, and by when it is settled.

Through her receipt's page, once opened, it is done at once. On paper or in person the office files
it, proves by a code to the phone left that it is she, and settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from pingyi.audit import queries as audit
from pingyi.audit.actions import CITIZEN, SYSTEM, Actor, action, log_read, record
from pingyi.audit.keys import keyring
from pingyi.casework.actions import stop_calling_the_unknown
from pingyi.casework.models import Case
from pingyi.casework.rules import line_of
from pingyi.clocks import actions as clocks
from pingyi.kernel.masking import mask_matter_no, mask_phone
from pingyi.notices import codes
from pingyi.notices.codes import Addressee
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.privacy.models import DataRequest, RequestKind, RequestWay
from pingyi.privacy.policies import Refused, Why
from pingyi.ratings.actions import UnfitPhone, correct_phone, erase_contacts
from pingyi.ratings.contacts import open_matter, open_phone
from pingyi.ratings.models import Contact, Rating

SHOWN_FOR = timedelta(days=1)
"""How long a code proves that it is she who asks."""
CODE_TEXT = (
    "【评议】验证码 {code}，10 分钟内有效。用于核实您向评议办公室提出的个人信息请求，请告诉经办人。"
)


@dataclass(frozen=True)
class ClockLength:
    """As a scheme's clock rule says it."""

    amount: int
    unit: str


TIME_TO_SETTLE = ClockLength(15, "working_days")
"""The handlers' time (A); the law says "in time" (PIPL article 50)."""
RULE = "data_request"


# ── what is kept ─────────────────────────────────────────────────────


class Look(NamedTuple):
    """Somebody was shown her phone or matter number."""

    at: datetime
    what: str
    reason: str


@dataclass(frozen=True)
class Kept:
    """What is kept of a rating that could lead to its rater; numbers masked."""

    rating: Rating
    phone: str
    matter: str
    has_word: bool
    call_back: bool
    case: Case | None
    looks: list[Look]

    @property
    def has_contact(self) -> bool:
        return bool(self.phone or self.matter or self.has_word)


def kept_of(rating: Rating) -> Kept:
    """What is kept of the rating's rater, and when somebody looked. For her, or one she asked."""
    contact = contact_of(rating)
    keys = keyring()
    phone = open_phone(contact, keyring=keys) if contact else ""
    matter = open_matter(contact, keyring=keys) if contact else ""
    case = Case.objects.filter(rating=rating, embargoed=False).first()
    return Kept(
        rating=rating,
        phone=mask_phone(phone) if phone else "",
        matter=mask_matter_no(matter) if matter else "",
        has_word=bool(contact and contact.word_digest),
        call_back=bool(contact and contact.call_back),
        case=case,
        looks=[Look(r.at, r.what, r.reason) for r in _looks(rating, case)],
    )


def _looks(rating: Rating, case: Case | None) -> Iterator[Any]:
    yield from audit.reads_of(rating)
    if case is not None:
        yield from audit.reads_of(case)


def contact_of(rating: Rating) -> Contact | None:
    """The rating's contact, as it now is; None if nothing was ever left."""
    return Contact.objects.select_related("rating").filter(pk=rating.pk).first()


# ── through the receipt's page ───────────────────────────────────────


def correct_own_phone(*, rating: Rating, phone: str, at: datetime) -> DataRequest:
    """She corrects the phone she left; recorded as a request settled at once. Raises Refused."""
    return _by_herself(rating=rating, kind=RequestKind.CORRECT, phone=phone, by=CITIZEN, at=at)


def erase_own_contact(*, rating: Rating, at: datetime) -> DataRequest:
    """She has phone, matter number and private word erased. Raises Refused.

    A case that waits for its call-back goes on without one.
    """
    done = _by_herself(rating=rating, kind=RequestKind.ERASE, phone="", by=CITIZEN, at=at)
    stop_calling_the_unknown(by=SYSTEM, at=at)
    return done


@action("request.settle")
def _by_herself(
    *, rating: Rating, kind: RequestKind, phone: str, by: Actor, at: datetime
) -> DataRequest:
    request = DataRequest.objects.create(
        rating=rating,
        kind=kind.value,
        way=RequestWay.PAGE.value,
        received_at=at,
        received_by=by.audit_name,
        verified_at=at,
        settled_at=at,
        settled_by=by.audit_name,
    )
    _DO[kind](rating, phone, by, at)
    record(request, kind=kind.value, way=RequestWay.PAGE.value, rating=rating.pk)
    return request


# ── through the office ───────────────────────────────────────────────


def within_reach(user: User) -> QuerySet[DataRequest]:
    """The requests the user may handle: about ratings of the area, none of a unit served."""
    scope = scope_of(user, "request.handle")
    own = scope_of(user, "case.answer").units
    found = DataRequest.objects.filter(scope.over(area="rating__unit__area"))
    return found.exclude(rating__unit__in=own).select_related("rating__unit__area")


def rating_for(user: User, receipt: str) -> Rating | None:
    """The rating of that receipt, if its requests are the user's to handle."""
    scope = scope_of(user, "request.handle")
    found = Rating.objects.filter(scope.over(area="unit__area"), receipt=receipt)
    return found.select_related("unit__area", "unit__parent", "contact").first()


@action("request.file")
def file_request(
    *, rating: Rating, kind: RequestKind, note: str = "", by: Actor, at: datetime
) -> DataRequest:
    """Note a request that came on paper or in person; its clock starts. Raises Refused."""
    _refuse_own(rating, by)
    request = DataRequest.objects.create(
        rating=rating,
        kind=RequestKind(kind).value,
        way=RequestWay.PAPER.value,
        note=note,
        received_at=at,
        received_by=by.audit_name,
    )
    clocks.start(request.clocks, RULE, TIME_TO_SETTLE, at=at)
    record(request, kind=request.kind, way=request.way, rating=rating.pk)
    return request


def ask_for_code(*, request: DataRequest, by: Actor, at: datetime) -> None:
    """Have a code sent to the phone left. Raises Refused, codes.TooManyCodes."""
    _refuse_own(request.rating, by)
    _refuse_settled(request)
    contact = contact_of(request.rating)
    if contact is None or not contact.phone_cipher:
        raise Refused(Why.NO_PHONE)
    codes.request_code(subject=request, by=by, at=at)


def send_wanted_codes(*, at: datetime, by: Actor = SYSTEM, limit: int = 50) -> int:
    """The worker's part, as for receipts; how many requests were settled."""
    return codes.issue_wanted_codes(
        "datarequest", _addressees, text=CODE_TEXT, by=by, at=at, limit=limit
    )


def _addressees(requests: Collection[int]) -> dict[int, Addressee]:
    found = DataRequest.objects.select_related("rating__contact", "rating__unit")
    return {
        each.pk: Addressee(
            open_phone(each.rating.contact, keyring=keyring()), each.rating.unit.area_id
        )
        for each in found.filter(pk__in=requests, rating__contact__isnull=False)
    }


def verify(*, request: DataRequest, code: str, by: Actor, at: datetime) -> bool:
    """Whether `code` went to the phone left: then the request is hers. Raises Refused."""
    _refuse_own(request.rating, by)
    _refuse_settled(request)
    if not codes.accept_code(request, code.strip(), by=by, at=at):
        return False
    _note_verified(request=request, by=by, at=at)
    return True


@action("request.verify")
def _note_verified(*, request: DataRequest, by: Actor, at: datetime) -> None:
    DataRequest.objects.filter(pk=request.pk).update(verified_at=at)
    request.verified_at = at
    record(request)


def is_verified(request: DataRequest, at: datetime) -> bool:
    """Whether a code proved, not too long ago, that it is she who asks."""
    return request.verified_at is not None and request.verified_at > at - SHOWN_FOR


def settle(*, request: DataRequest, phone: str = "", by: Actor, at: datetime) -> DataRequest:
    """Do what she asked: show (the reading is logged), correct to `phone`, or erase.

    Raises Refused: verified first, settled once.
    """
    _settle(request=request, phone=phone, by=by, at=at)
    if request.kind == RequestKind.ERASE:
        stop_calling_the_unknown(by=SYSTEM, at=at)
    return request


@action("request.settle")
def _settle(*, request: DataRequest, phone: str, by: Actor, at: datetime) -> None:
    _refuse_own(request.rating, by)
    if not is_verified(request, at):
        raise Refused(Why.NOT_VERIFIED)
    _close(request, by, at)
    _DO[RequestKind(request.kind)](request.rating, phone, by, at)
    record(request, kind=request.kind, rating=request.rating_id)


@action("request.refuse")
def refuse(*, request: DataRequest, reason: str, by: Actor, at: datetime) -> DataRequest:
    """End a request without doing what it asks, as when nobody can prove it is she."""
    _refuse_own(request.rating, by)
    if not reason.strip():
        raise Refused(Why.NO_REASON)
    _close(request, by, at, refusal=reason.strip())
    record(request, kind=request.kind)
    return request


def _close(request: DataRequest, by: Actor, at: datetime, *, refusal: str = "") -> None:
    ended = {"settled_at": at, "settled_by": by.audit_name, "refusal": refusal}
    if not DataRequest.objects.filter(pk=request.pk, settled_at__isnull=True).update(**ended):
        raise Refused(Why.SETTLED)
    for field, value in ended.items():
        setattr(request, field, value)
    clocks.meet(request.clocks.all(), at=at)


def _refuse_settled(request: DataRequest) -> None:
    if request.settled_at is not None:
        raise Refused(Why.SETTLED)


def _refuse_own(rating: Rating, by: Actor) -> None:
    """Nobody of the unit, or one above it, handles a rating of their own."""
    own = scope_of(by, "case.answer").units if isinstance(by, User) else frozenset()
    if own and any(unit.pk in own for unit in line_of(rating.unit)):
        raise Refused(Why.OWN_UNIT)


# ── what is done ─────────────────────────────────────────────────────


def _see(rating: Rating, phone: str, by: Actor, at: datetime) -> None:
    log_read(rating, what="kept", reason="评价人查阅请求", by=by, at=at)


def _correct(rating: Rating, phone: str, by: Actor, at: datetime) -> None:
    contact = contact_of(rating)
    if contact is None or not contact.phone_cipher:
        raise Refused(Why.NO_PHONE)
    try:
        correct_phone(contact=contact, phone=phone, by=by, at=at)
    except UnfitPhone:
        raise Refused(Why.PHONE_UNFIT) from None


def _erase(rating: Rating, phone: str, by: Actor, at: datetime) -> None:
    contact = contact_of(rating)
    if contact is None or not (
        contact.phone_cipher or contact.matter_cipher or contact.word_digest
    ):
        raise Refused(Why.NOTHING_KEPT)
    erase_contacts(contacts=[contact], why="request", by=by, at=at)


_DO: dict[RequestKind, Callable[[Rating, str, Actor, datetime], None]] = {
    RequestKind.SEE: _see,
    RequestKind.CORRECT: _correct,
    RequestKind.ERASE: _erase,
}

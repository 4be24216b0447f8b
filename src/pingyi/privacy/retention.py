"""How long what is kept: one table of rules, a count of what is due, and the erasing.

Personal information is kept for the shortest time its purpose needs (PIPL article 19); the lengths
are this program's (A), the law's where it says so. Erasing leaves the fact: a rating, its tallies,
a case and its events stay, and no longer lead to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.audit import queries as audit
from pingyi.audit.actions import SYSTEM, Actor, action, note
from pingyi.casework.intake_models import CaseSource, CitizenMessage, MessageBatch
from pingyi.casework.models import Case
from pingyi.notices.models import Digest, InboxItem, OneTimeCode, Outgoing
from pingyi.people.actions import forget_contact
from pingyi.people.models import OneTimeLink, User
from pingyi.ratings.actions import erase_contacts
from pingyi.ratings.models import Contact

SLICE = 500
"""Rows erased in one transaction."""
Words = str | Promise


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What of a model is erased so many `days` after `since`; without `days` it never is.

    `model` is the model's label. `old` finds the rows whose `since` lies at or before a moment,
    `erase` erases a slice of them.
    """

    key: str
    model: str
    what: Words
    since: Words
    days: int | None
    source: Words
    old: Callable[[datetime], QuerySet[Any]] | None = None
    erase: Callable[[list[Any], Actor, datetime], object] | None = None

    def due(self, at: datetime) -> QuerySet[Any] | None:
        """The rows that are to be erased at `at`; None where nothing ever is."""
        if self.old is None or self.days is None:
            return None
        return self.old(at - timedelta(days=self.days))


# ── what is due ──────────────────────────────────────────────────────


def _kept_contacts() -> QuerySet[Contact]:
    return Contact.objects.filter(
        Q(phone_cipher__isnull=False)
        | Q(matter_cipher__isnull=False)
        | Q(word_digest__isnull=False)
        | Q(call_back=True)
    )


def _of_closed_cases(before: datetime) -> QuerySet[Contact]:
    return _kept_contacts().filter(rating__case__closed_at__lte=before)


def _without_case(before: datetime) -> QuerySet[Contact]:
    none = ~Exists(Case.objects.filter(rating=OuterRef("rating")))
    return _kept_contacts().filter(none, rating__recorded_at__lte=before)


def _of_closed_sources(before: datetime) -> QuerySet[CaseSource]:
    kept = Q(name_cipher__isnull=False) | Q(phone_cipher__isnull=False)
    return CaseSource.objects.filter(kept, case__closed_at__lte=before)


def _old_senders(before: datetime) -> QuerySet[CitizenMessage]:
    """Of messages whose case, if they have one, is closed: with a sender, or words as she left
    them."""
    running = CaseSource.objects.filter(message=OuterRef("pk"), case__closed_at__isnull=True)
    told = ~Q(text=F("shown_text")) | ~Q(reply=F("shown_reply"))
    found = CitizenMessage.objects.filter(Q(sender_cipher__isnull=False) | told)
    return found.filter(~Exists(running), sent_at__lte=before)


def _forgotten_batches(before: datetime) -> QuerySet[MessageBatch]:
    return MessageBatch.objects.filter(content_cipher__isnull=False, proposed_at__lte=before)


def _old_messages(before: datetime) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(created_at__lte=before).exclude(to_cipher=b"")


def _left_staff(before: datetime) -> QuerySet[User]:
    kept = Q(phone_cipher__isnull=False) | Q(email_cipher__isnull=False)
    left = (
        audit.events(actions=["user.deactivate"])
        .filter(subject_kind="user")
        .order_by()
        .values("subject_id")
        .annotate(last=Max("at"))
        .filter(last__lte=before)
    )
    gone = [int(row["subject_id"]) for row in left]
    return User.objects.filter(kept, is_active=False, pk__in=gone)


# ── how it is erased ─────────────────────────────────────────────────


def _erase_contacts(rows: list[Contact], by: Actor, at: datetime) -> object:
    return erase_contacts(contacts=rows, why="retention", by=by, at=at)


def _empty_messages(rows: list[Outgoing], by: Actor, at: datetime) -> None:
    """Reader and words; what still waits, or is unclear, is too old to be sent and has failed."""
    found = Outgoing.objects.filter(pk__in=[row.pk for row in rows])
    over = (Outgoing.State.SENT, Outgoing.State.FAILED)
    found.exclude(state__in=over).update(state=Outgoing.State.FAILED, settled_at=at)
    found.update(to_cipher=b"", text_cipher=b"")


def _forget_staff(rows: list[User], by: Actor, at: datetime) -> None:
    for user in rows:
        forget_contact(user=user, by=by, at=at)


def _empty(**fields: object) -> Callable[[list[Any], Actor, datetime], object]:
    def erase(rows: list[Any], by: Actor, at: datetime) -> object:
        found = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows])
        return found.update(**fields)

    return erase


def _delete(rows: list[Any], by: Actor, at: datetime) -> None:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()


def _older(model: Any, field: str) -> Callable[[datetime], QuerySet[Any]]:
    def old(before: datetime) -> QuerySet[Any]:
        found: QuerySet[Any] = model._default_manager.filter(**{f"{field}__lte": before})
        return found

    return old


SHORTEST = _("个人信息保护法第十九条：为实现目的所必要的最短时间；天数为本系统假定（A）")
SIX_MONTHS = _("网络安全法第二十一条：日志留存不少于六个月（按 184 天计）")

RULES: tuple[Rule, ...] = (
    Rule(
        key="contact-of-closed-case",
        model="ratings.Contact",
        what=_("评价人的手机号、办件编号、口令"),
        since=_("案件办结（回头看期满之后）"),
        days=180,
        source=SHORTEST,
        old=_of_closed_cases,
        erase=_erase_contacts,
    ),
    Rule(
        key="contact-without-case",
        model="ratings.Contact",
        what=_("没有立案的评价留下的手机号、办件编号、口令"),
        since=_("收到评价"),
        days=90,
        source=SHORTEST,
        old=_without_case,
        erase=_erase_contacts,
    ),
    Rule(
        key="contact-of-closed-source",
        model="casework.CaseSource",
        what=_("来信来访等案件留下的姓名和手机号"),
        since=_("案件办结（回头看期满之后）"),
        days=180,
        source=SHORTEST,
        old=_of_closed_sources,
        erase=_empty(name_cipher=None, phone_cipher=None, phone_print=None, call_back=False),
    ),
    Rule(
        key="senders",
        model="casework.CitizenMessage",
        what=_("留言和热线的来件人，及文字中的姓名和号码"),
        since=_("来件（案件办结之后）"),
        days=400,
        source=SHORTEST,
        old=_old_senders,
        erase=_empty(
            sender_cipher=None,
            sender_print=None,
            subject=Left("shown_subject", 200),
            text=F("shown_text"),
            reply=F("shown_reply"),
        ),
    ),
    Rule(
        key="waiting-files",
        model="casework.MessageBatch",
        what=_("上传后没有导入的留言文件内容"),
        since=_("上传"),
        days=30,
        source=SHORTEST,
        old=_forgotten_batches,
        erase=_empty(content_cipher=None),
    ),
    Rule(
        key="persons",
        model="accountability.Person",
        what=_("问责登记中的人员姓名"),
        since=_("不删除"),
        days=None,
        source=_("干部管理档案：由组织人事部门决定"),
    ),
    Rule(
        key="messages",
        model="notices.Outgoing",
        what=_("外发短信和邮件的收件人与内容"),
        since=_("写成"),
        days=30,
        source=SHORTEST,
        old=_old_messages,
        erase=_empty_messages,
    ),
    Rule(
        key="codes",
        model="notices.OneTimeCode",
        what=_("验证码的请求"),
        since=_("索取"),
        days=7,
        source=SHORTEST,
        old=_older(OneTimeCode, "requested_at"),
        erase=_delete,
    ),
    Rule(
        key="inbox",
        model="notices.InboxItem",
        what=_("站内消息"),
        since=_("发出"),
        days=400,
        source=SHORTEST,
        old=_older(InboxItem, "created_at"),
        erase=_delete,
    ),
    Rule(
        key="digests",
        model="notices.Digest",
        what=_("每日汇总的登记"),
        since=_("发出"),
        days=90,
        source=SHORTEST,
        old=_older(Digest, "at"),
        erase=_delete,
    ),
    Rule(
        key="left-staff",
        model="people.User",
        what=_("停用账号的手机号和邮箱"),
        since=_("账号停用"),
        days=90,
        source=SHORTEST,
        old=_left_staff,
        erase=_forget_staff,
    ),
    Rule(
        key="first-links",
        model="people.OneTimeLink",
        what=_("一次性链接的摘要"),
        since=_("失效"),
        days=400,
        source=SIX_MONTHS,
        old=_older(OneTimeLink, "expires_at"),
        erase=_delete,
    ),
    Rule(
        key="sessions",
        model="sessions.Session",
        what=_("登录会话"),
        since=_("失效"),
        days=1,
        source=SHORTEST,
        old=_older(Session, "expire_date"),
        erase=_delete,
    ),
    *(
        Rule(
            key=f"sign-ins-{name}",
            model=model._meta.label,
            what=what,
            since=_("发生"),
            days=400,
            source=SIX_MONTHS,
            old=_older(model, "attempt_time"),
            erase=_delete,
        )
        for name, model, what in (
            ("failed", AccessFailureLog, _("登录失败记录（含网络地址）")),
            ("tried", AccessAttempt, _("登录尝试记录（含网络地址）")),
            ("done", AccessLog, _("登录记录（含网络地址）")),
        )
    ),
    Rule(
        key="reads",
        model="audit.ReadAccess",
        what=_("查看个人信息的记录"),
        since=_("不删除"),
        days=None,
        source=SIX_MONTHS,
    ),
    Rule(
        key="events",
        model="audit.Event",
        what=_("操作记录（不含个人信息，数据库拒绝改动）"),
        since=_("不删除"),
        days=None,
        source=SIX_MONTHS,
    ),
)


def rule(key: str) -> Rule:
    """Raises KeyError for a rule that is not on the list."""
    return {each.key: each for each in RULES}[key]


def due_now(*, at: datetime) -> Iterator[tuple[Rule, int]]:
    """Each rule with how many rows are due; nothing is touched."""
    for each in RULES:
        due = each.due(at)
        yield each, due.count() if due is not None else 0


def apply_rules(*, at: datetime, by: Actor = SYSTEM) -> dict[str, int]:
    """Erase what is due, rule by rule, in slices; how many rows of each. Harmless to repeat, or
    to interrupt."""
    return {each.key: _apply(each, by=by, at=at) for each in RULES if each.erase}


def _apply(each: Rule, *, by: Actor, at: datetime) -> int:
    found = each.due(at)
    assert found is not None
    done, due = 0, found.order_by("pk")
    rows = list(due[:SLICE])
    while rows:
        _erase(rule=each, rows=rows, by=by, at=at)
        done += len(rows)
        rows = list(due.filter(pk__gt=rows[-1].pk)[:SLICE])
    return done


@action("retention.apply")
def _erase(*, rule: Rule, rows: list[Any], by: Actor, at: datetime) -> None:
    assert rule.erase
    rule.erase(rows, by, at)
    note("retention.apply", "rule", rule.key, {"rows": len(rows)}, by=by, at=at)

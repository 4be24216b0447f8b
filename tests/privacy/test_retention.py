"""Each rule on either side of its edge; nothing is touched without being told; the fact stays."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from pingyi.audit import queries as audit
from pingyi.audit.actions import CITIZEN, SYSTEM
from pingyi.audit.personal import declarations
from pingyi.casework.actions import load_messages
from pingyi.casework.intake_models import CaseSource, CitizenMessage, MessageBatch
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.jobs.registry import job
from pingyi.notices.actions import notify, queue_sms
from pingyi.notices.codes import request_code
from pingyi.notices.models import InboxItem, OneTimeCode, Outgoing
from pingyi.notices.queries import as_shown
from pingyi.notices.sending import send_due_messages
from pingyi.people.actions import create_user, deactivate_user, email_of, phone_of, set_mail
from pingyi.people.models import User
from pingyi.people.roles import Role
from pingyi.privacy.retention import RULES, apply_rules, due_now, rule
from pingyi.ratings.models import Contact, UnitTally
from pingyi.ratings.proof import prove
from pingyi.shell.main import main
from tests.casework.world import AT, PHONE, World
from tests.notices.gateways import FakeGateway
from tests.staff import signed_in


def due(key: str, at) -> int:
    return next(rows for each, rows in due_now(at=at) if each.key == key)


def test_every_model_with_personal_data_has_a_rule():
    ruled = {each.model for each in RULES}
    assert {model._meta.label for model, _ in declarations()} <= ruled


def test_every_rule_says_what_when_and_why():
    for each in RULES:
        assert each.what
        assert each.since
        assert each.source
        assert (each.days is None) == (each.old is None) == (each.erase is None)
    assert len({each.key for each in RULES}) == len(RULES)


def test_logs_are_kept_for_six_months_and_more():
    assert rule("reads").days is None
    assert rule("events").days is None
    for name in ("failed", "tried", "done"):
        assert rule(f"sign-ins-{name}").days >= 184


def test_a_contact_goes_so_long_after_its_case_was_closed(world: World):
    case = world.case("closed")
    closed = case.closed_at
    Contact.objects.filter(rating=case.rating).update(word_digest=b"x" * 17)
    edge = closed + timedelta(days=180)
    assert due("contact-of-closed-case", edge - timedelta(seconds=1)) == 0
    assert due("contact-of-closed-case", edge) == 1
    before = list(UnitTally.objects.values())
    assert apply_rules(at=edge)["contact-of-closed-case"] == 1
    contact = Contact.objects.get(rating=case.rating)
    assert contact.phone_cipher is contact.matter_cipher is contact.word_digest is None
    assert contact.phone_print is contact.matter_print is None
    assert not contact.call_back
    assert list(UnitTally.objects.values()) == before
    assert prove(at=edge).differences == []
    assert Case.objects.get(pk=case.pk).state == "closed"
    assert due("contact-of-closed-case", edge) == 0


def test_an_open_case_keeps_its_contact(world: World):
    world.case("with_unit")
    assert due("contact-of-closed-case", AT + timedelta(days=4000)) == 0
    assert due("contact-without-case", AT + timedelta(days=4000)) == 0


def test_a_good_ratings_contact_goes_sooner(world: World):
    world.rate(level="satisfied")
    edge = AT + timedelta(days=90)
    assert due("contact-without-case", edge - timedelta(seconds=1)) == 0
    assert apply_rules(at=edge)["contact-without-case"] == 1
    assert apply_rules(at=edge)["contact-without-case"] == 0


def test_what_other_origins_left_goes_too(world: World):
    batch = MessageBatch.objects.create(
        channel="message_board",
        area=world.district,
        content_cipher=b"x",
        proposed_at=AT,
        proposed_by="x",
    )
    message = CitizenMessage.objects.create(
        channel="message_board",
        number="1",
        batch=batch,
        area=world.district,
        sender_cipher=b"x",
        subject="s",
        text="t",
        sent_at=AT,
    )
    case = world.case("closed")
    CaseSource.objects.create(
        case=case,
        message=message,
        dated=AT.date(),
        summary="s",
        reply_owed=True,
        name_cipher=b"x",
        phone_cipher=b"x",
        call_back=True,
    )
    counts = apply_rules(at=case.closed_at + timedelta(days=180))
    assert [counts[key] for key in ("contact-of-closed-source", "senders", "waiting-files")] == [
        1,
        0,
        1,
    ]
    source = CaseSource.objects.get()
    assert (source.name_cipher, source.phone_cipher, source.call_back) == (None, None, False)
    running = Case.objects.filter(pk=case.pk)
    running.update(state="to_reply", closed_at=None)
    assert apply_rules(at=AT + timedelta(days=400))["senders"] == 0
    running.update(state="closed", closed_at=case.closed_at)
    assert apply_rules(at=AT + timedelta(days=400))["senders"] == 1


def test_messages_are_emptied_and_what_still_waits_is_never_sent(world: World):
    sent = queue_sms(phone=PHONE, text="x", purpose="code", by=SYSTEM, at=AT)
    send_due_messages(at=AT, by=SYSTEM, through={Outgoing.Channel.SMS: FakeGateway()})
    queue_sms(phone=PHONE, text="x", purpose="code", by=SYSTEM, at=AT)
    later = AT + timedelta(days=30)
    assert apply_rules(at=later)["messages"] == 2
    states = [message.state for message in Outgoing.objects.all()]
    assert states == [Outgoing.State.SENT, Outgoing.State.FAILED]
    sent.refresh_from_db()
    assert as_shown(sent, with_text=True).to == ""
    gateway = FakeGateway()
    send_due_messages(at=later, by=SYSTEM, through={Outgoing.Channel.SMS: gateway})
    assert gateway.calls == 0
    assert apply_rules(at=later)["messages"] == 0


def test_codes_and_inbox_go(world: World):
    request_code(subject=world.rate(), by=CITIZEN, at=AT)
    notify(users=[world.caller], text="x", link="/", by=SYSTEM, at=AT)
    assert apply_rules(at=AT + timedelta(days=7))["codes"] == 1
    assert not OneTimeCode.objects.exists()
    assert InboxItem.objects.count() == 1
    assert apply_rules(at=AT + timedelta(days=400))["inbox"] == 1


def test_who_left_is_forgotten_but_for_what_they_did(world: World):
    user = create_user(login="left", name="走了", phone=PHONE, by=SYSTEM, at=AT)
    stays = create_user(login="stays", phone=PHONE, by=SYSTEM, at=AT)
    set_mail(user=user, address="a@b.cn", digest=True, by=user, at=AT)
    deactivate_user(user=user, by=SYSTEM, at=AT)
    assert apply_rules(at=AT + timedelta(days=89))["left-staff"] == 0
    assert apply_rules(at=AT + timedelta(days=90))["left-staff"] == 1
    user = User.objects.get(pk=user.pk)
    assert (phone_of(user), email_of(user), user.mail_digest) == ("", "", False)
    assert user.name == "走了"
    assert phone_of(User.objects.get(pk=stays.pk)) == PHONE


def test_erasing_is_recorded_and_names_nobody(world: World):
    world.rate(level="satisfied")
    apply_rules(at=AT + timedelta(days=90))
    found = audit.events(actions=["retention.apply", "contact.erase"])
    said = {(e.action, e.subject_kind, str(e.data)) for e in found}
    assert said == {
        ("retention.apply", "rule", "{'rows': 1}"),
        ("contact.erase", "rating", "{'why': 'retention'}"),
    }


def test_slices_take_all_of_it(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pingyi.privacy.retention.SLICE", 2)
    for _ in range(5):
        request_code(subject=world.rate(level="satisfied"), by=CITIZEN, at=AT)
    later = AT + timedelta(days=100)
    counts = apply_rules(at=later)
    assert (counts["codes"], counts["contact-without-case"]) == (5, 5)


def test_the_job_erases_only_where_the_city_switched_it_on(world: World, settings):
    world.rate(level="satisfied")
    later = AT + timedelta(days=100)
    job("retention").run(later)
    assert Contact.objects.filter(phone_cipher__isnull=False).count() == 1
    settings.PINGYI = dataclasses.replace(settings.PINGYI, retention="apply")
    job("retention").run(later)
    assert not Contact.objects.filter(phone_cipher__isnull=False).exists()


def test_the_command_counts_and_touches_nothing_until_told(world: World):
    old = timezone.now() - timedelta(days=200)
    world.rate(level="satisfied", at=old)
    dry = CliRunner().invoke(main, ["retention"])
    assert dry.exit_code == 0, dry.output
    assert "1  contact-without-case" in dry.output
    assert dry.output.splitlines()[-1] == "1 rows due; nothing was erased"
    assert Contact.objects.filter(phone_cipher__isnull=False).exists()
    done = CliRunner().invoke(main, ["retention", "--apply"])
    assert done.output.splitlines()[-1] == "1 rows erased"
    assert not Contact.objects.filter(phone_cipher__isnull=False).exists()


def test_the_page_counts_what_is_due(world: World):
    page = signed_in(world.person(Role.AUDIT_ADMIN)).get("/audit/retention/").content.decode()
    for each in RULES:
        assert each.model in page


def test_of_an_old_message_stays_what_the_office_was_shown(world):
    said = f"我叫李梅香，请打{PHONE}"
    row = MessageRow(
        line=2, number="77", sender=f"李梅香 {PHONE}", subject=said, sent_at=AT, text=said
    )
    load_messages(
        rows=[row],
        channel=Channel.MESSAGE_BOARD,
        area=world.district,
        source="messages.csv",
        by=world.sorter,
        at=AT,
    )
    shown = CitizenMessage.objects.get().shown_text
    assert apply_rules(at=AT + timedelta(days=399))["senders"] == 0
    assert CitizenMessage.objects.get().text == said
    assert apply_rules(at=AT + timedelta(days=400))["senders"] == 1
    message = CitizenMessage.objects.get()
    assert message.sender_cipher is None
    assert (message.subject, message.text, message.reply) == (shown, shown, "")
    assert "李梅香" not in shown
    assert PHONE not in shown
    assert apply_rules(at=AT + timedelta(days=401))["senders"] == 0, "twice does nothing twice"

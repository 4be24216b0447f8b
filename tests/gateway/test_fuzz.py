"""Thousands of random requests: never a 500, never a row that breaks a rule.

PINGYI_FUZZ_EXAMPLES sets how many (`make fuzz`: 100,000).
"""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi import rulebook
from pingyi.audit.keys import keyring
from pingyi.ratings import contacts
from pingyi.ratings.models import Contact, Rating
from pingyi.ratings.proof import prove
from tests.gateway.driving import request
from tests.gateway.guesses import bodies, forms

EXAMPLES = int(os.environ.get("PINGYI_FUZZ_EXAMPLES", "5000"))
TOGETHER = 4
"""Requests sent at once, one of them the form's."""
FORM = {"content-type": "application/x-www-form-urlencoded"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@pytest.mark.slow
@pytest.mark.no_cover
def test_fuzz_the_doors(driver, city):
    acknowledged = set()

    @settings(
        max_examples=EXAMPLES // TOGETHER,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(
        st.lists(bodies(city.code), min_size=TOGETHER - 1, max_size=TOGETHER - 1),
        forms(city.code),
    )
    def send(several: list[bytes], form: bytes) -> None:
        requests = [request("POST", "/api/v1/ratings", body) for body in several]
        requests.append(request("POST", f"/r/{city.code}", form, headers=FORM))
        for answer in driver.run(*requests):
            assert answer.status in (200, 201, 303, 400, 404, 409, 413, 422)
            acknowledged.update(receipt_in(answer))

    send()
    assert acknowledged == set(Rating.objects.values_list("receipt", flat=True))
    assert acknowledged
    no_rule_is_broken()
    proof = prove(at=timezone.now())
    assert proof.ratings == len(acknowledged)
    assert not proof.differences


def receipt_in(answer: Any) -> set[str]:
    if answer.status == 303:
        return {answer.header("Location").removeprefix("/t/")}
    return {answer.json()["receipt"]} if answer.status in (200, 201) else set()


def no_rule_is_broken() -> None:
    scheme = rulebook.scheme("wuhan-2023")
    offered = {
        level.rank: {reason.code for reason in scheme.reasons(level)} for level in scheme.levels
    }
    for rating in Rating.objects.iterator():
        reasons = set(rating.reasons.split(",")) - {""}
        assert rating.level in offered
        assert reasons <= offered[rating.level]
        assert reasons or rating.comment or not rating.is_bad
        assert unicodedata.is_normalized("NFC", rating.comment)
        assert len(rating.comment) <= 500
        assert not _CONTROL.search(rating.comment)
        assert len(rating.badge) <= 20
    for contact in Contact.objects.iterator():
        phone = contacts.open_phone(contact, keyring=keyring())
        assert not phone or re.fullmatch("1[3-9][0-9]{9}", phone, re.A)

"""Reading pages as a person does: their words, their forms, and in which language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser

from django.conf import settings
from django.test import Client

from pingyi.people.models import User
from tests.staff import signed_in

HAN = re.compile(r"[\u3400-\u9fff]+")
_SKIPPED = {"script", "style", "head"}


class _Words(HTMLParser):
    """Visible text, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skip = 0

    def handle_starttag(self, tag, attributes):
        self._skip += tag in _SKIPPED
        given = dict(attributes)
        if given.get("lang") == "zh-hans" and tag == "button":
            self._skip += 1
        self.found += [
            given[name] or ""
            for name in ("title", "aria-label", "placeholder", "data-label", "alt")
            if name in given
        ]

    def handle_endtag(self, tag):
        if tag in _SKIPPED or (tag == "button" and self._skip):
            self._skip -= 1

    def handle_data(self, data):
        if not self._skip:
            self.found.append(data)


def words(response) -> str:
    """The page's visible words, titles and labels."""
    reader = _Words()
    reader.feed(response.content.decode())
    return " ".join(" ".join(unescape(text).split()) for text in reader.found if text.strip())


def untranslated(response) -> list[str]:
    """Chinese left on a page read in English; the button that leads back to Chinese may stay."""
    return HAN.findall(words(response))


def reader(user: User, language: str = "zh-hans") -> Client:
    """A browser in which `user` is signed in and reads `language`."""
    client = signed_in(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def form_ids(response) -> set[str]:
    """The ids of the forms on a page."""
    return set(re.findall(r"<form[^>]*\bid=\"([^\"]+)\"", response.content.decode()))


def form_values(response, form_id: str) -> Mapping[str, str]:
    """What the text fields of a form are filled in with."""
    page = response.content.decode()
    body = re.search(rf"<form[^>]*\bid=\"{form_id}\".*?</form>", page, re.DOTALL)
    assert body, f"no form {form_id}"
    areas = re.findall(r"<textarea[^>]*name=\"(\w+)\"[^>]*>(.*?)</textarea>", body[0], re.DOTALL)
    return {name: unescape(text).strip() for name, text in areas}

"""The main menu: one list, filtered by what the user may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.letters import queries as letters
from pingyi.people.models import User
from pingyi.people.permissions import may


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    url_name: str
    permission: str
    count: Callable[[User], int] | None = None
    """How much waits there for the user, to stand beside the label."""
    group: str = ""
    """Under which heading it folds away for whoever has a long menu."""


GROUPS: dict[str, str | Promise] = {
    "after": _("督办问责"),
    "results": _("评议结果"),
    "manage": _("管理"),
}
FLAT = 6
"""So many entries stand side by side; more are folded under their headings."""


def _letters_to_do(user: User) -> int:
    return letters.to_issue(user).count() + letters.to_judge(user).count()


def _letters_to_answer(user: User) -> int:
    return letters.to_answer(user).order_by().count()


ENTRIES: tuple[Entry, ...] = (
    Entry(_("分拣台"), "office:sorting", "case.sort"),
    Entry(_("回访台"), "office:calls", "case.call"),
    Entry(_("案件"), "office:cases", "case.oversee"),
    Entry(_("本单位"), "unit:desk", "case.answer"),
    Entry(_("整改"), "office:rectification", "rectification.read", group="after"),
    Entry(_("整改"), "unit:rectification", "rectification.work"),
    Entry(_("来函"), "unit:letters", "letter.reply", _letters_to_answer),
    Entry(_("移交件"), "inspectors:desk", "case.investigate"),
    Entry(_("监督事项"), "office:findings", "finding.oversee", group="after"),
    Entry(_("问责台账"), "inspectors:measures", "measure.read", group="after"),
    Entry(_("问责建议"), "office:duties", "duty.read", group="after"),
    Entry(_("监督与问责"), "unit:duties", "duty.own"),
    Entry(_("函件"), "office:letters", "letter.read", _letters_to_do, group="after"),
    Entry(_("概览"), "observatory:city", "scoreboard.read", group="results"),
    Entry(_("积分榜"), "observatory:scoreboard", "scoreboard.read", group="results"),
    Entry(_("结果发布"), "office:releases", "release.read", group="results"),
    Entry(_("目录"), "office:directory", "directory.read", group="manage"),
    Entry(_("工作日历"), "office:calendar", "calendar.change", group="manage"),
    Entry(_("发件箱"), "office:outbox", "outbox.read", group="manage"),
    Entry(_("信息请求"), "office:requests", "request.handle", group="manage"),
    Entry(_("用户"), "account:users", "user.read", group="manage"),
    Entry(_("审计"), "account:audit", "audit.read", group="manage"),
)


CASE_TABS: tuple[Entry, ...] = (
    Entry(_("全部案件"), "office:cases", "case.oversee"),
    Entry(_("督办台"), "office:workload", "case.assign"),
    Entry(_("问题清单"), "office:problems", "case.oversee"),
    Entry(_("群众留言"), "office:messages", "case.open"),
    Entry(_("多次投诉"), "office:repeats", "case.oversee"),
    Entry(_("基本满意"), "office:basically", "case.oversee"),
)
"""The pages about cases side by side."""


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    here: bool
    count: int = 0
    group: str = ""


@dataclass(frozen=True)
class Fold:
    """Several entries under one heading."""

    label: str | Promise
    links: list[Link]

    @property
    def here(self) -> bool:
        return any(link.here for link in self.links)

    @property
    def count(self) -> int:
        return sum(link.count for link in self.links)


def folded(links: list[Link]) -> list[Link | Fold]:
    """The menu as the bar holds it: a long one with its groups folded, where the first stood."""
    if len(links) <= FLAT:
        return list(links)
    found: list[Link | Fold] = []
    for link in links:
        group = [one for one in links if link.group and one.group == link.group]
        if len(group) < 2:
            found.append(link)
        elif group[0] is link:
            found.append(Fold(GROUPS[link.group], group))
    return found


def menu_for(user: User, path: str) -> list[Link]:
    """The entries `user` may open, the one `path` belongs to marked."""
    links = []
    for entry in ENTRIES:
        if not may(user, entry.permission):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        here = path.startswith(url) or (entry.url_name == "office:cases" and _beside_cases(path))
        count = entry.count(user) if entry.count else 0
        links.append(Link(entry.label, url, here, count, entry.group))
    nearest = max((len(link.url) for link in links if link.here), default=0)
    return [replace(link, here=link.here and len(link.url) == nearest) for link in links]


def case_tabs_for(user: User, path: str) -> list[Link]:
    """The tabs `user` may open, the page at `path` marked."""
    found = [(entry, reverse(entry.url_name)) for entry in CASE_TABS if may(user, entry.permission)]
    return [Link(entry.label, url, path == url) for entry, url in found]


def _beside_cases(path: str) -> bool:
    """Whether the page is one of those about cases, or below it."""
    return any(path.startswith(reverse(entry.url_name)) for entry in CASE_TABS)

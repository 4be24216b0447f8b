"""The sheet a visitor of the demo city gets: who to sign in as, what to try, one link to rate."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from pingyi.demo.staff import Login
from pingyi.people.roles import Role

TRY: dict[Role, str] = {
    Role.SORTER: "分拣新差评 sort new bad ratings, within 24 h",
    Role.CALLER: "回访评价人 call raters back, within 2 days",
    Role.CASE_MANAGER: "转办、认定、答复 dispatch, decide, answer",
    Role.SCHEME_KEEPER: "年度与方案 seasons and schemes",
    Role.INSPECTOR: "移交件 referrals, one under embargo",
    Role.SQUAD_MEMBER: "明察暗访、督办 checks, findings, letters",
    Role.LEADER: "全市概览、积分榜 the city at a glance, scoreboard",
    Role.SYSTEM_ADMIN: "用户、目录 users, directory",
    Role.SECURITY_ADMIN: "授权 appointments",
    Role.AUDIT_ADMIN: "审计日志 every access and change",
    Role.UNIT_ADMIN: "办理转办件、打印二维码 answer cases, print codes",
}


def sheet(
    *,
    city: str,
    counts: Sequence[tuple[int, str]],
    logins: Sequence[Login],
    rating_url: str,
    url: str,
) -> str:
    """The sheet as text, columns aligned for a terminal."""
    numbers = " · ".join(f"{number:,} {what}" for number, what in counts)
    rows = [("角色 role", "登录名 login", "密码 password", "范围 where", "可以试 what to try")]
    rows += [(one.role.zh, one.login, one.password, one.where, TRY[one.role]) for one in logins]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    table = "\n".join(
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
    return (
        f"示范城市 demo city {city}: {numbers}\n\n{table}\n\n"
        f"评一次 rate once:  {rating_url}\n工作台 sign in:    {url}/accounts/login/\n"
    )


def keep(path: Path, text: str) -> None:
    """Keep the sheet for its owner's eyes alone (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)

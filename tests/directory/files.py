"""Directory files of any content, as a city's office or its worst enemy would send them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from pingyi.kernel.tables import write_csv, write_xlsx

Sheets = Mapping[str, Sequence[Sequence[Any]]]

CITY: dict[str, list[list[Any]]] = {
    "areas": [
        ["code", "name", "parent"],
        ["420100", "武汉市", None],
        ["420102", "江岸区", "420100"],
        ["420102001", "大智街道", "420102"],
    ],
    "units": [
        ["code", "name", "group", "parent", "area", "kind"],
        ["B1", "江岸区人力资源局", "offices", None, "420102", "bureau"],
        ["S1", "大智街道社保所", "stations", "B1", "420102001", "station"],
    ],
    "points": [
        ["unit", "name", "kind", "address", "hours"],
        ["B1", "综合1号窗口", "window", "中山大道1号", "周一至周五 8:30-17:00"],
        ["B1", "自助终端", "terminal", None, None],
        ["S1", "社保窗口", "window", "大智路2号", "周一至周五 8:30-17:00"],
    ],
    "items": [
        ["unit", "code", "name"],
        ["B1", "1001", "社会保险登记"],
        ["S1", "1002", "失业登记"],
    ],
}

IN_CHINESE: dict[str, list[list[Any]]] = {
    "事项": [["名称", "编码", "单位"], ["社会保险登记", 1001, "B1"], ["失业登记", 1002, "S1"]],
    "服务点": [
        ["办公时间", "类型", "名称", "单位", "地址"],
        ["周一至周五 8:30-17:00", "窗口", "综合1号窗口", "B1", "中山大道1号"],
        ["", "自助终端", "自助终端", "B1", ""],
        ["周一至周五 8:30-17:00", "窗口", "社保窗口", "S1", "大智路2号"],
    ],
    "单位": [
        ["类型", "区划", "上级", "分组", "名称", "编码"],
        ["bureau", 420102, None, "机关处室", "江岸区人力资源局", "B1"],
        ["station", 420102001, "B1", "基层站所", "大智街道社保所", "S1"],
    ],
    "区划": [
        ["上级", "名称", "编码"],
        [None, "武汉市", 420100],
        [420100, "江岸区", 420102],
        [420102, "大智街道", 420102001],
    ],
}


def city(**changed: list[list[Any]]) -> dict[str, list[list[Any]]]:
    """The small city with some sheets replaced."""
    return {name: changed.get(name, rows) for name, rows in (CITY | changed).items()}


def xlsx(sheets: Sheets) -> bytes:
    target = io.BytesIO()
    write_xlsx(target, {name: list(rows) for name, rows in sheets.items()})
    return target.getvalue()


def zipped(sheets: Sheets) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, rows in sheets.items():
            archive.writestr(f"{name}.csv", b"".join(write_csv(rows)))
    return target.getvalue()

"""`python -m pingyi.shell.benchmarks.city N`: N windows in an empty database, and their codes."""

from __future__ import annotations

import os
import random
import sys
from datetime import UTC, datetime


def main(count: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    from pingyi.directory.models import Area, PointCode, Season, ServicePoint, Unit
    from pingyi.kernel.codes import new_point_code

    at, seeded = datetime.now(UTC), random.Random(1)  # noqa: S311
    area = Area.objects.create(code="420100", name="武汉市", level="city")
    Season.objects.create(
        code=str(at.year),
        scheme="wuhan-2023",
        starts_on=f"{at.year - 1}-01-01",
        ends_on=f"{at.year + 1}-12-31",
    )
    units = Unit.objects.bulk_create(
        Unit(code=f"U{n}", name=f"单位{n}", group="offices", area=area) for n in range(count // 4)
    )
    points = ServicePoint.objects.bulk_create(
        ServicePoint(unit=units[n // 4], name=f"{n} 号窗口", kind="window") for n in range(count)
    )
    codes = PointCode.objects.bulk_create(
        PointCode(point=point, code=new_point_code(seeded.randbytes), issued_at=at)
        for point in points
    )
    sys.stdout.write(" ".join(code.code for code in codes) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))

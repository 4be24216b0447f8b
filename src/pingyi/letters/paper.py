"""What stands on the paper, from head to imprint: gathered once, for the file and for the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from pingyi.letters.body import Paragraph, paragraphs
from pingyi.letters.models import Letter
from pingyi.letters.states import Part

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""What the file of a draft says it was made at: the same draft gives the same bytes."""


@dataclass(frozen=True)
class Paper:
    """A letter as GB/T 9704-2012 lays it out. `number` and `day` are blank in a draft."""

    head: str
    number: str
    title: tuple[str, ...]
    addressed: str
    body: tuple[Paragraph, ...]
    annexes: tuple[str, ...]
    signature: str
    day: str
    copies: tuple[str, ...]
    imprint: str
    made_at: datetime

    @property
    def copied(self) -> str:
        """The line of copies; "" without any."""
        return f"抄送：{'，'.join(self.copies)}。" if self.copies else ""

    @property
    def annex_lines(self) -> tuple[str, ...]:
        """`附件：1.清单`, and under it `2.表`; a single annex has no number."""
        numbered = len(self.annexes) > 1
        return tuple(
            ("附件：" if place == 1 else "") + (f"{place}." if numbered else "") + name
            for place, name in enumerate(self.annexes, start=1)
        )


def paper_of(letter: Letter) -> Paper:
    """The letter's paper; two queries. Once issued it is as it was then, whatever organ and units
    are called since."""
    found = letter.recipients.select_related("unit").order_by("pk")
    names = [(recipient.part, recipient.name or recipient.unit.name) for recipient in found]
    main = "、".join(name for part, name in names if part == Part.MAIN)
    return Paper(
        head=letter.head or letter.organ.name,
        number=letter.number or _number_to_come(letter),
        title=tuple(letter.title.splitlines()),
        addressed=(letter.salutation or main) + "：",
        body=tuple(paragraphs(letter.body)),
        annexes=tuple(line.strip() for line in letter.annexes.splitlines() if line.strip()),
        signature=letter.signature or letter.organ.signature,
        day=day_text(letter.date) if letter.date else "    年  月  日",
        copies=tuple(name for part, name in names if part == Part.COPY),
        imprint=f"{day_text(letter.date)}印发" if letter.date else "",
        made_at=letter.issued_at or UNDATED,
    )


def day_text(day: date) -> str:
    """`2026年3月2日`: Arabic numerals, no leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def _number_to_come(letter: Letter) -> str:
    """The number's place in a draft: 武治庸函〔    〕   号."""
    series = letter.organ.series.filter(kind=letter.kind).first()
    return f"{series.prefix if series else ''}〔    〕    号"

"""What a release's results are called: as the scheme that they came from says."""

from django.utils import translation

from pingyi import rulebook
from pingyi.publication.wording import grade_name, honour_name, honour_tone
from pingyi.rulebook import reading

OWN = (
    (reading.DEFINITIONS / "jiangmen-2008.toml")
    .read_text(encoding="utf-8")
    .replace('name = "jiangmen-2008"', 'name = "ours"')
    .replace("[honours.excellent]", "[honours.pacesetter]")
    .replace('honour = "excellent"', 'honour = "pacesetter"')
    .replace('title = { zh = "优秀", en = "Excellent" }', 'title = { zh = "标兵", en = "Model" }')
    .replace('title = { zh = "满意等次", en = "Grade “satisfied”" }\n', "")
    .replace('title = { zh = "不满意等次", en = "Grade “dissatisfied”" }\n', "")
    .replace("[grades.dissatisfied]", "[grades.failed]")
)


def test_another_citys_honours_are_called_as_its_file_says() -> None:
    scheme = rulebook.draft("ours.toml", OWN.encode())
    assert honour_name(scheme, "pacesetter") == "标兵"
    assert honour_tone(scheme, "pacesetter") == "good"
    with translation.override("en"):
        assert honour_name(scheme, "pacesetter") == "Model"
        assert grade_name(scheme, "basically_satisfied") == "Grade “basically satisfied”"


def test_without_a_title_the_id_is_said_and_for_none_nothing() -> None:
    scheme = rulebook.draft("ours.toml", OWN.encode())
    assert grade_name(scheme, "failed") == "failed"
    assert (honour_name(scheme, None), grade_name(scheme, None)) == ("", "")
    assert honour_tone(scheme, None) == ""


def test_texts_kept_before_there_were_titles_are_read_as_before() -> None:
    assert grade_name(rulebook.draft("ours.toml", OWN.encode()), "satisfied") == "满意等次"


def test_every_shipped_honour_and_grade_has_a_title() -> None:
    for name in rulebook.names():
        scheme = rulebook.scheme(name)
        for clause in (*scheme.honours.values(), *scheme.grades.values()):
            assert clause.title is not None, (name, clause.id)
    wuhan = rulebook.scheme("wuhan-2023")
    assert [honour_name(wuhan, one) for one in wuhan.honours] == ["十优", "十差"]
    assert honour_tone(wuhan, "bottom_ten") == "bad"

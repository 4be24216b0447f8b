"""`/r/<code>`: small, complete, in both languages, and refusing with the form filled in."""

import gzip
import re
import uuid

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from pingyi import rulebook
from pingyi.directory.models import Item, Post
from pingyi.ratings.models import Rating
from pingyi.rulebook import Level
from pingyi.web.citizen import pages
from pingyi.web.citizen.visit import send
from pingyi.web.components import inline_style
from tests.casework.world import World
from tests.ratings.city import issue
from tests.web.citizen.reading import (
    HAN,
    Page,
    chinese_not_marked,
    heading_jumps,
    loose_references,
    unlabelled,
)

KB = 1024


def get(world: World, **options) -> str:
    response = Client().get(f"/r/{world.code}", **options)
    assert response.status_code == 200
    return response.content.decode()


def form(world: World, **changed) -> dict:
    return {"level": "satisfied", "key": str(uuid.uuid4()), **changed}


def post(world: World, **changed):
    return Client().post(f"/r/{world.code}", form(world, **changed))


@pytest.fixture
def five_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheme that shows five levels, each with the reasons of its own number."""
    plain = pages.rules_on
    base = rulebook.scheme("wuhan-2023")
    words = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
    labels = {
        level: rulebook.model.Label(
            zh=words[level.rank],
            en=level.value.replace("_", " "),
            source="测试",
            reasons=(level.rank,),
        )
        for level in Level
    }
    scale = msgspec.structs.replace(base.scale, shown=tuple(Level))
    scheme = msgspec.structs.replace(base, scale=scale, labels=labels)
    monkeypatch.setattr(pages, "rules_on", lambda day: plain(day)._replace(scheme=scheme))


def test_it_says_what_is_rated(world: World):
    world.point.address, world.point.hours = "珞喻路1号", "周一至周五 8:30-17:00"
    world.point.save()
    text = Page(get(world)).one("main").text
    for said in (world.brigade.name, world.point.name, "窗口", "珞喻路1号", "8:30-17:00"):
        assert said in text


def test_it_says_what_is_handled_there(world: World):
    """All of the unit's items, unless some are chosen for the point; not those of other units."""
    mine = [Item.objects.create(unit=world.brigade, code=f"A{n:02}", name=f"事项{n:02}")
            for n in range(14)]  # fmt: skip
    Item.objects.create(unit=world.other_unit, code="B", name="别处的事项")
    pages.forget_pages()
    told = Page(get(world)).one("section", **{"class": "card whom"})
    (listed,) = told.all("details")
    assert "在此办理的事项" in listed.text
    assert "、".join(f"事项{n:02}" for n in range(12)) in listed.text
    assert "事项12" not in listed.text
    assert "共 14 项" in listed.text
    assert "open" not in listed.attributes
    world.point.items.set(mine[12:])
    pages.forget_pages()
    (listed,) = Page(get(world)).one("section", **{"class": "card whom"}).all("details")
    assert "事项12、事项13" in listed.text
    assert "事项00" not in listed.text
    assert "共" not in listed.text


def test_without_items_nothing_is_said_of_them(world: World):
    Item.objects.all().delete()
    pages.forget_pages()
    assert not Page(get(world)).one("section", **{"class": "card whom"}).all("details")


def test_three_levels_best_first_each_with_its_own_reasons(world: World):
    page = Page(get(world))
    levels = [node.get("value") for node in page.all("input") if node.get("name") == "level"]
    assert levels == ["satisfied", "basically_satisfied", "dissatisfied"]
    scheme = rulebook.scheme("wuhan-2023")
    for level in scheme.levels:
        offered = [
            node.get("value")
            for node in page.all("input")
            if node.get("name") == f"reasons-{level.value}"
        ]
        assert sorted(offered) == sorted(reason.code for reason in scheme.reasons(level))
        assert all(
            reason.core for reason in scheme.reasons(level) if reason.code in offered[:6]
        ) or (len(offered) == 8)


def test_the_largest_page_is_small_enough(world: World, five_levels):
    world.brigade.name = "武汉东湖新技术开发区" * 12
    world.brigade.save()
    world.point.name = ("综合受理" * 30)[:120]
    world.point.address = ("中华路与解放路交汇处" * 20)[:200]
    world.point.hours = ("周一至周五 8:30-12:00 " * 10)[:100]
    world.point.save()
    Post.objects.bulk_create(
        Post(unit=world.brigade, point=world.point, badge=f"HS{n:05}", name="买买提·吐尔逊")
        for n in range(40)
    )
    # Text that packs badly: every letter is another.
    Item.objects.bulk_create(
        Item(
            unit=world.brigade,
            code=f"{n:03}",
            name="".join(chr(0x4E00 + 7919 * (200 * n + at) % 20_000) for at in range(200)),
        )
        for n in range(300)
    )
    for language in ("zh-hans", "en"):
        for large in (False, True):
            page = pages.rating_page(world.code, language=language, large=large, at=timezone.now())
            assert len(re.findall(rb'name="reasons-', page.body())) == 40
            assert len(page.body("k" * 36)) < 40 * KB
            assert len(page.gzipped("k" * 36)) < 15 * KB


def test_it_asks_for_nothing_else(world: World):
    html = get(world)
    page = Page(html)
    assert not page.all("script", "img", "iframe")
    assert "url(" not in html
    assert "@import" not in html
    assert [node.get("href") for node in page.all("link")] == ["data:,"]
    assert [node.text for node in page.all("style")] == [" ".join(inline_style.TEXT.split())]


def test_the_policy_lets_in_this_style_and_no_other(world: World):
    response = Client().get(f"/r/{world.code}")
    policy = response.headers["Content-Security-Policy"]
    assert f"style-src 'self' '{inline_style.HASH}'" in policy
    assert "unsafe" not in policy


def test_it_is_kept_nowhere_and_each_view_has_its_own_key(world: World):
    first, second = Client().get(f"/r/{world.code}"), Client().get(f"/r/{world.code}")
    assert first.headers["Cache-Control"] == "no-store"
    keys = [
        Page(response.content.decode()).one("input", name="key").get("value")
        for response in (first, second)
    ]
    assert uuid.UUID(keys[0]) != uuid.UUID(keys[1])
    assert Page(first.content.decode()).one("form").get("autocomplete") == "off"


def test_compressed_for_those_who_take_it(world: World, rf):
    page = pages.rating_page(world.code, language="en", large=False, at=timezone.now())
    response = send(rf.get("/", headers={"Accept-Encoding": "gzip, br"}), page, key="k")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == page.body("k")


@pytest.mark.parametrize("large", ["0", "1"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_has_a_name_and_its_place(world: World, five_levels, language, large):
    page = Page(get(world, data={"lang": language, "large": large}))
    assert not unlabelled(page)
    assert not loose_references(page)
    assert not heading_jumps(page)
    assert page.one("html").get("lang") == {"zh": "zh-hans", "en": "en"}[language]
    assert ("large" in page.one("html").get("class")) == (large == "1")


def test_english_is_complete(world: World, five_levels):
    html = get(world, data={"lang": "en"})
    assert not chinese_not_marked(Page(html))


def test_a_choice_of_language_and_size_stays(world: World):
    client = Client()
    client.get(f"/r/{world.code}", {"lang": "en", "large": "1"})
    page = Page(client.get(f"/r/{world.code}").content.decode())
    assert (page.one("html").get("lang"), page.one("html").get("class")) == ("en", "large")
    assert {name: cookie.value for name, cookie in client.cookies.items()} == {
        "language": "en",
        "large": "1",
    }


def test_badges_of_the_point_are_offered(world: World):
    assert Page(get(world)).one("input", name="staff")
    at = timezone.now()
    Post.objects.create(unit=world.brigade, point=world.point, badge="HS001", name="张三")
    Post.objects.create(unit=world.brigade, badge="HS002")
    Post.objects.create(unit=world.brigade, point=world.point, badge="HS003", retired_at=at)
    pages.forget_pages()
    options = Page(get(world)).one("select", name="staff").all("option")
    assert [option.get("value") for option in options] == ["", "HS001"]


def test_two_taps_and_it_is_sent(world: World):
    response = post(world)
    rating = Rating.objects.get()
    assert response.status_code == 303
    assert response.headers["Location"] == f"/t/{rating.receipt}"
    assert response.headers["Cache-Control"] == "no-store"
    assert rating.level == Level.SATISFIED.rank


def test_sent_twice_it_counts_once(world: World):
    again = form(world, level="dissatisfied", comment="没有人")
    receipts = {Client().post(f"/r/{world.code}", again).headers["Location"] for _ in range(3)}
    assert len(receipts) == Rating.objects.count() == 1


def test_reasons_of_another_level_that_the_page_hides_are_left_out(world: World):
    post(world, level="dissatisfied", **{"reasons-satisfied": "510", "reasons-dissatisfied": "214"})
    assert Rating.objects.get().reasons == "214"


def test_the_same_form_with_other_content_is_not_counted(world: World):
    key = str(uuid.uuid4())
    post(world, key=key, comment="一")
    response = post(world, key=key, comment="二")
    assert response.status_code == 409
    assert "第一次" in response.content.decode()
    assert Rating.objects.count() == 1


WRONG = [
    ({"level": ""}, "l4", "请选择满意程度"),
    ({"level": "very_satisfied"}, "l4", "请选择满意程度"),
    ({"level": "dissatisfied"}, "comment", "至少"),
    ({"level": "dissatisfied", "reasons": "510", "comment": "没有人"}, "l4", "原因"),
    ({"comment": "长" * 501}, "comment", "500"),
    ({"phone": "1381234"}, "phone", "11"),
    ({"phone": "", "call_back": "true"}, "phone", "11"),
    ({"private_word": "一"}, "private_word", "2"),
    ({"matter": "9" * 65}, "matter", "64"),
    ({"staff": "9" * 21}, "staff", "20"),
]


@pytest.mark.parametrize(("changed", "target", "said"), WRONG)
def test_a_mistake_comes_back_marked_and_filled_in(world: World, changed, target, said):
    sent = form(world, **{"comment": "等了很久", "phone": "13812341234", **changed})
    if changed == {"level": "dissatisfied"}:
        sent["comment"] = ""
    response = Client().post(f"/r/{world.code}", sent)
    assert response.status_code == 422
    assert not Rating.objects.exists()
    page = Page(response.content.decode())
    summary = page.one("div", id="problems")
    assert [a.get("href") for a in summary.all("a")] == [f"#{target}"]
    assert said in summary.text
    assert not loose_references(page)
    assert not unlabelled(page)
    assert page.one("textarea", name="comment").text == sent["comment"]
    assert page.one("input", name="phone").get("value") == sent["phone"]
    chosen = [node.get("value") for node in page.all("input") if "checked" in node.attributes]
    assert set(chosen) <= {sent["level"], "true"}
    assert page.one("input", name="key").get("value") == sent["key"]


def test_a_mistake_is_told_in_english_too(world: World):
    client = Client(headers={"Accept-Language": "en"})
    for changed, _target, _said in WRONG:
        response = client.post(f"/r/{world.code}", form(world, **{"comment": "a", **changed}))
        page = Page(response.content.decode())
        if response.status_code == 422:
            said = [node.text for node in page.all("p") if node.get("class") == "wrong"]
            assert said
            assert not HAN.search(" ".join(said) + page.one("div", id="problems").text)


def test_what_she_typed_is_shown_as_text(world: World):
    nasty = '"><script>alert(1)</script></textarea>'
    response = post(world, level="", comment=nasty, private_word=nasty, matter=nasty, staff="<b>")
    page = Page(response.content.decode())
    assert not page.all("script")
    assert page.one("textarea", name="comment").text == nasty
    assert page.one("input", name="matter").get("value") == nasty


def test_an_older_attempt_sent_again_from_the_history_shows_nothing(world: World):
    """After a mistake was corrected, "back" and "send again" must not show what was chosen."""
    key = str(uuid.uuid4())
    post(world, key=key, level="dissatisfied", comment="长" * 501)
    assert post(world, key=key, level="dissatisfied", comment="没有人").status_code == 303
    again = post(world, key=key, level="dissatisfied", comment="长" * 501)
    assert again.status_code == 409
    assert "长长" not in again.content.decode()
    assert not Page(again.content.decode()).all("input")


@pytest.mark.parametrize("code", ["abc", "x" * 300, "2222-22222", "%00", "../../etc"])
def test_an_unknown_code_says_what_to_do(world: World, code):
    for response in (Client().get(f"/r/{code}"), Client().post(f"/r/{code}", form(world))):
        assert response.status_code == 404
        assert not response.content.endswith(b"</html>\n" + b"k")


def test_an_unknown_code_has_a_next_step(world: World):
    page = Page(Client().get("/r/abc").content.decode())
    assert "没有这个评价码" in page.one("h1").text
    assert "/" in [a.get("href") for a in page.one("main").all("a")]
    assert not Page(Client().get("/r/abc").content.decode()).one("body").texts[-1].strip()


def test_a_replaced_code_leads_to_the_new_one(world: World):
    old, new = world.code, issue(world.point)
    for response in (Client().get(f"/r/{old}"), Client().post(f"/r/{old}", form(world))):
        assert response.status_code == 410
        page = Page(response.content.decode())
        assert f"/r/{new}" in [a.get("href") for a in page.all("a")]
    assert not Rating.objects.exists()


def test_a_withdrawn_point_leads_nowhere_else(world: World):
    old = world.code
    issue(world.point)
    world.point.retired_at = timezone.now()
    world.point.save()
    response = Client().get(f"/r/{old}")
    assert response.status_code == 410
    assert "/r/" not in response.content.decode()


def test_far_too_much_is_refused(world: World):
    response = post(world, comment="长" * 17_000)
    assert response.status_code == 413
    assert "500" in response.content.decode()


def test_a_typed_code_may_have_capitals_and_gaps(world: World):
    typed = f"{world.code[:4].upper()}-{world.code[4:]}"
    assert world.point.name in Client().get(f"/r/{typed}").content.decode()

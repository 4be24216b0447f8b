"""What the demo city's people write: invented sentences, put together from parts. Pure."""

from __future__ import annotations

import random

_OPENINGS = (
    "",
    "",
    "",
    "今天{time}来办{matter}，",
    "为{matter}跑了{m}趟，",
    "{time}到的，",
    "陪老人来办{matter}，",
    "请了半天假来办{matter}，",
    "办{matter}，",
)
_TIMES = ("一早", "上午九点多", "快十一点", "中午", "下午一点半", "下午三点", "快下班时")

BY_REASON: dict[str, tuple[str, ...]] = {
    "214": (
        "问一句回半句，头都不抬。",
        "态度很冲，问多了就说“墙上写着自己看”。",
        "工作人员边看手机边回话，让人心里不舒服。",
        "说话不耐烦，老人听不清也不肯重复。",
    ),
    "213": (
        "窗口的人自己也说不清流程，叫了{m}个同事来问。",
        "系统不会操作，录错了两次信息。",
        "问的问题都答不上来，让我打电话问别处。",
    ),
    "209": (
        "说好{m}个工作日办结，过了{d}天还没有消息。",
        "承诺的时间早过了，打电话只说再等等。",
        "材料交了{d}天，一直显示“审核中”。",
    ),
    "210": (
        "同一份证明交了{m}次，说前面的找不到了。",
        "上次交过的复印件这次又要一遍。",
    ),
    "208": (
        "没有一次说清要带什么，回去拿了{m}回。",
        "材料清单贴的是旧的，按它准备又说不行。",
    ),
    "207": ("连个填表的样本都没有，填错三张才过。", "表格没人教，旁边也没有样表。"),
    "211": ("网上说可以办，点进去最后一步总是报错，还是得跑现场。",),
    "212": ("网上预约好了，到了还要重新取号，又排了{n}分钟。",),
    "113": (
        "这个窗口说归那个窗口，那边又让我回来，来回{m}趟。",
        "两个部门都说不是自己管，到底找谁？",
    ),
    "114": ("说跑一次就行，结果跑了{m}次。",),
    "115": (
        "{k}个窗口只开一个，等了{n}分钟，里面的人在聊天。",
        "到点了窗口没人，过了{n}分钟才来。",
        "效率太低，前面就三个人也排了快一小时。",
    ),
    "108": ("办事指南上没有的条件，现场又加了一条。",),
    "109": ("要的材料指南上根本没写，问依据也说不出来。",),
    "110": ("早过了规定的时间，问原因没人能答。",),
    "111": ("照着样本填的，被退回来说样本是错的。",),
    "112": ("网上上传好的材料，到窗口还是要交纸质的。",),
}
"""Sentences by the reason (评价指标) they go with."""

_BAD_ENDINGS = ("", "", "", "希望改进。", "请给个说法。", "请管一管。", "别让老百姓白跑。")
_MIDDLING = (
    "办成了，就是排队久了点。",
    "流程还可以再简化一些。",
    "人多座位少，{time}尤其挤。",
    "能办好，跑了{m}趟。",
    "指示牌不太好找。",
    "态度可以，系统有点慢。",
)
_GOOD = (
    "很快就办好了，谢谢！",
    "小姑娘讲得很清楚，一次办完。",
    "没想到{matter}这么方便。",
    "帮老人填表，很耐心。",
    "{time}来的，没怎么排队。",
    "服务热情，点赞。",
    "少跑一趟，省事。",
    "缺的材料让我手机上补传，贴心。",
)

BAD_REASONS = tuple(BY_REASON)
_BAD_WEIGHTS = (14, 8, 9, 4, 8, 3, 4, 5, 8, 5, 14, 3, 4, 3, 2, 4)
GOOD_REASONS = ("510", "512", "513", "515", "517", "406", "411", "413")
MIDDLING_REASONS = ("307", "309", "310", "312", "314")


def bad(rng: random.Random, matter: str) -> tuple[str, str]:
    """The reasons (comma codes) and words of a bad rating; one of the two may be empty."""
    reason = rng.choices(BAD_REASONS, _BAD_WEIGHTS)[0]
    if rng.random() < 0.3:
        return reason, ""
    words = rng.choice(_OPENINGS) + rng.choice(BY_REASON[reason]) + rng.choice(_BAD_ENDINGS)
    return (reason if rng.random() < 0.8 else ""), _filled(words, rng, matter)


def middling(rng: random.Random, matter: str) -> tuple[str, str]:
    """As `bad`, for a rating of "basically satisfied"."""
    words = _filled(rng.choice(_MIDDLING), rng, matter) if rng.random() < 0.25 else ""
    return (rng.choice(MIDDLING_REASONS) if rng.random() < 0.4 else ""), words


def good(rng: random.Random, matter: str) -> tuple[str, str]:
    """As `bad`, for a satisfied one; most people just tap."""
    words = _filled(rng.choice(_GOOD), rng, matter) if rng.random() < 0.2 else ""
    return rng.choice(GOOD_REASONS), words


def _filled(words: str, rng: random.Random, matter: str) -> str:
    return words.format(
        time=rng.choice(_TIMES),
        matter=matter,
        n=rng.choice((15, 20, 30, 40, 50)),
        d=rng.choice((12, 15, 20, 30)),
        m=rng.choice(("两", "三", "四")),
        k=rng.choice(("三", "四", "五")),
    )


RECORDS: dict[str, tuple[str, ...]] = {
    "sorting": ("反映窗口服务问题。", "反映办理时限问题。", "反映材料要求不清。", ""),
    "lead": ("评价称被要求向个人收款码付费，疑似违规收费。",),
    "call": (
        "评价人说明了经过，问题尚未解决。",
        "评价人表示当日等候过久，至今未办成。",
        "评价人称两次到场答复不一，希望有人说清楚。",
    ),
    "settled": (
        "已说明办理依据并代为预约，评价人认可。",
        "已协调窗口当日补办，评价人表示满意。",
        "已致歉并告知所需材料，评价人表示理解。",
        "经解释，系系统维护所致，评价人接受。",
    ),
    "check": (
        "现场查看并调阅当日监控，已形成记录。",
        "调取当日排号与办件记录核对。",
        "不打招呼到场查看，并询问在场群众。",
    ),
    "dispatch": (
        "有群众反映贵单位窗口等候过久、解释不清，请核实并整改。",
        "有群众反映贵单位办理超出承诺时限，请查明原因。",
        "有群众反映贵单位材料要求与指南不一，请核实。",
    ),
    "account": (
        "经核实，当日仅一人值守，未及时说明。",
        "经查，系统中该件曾被误退，承办人未告知。",
        "经核实，窗口张贴的清单未及时更新。",
    ),
    "measures": (
        "已增设窗口，对当事人批评教育，并安排专人说明。",
        "已补办并致歉，修订午间值守办法。",
        "已更换清单，组织窗口人员培训。",
    ),
    "findings": ("经查，所反映问题属实。",),
    "decision": (
        "回访与单位答复相互印证。",
        "核查记录与评价所述一致。",
        "现有材料足以认定。",
    ),
    "unfounded": (
        "核查未发现所述情形。",
        "办件记录显示在承诺时限内办结。",
        "所需材料与办事指南一致。",
    ),
    "reply": (
        "您反映的问题已核实，单位已改进，感谢您的监督。",
        "您反映的情况已查清并督促整改，谢谢您。",
    ),
    "reply_unfounded": ("您反映的情况已核查，未发现所述问题；如有新情况欢迎再次反映。",),
}
"""What staff write on cases, by what it is for; a case takes one of each."""


def records(rng: random.Random) -> dict[str, str]:
    """One set of such sentences."""
    return {what: rng.choice(sentences) for what, sentences in RECORDS.items()}

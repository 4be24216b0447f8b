"""What the audit log's events are called. A test holds it to every action there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.casework.states import TRANSITIONS
from pingyi.web.components.words import say

ACTIONS: dict[str, str | Promise] = {
    "calendar.change": _("修改工作日历"),
    "case.draft_letter": _("因案件起草函件"),
    "calendar.recompute": _("按新公布的日历重算时限"),
    "case.load": _("载入案件"),
    "case.open_by_hand": _("手工立案"),
    "city.found_demo": _("建立示范城市"),
    "clock.escalate": _("时限逐级提醒"),
    "clock.move": _("时限随日历重算"),
    "code.issue": _("生成二维码"),
    "code.replace": _("更换二维码"),
    "code.request": _("发送验证码"),
    "code.try": _("试验证码"),
    "code.use": _("用验证码查看"),
    "contact.correct": _("更正评价人手机号"),
    "contact.erase": _("删除评价人联系方式"),
    "digest.send": _("发送每日汇总"),
    "directory.give_up": _("放弃导入目录"),
    "directory.load": _("导入目录"),
    "directory.propose": _("上传目录文件"),
    "ballot.enter": _("录入测评票数"),
    "duty.decide": _("决定问责建议"),
    "duty.fulfil": _("登记问责落实"),
    "duty.lapse": _("撤回问责建议"),
    "duty.propose": _("提出问责建议"),
    "duty.revive": _("恢复问责建议"),
    "finding.annul": _("撤销监督事项"),
    "finding.approve": _("批准监督事项"),
    "finding.correct": _("更正监督事项"),
    "finding.load": _("导入监督事项"),
    "finding.record": _("登记监督事项"),
    "finding.refuse": _("不批准监督事项"),
    "file.store": _("上传文件"),
    "improvement.record": _("登记改进"),
    "improvement.strike": _("划去改进"),
    "item.assign": _("指定服务点的事项"),
    "letter.accept": _("采纳答复"),
    "letter.acknowledge": _("签收函件"),
    "letter.ask_time": _("函件答复申请延期"),
    "letter.draft": _("起草函件"),
    "letter.drop": _("弃稿"),
    "letter.edit": _("修改函件"),
    "letter.grant_time": _("同意函件答复延期"),
    "letter.issue": _("签发"),
    "letter.refuse_time": _("不同意函件答复延期"),
    "letter.remind": _("催办"),
    "letter.reply": _("答复函件"),
    "letter.return": _("退回答复"),
    "letter.send_back": _("退回修改"),
    "letter.submit": _("提交签发"),
    "letter.withdraw": _("撤回函件"),
    "link.issue": _("发放一次性链接"),
    "link.use": _("使用一次性链接"),
    "mark.enter": _("录入测评分"),
    "measure.annul": _("撤销问责措施"),
    "measure.notify": _("告知单位问责措施"),
    "measure.record": _("登记问责措施"),
    "panel.open": _("建立集中测评"),
    "message.give_up": _("放弃导入留言"),
    "message.load": _("导入留言"),
    "message.open_case": _("留言立案"),
    "message.propose": _("上传留言文件"),
    "notice.attempt": _("尝试发送"),
    "notice.notify": _("发站内消息"),
    "notice.queue": _("写入发件箱"),
    "notice.read": _("标为已读"),
    "notice.settle": _("登记发送结果"),
    "person.name": _("点名首问责任人"),
    "person.unname": _("撤回点名"),
    "organ.add": _("添加发文机关"),
    "organ.edit": _("修改发文机关"),
    "organ.start_numbers": _("设定起始号"),
    "point.add": _("添加服务点"),
    "point.edit": _("修改服务点"),
    "point.reinstate": _("恢复服务点"),
    "point.retire": _("停用服务点"),
    "post.add": _("添加工号"),
    "post.load": _("载入工号"),
    "post.retire": _("停用工号"),
    "problem.close": _("办结问题"),
    "problem.draft_letter": _("因问题起草函件"),
    "problem.edit": _("修改问题"),
    "problem.join": _("并入问题"),
    "problem.leave": _("移出问题"),
    "case.link_letter": _("案件关联函件"),
    "problem.link_letter": _("问题关联函件"),
    "problem.open": _("建立问题"),
    "problem.work": _("问题下统一办理"),
    "prying.raise": _("标记越权查看"),
    "prying.review": _("认定越权查看"),
    "rating.load": _("载入评价"),
    "rating.open": _("用口令查看办理结果"),
    "rating.try": _("试口令"),
    "rating.move": _("评价移交其他单位"),
    "rating.void": _("作废评价"),
    "release.correct": _("准备更正结果"),
    "release.give_up": _("作废结果稿"),
    "release.prepare": _("准备发布结果"),
    "release.publish": _("发布结果"),
    "rectification.accept": _("整改验收销号"),
    "rectification.add": _("添加整改事项"),
    "rectification.ask_time": _("整改事项申请暂停或延期"),
    "rectification.grant_time": _("同意整改事项暂停或延期"),
    "rectification.meet": _("记录整改例会"),
    "rectification.open": _("建立整改清单"),
    "rectification.refuse_time": _("不同意整改事项暂停或延期"),
    "rectification.resume": _("整改事项恢复计时"),
    "rectification.send_back": _("退回整改"),
    "rectification.submit": _("报请整改验收"),
    "request.file": _("登记个人信息请求"),
    "request.refuse": _("不予办理个人信息请求"),
    "request.settle": _("办结个人信息请求"),
    "request.verify": _("核实请求人"),
    "retention.apply": _("到期删除"),
    "scheme.adopt": _("采用方案文本"),
    "scheme.drop": _("放弃方案文本"),
    "scheme.propose": _("提出方案文本"),
    "scheme.simulate": _("试算方案草案"),
    "sample.draw": _("抽取回头看样本"),
    "season.enrol": _("登记参评单位"),
    "season.enrol_all": _("登记全部参评单位"),
    "season.open": _("建立年度"),
    "season.withdraw": _("退出年度"),
    "signal.raise": _("标记异常"),
    "unit.edit": _("修改单位"),
    "unit.retire": _("停用单位"),
    "user.appoint": _("授予角色"),
    "user.create": _("建立用户"),
    "user.deactivate": _("停用账号"),
    "user.dismiss": _("终止授权"),
    "user.edit": _("修改用户"),
    "user.forget_contact": _("删除停用账号的联系方式"),
    "user.language": _("选择语言"),
    "user.mail": _("设置邮箱与每日汇总"),
    "user.password": _("设置密码"),
    "user.reactivate": _("启用账号"),
    "user.rescue": _("在服务器上恢复安全管理员登录"),
    "user.reset_factor": _("重置两步验证"),
    "user.unlock": _("解锁"),
}


def action_text(action: str, data: dict[str, Any]) -> str:
    """What was done: a case's step by the step's own name; a code nobody knows as it is."""
    step = TRANSITIONS.get(str(data.get("step")))
    return say(step) if step is not None else str(ACTIONS.get(action, action))


def data_text(data: dict[str, Any]) -> str:
    """`state: closed · kind: process · facts.sorting: 12`: what is empty is left out."""
    return " · ".join(f"{name}: {value}" for name, value in _flat(data) if name != "step")


def _flat(data: dict[str, Any], lead: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{lead}{name}.")
        elif value not in ("", None, []):
            yield f"{lead}{name}", value

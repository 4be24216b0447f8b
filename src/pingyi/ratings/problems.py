"""What can be wrong with a submission: one code per mistake, with words for machine and person."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS: dict[str, tuple[str, str]] = {
    "required": ("is required", "请填写此项"),
    "wrong_type": ("must be {expected}", "格式不正确"),
    "unknown_field": ("is not a field of a rating", "没有这一项"),
    "not_a_key": ("must be a UUID made by the client", "页面已失效，请重新打开后再提交"),
    "not_in_scale": ("must be one of: {allowed}", "请选择满意程度"),
    "not_offered": ("not offered for this level: {codes}", "所选原因与满意程度不符，请重新选择"),
    "too_long": ("must be at most {limit} characters", "最多 {limit} 个字"),
    "too_short": ("must be at least {limit} characters", "至少 {limit} 个字"),
    "control_characters": ("holds control characters", "含有不能识别的字符"),
    "not_a_phone": (
        "must be a mobile number: 1, then 3 to 9, then nine digits",
        "请填写 11 位手机号码",
    ),
    "no_grounds": (
        "a bad rating needs a reason or a comment",
        "请选择至少一个原因，或写一句话说明情况",
    ),
}


@dataclass(frozen=True)
class Problem:
    """A mistake in one field; `code` is stable, the words are not."""

    code: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def en(self) -> str:
        return _WORDS[self.code][0].format(**dict(self.params))

    @property
    def zh(self) -> str:
        return _WORDS[self.code][1].format(**dict(self.params))

    def message(self, language: str) -> str:
        """The words for a person: Chinese, or English for any "en-*"."""
        if not language.lower().startswith("en"):
            return self.zh
        return f"This {self.en}" if self.code != "no_grounds" else "Please give a reason or a word"


def problem(code: str, **params: object) -> Problem:
    return Problem(code, tuple((name, str(value)) for name, value in params.items()))

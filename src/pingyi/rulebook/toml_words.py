"""What Python's TOML reader complains of, in plain words."""

from pingyi.rulebook.mistakes import Said

_PLAIN_WORDS = {
    "Invalid value": Said(
        'no value can be read here; texts stand in straight quotes: "…"',
        '此处读不出值；文字要用英文直引号括起："…"',
    ),
    "Cannot overwrite a value": Said(
        "this name stands here a second time", "这个名字在此又写了一次"
    ),
    "Cannot declare": Said("this table is given a second time", "这一节在此又写了一次"),
    "Illegal character '\\n'": Said(
        "a text does not end: its second quote is missing", "文字没有收尾：缺后一个引号"
    ),
    "Expected '=' after a key": Said(
        "after a name an equals sign must stand, not a full-width one: =",
        "名字之后要有半角等号 =，不能用全角",
    ),
    "Invalid initial character for a key part": Said(
        "a name has letters, digits, - and _; any other stands in straight quotes",
        "名字由字母、数字、- 和 _ 组成，别的名字要用英文直引号括起",
    ),
    "Invalid statement": Said(
        "neither `name = value` with a name of letters, digits, - and _,"
        " nor [a table], nor a remark after #",
        "既不是 `name = value`（名字由字母、数字、- 和 _ 组成），也不是 [节]，也不是 # 之后的注释",
    ),
    "Expected newline or end of document after a statement": Said(
        "something is left over after the value; a date is written 2023-03-01",
        "值的后面多出了内容；日期写作 2023-03-01",
    ),
    "Exceeds the limit": Said("a number is too long", "有一个数太长"),
    "Unclosed array": Said("a list does not end: ] is missing", "列表没有收尾：缺 ]"),
    "Unclosed inline table": Said("a table does not end: } is missing", "表没有收尾：缺 }"),
    "Unterminated string": Said(
        "a text does not end: its quotes are missing", "文字没有收尾：缺引号"
    ),
}


def in_plain_words(complaint: str) -> Said:
    """What the TOML reader complains of, for those who have never heard of TOML."""
    for beginning, plain in _PLAIN_WORDS.items():
        if complaint.startswith(beginning):
            return plain
    return Said(complaint, complaint)

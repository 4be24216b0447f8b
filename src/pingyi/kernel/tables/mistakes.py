"""What can be wrong with a file of tables: one code each, with words in both languages."""

from pingyi.kernel.terms import Term


class Mistake(Term):
    """`{…}` stands for one of the values told with it."""

    NOT_TEXT = (
        "not_text",
        "不是 UTF-8 或 GB 18030 文本",
        "not text in UTF-8 or GB 18030",
    )
    BROKEN_LINE = (
        "broken_line",
        "第 {line} 行：断行或引号有误",
        "line {line}: broken line or quotation marks",
    )
    TOO_WIDE = (
        "too_wide",
        "第 {line} 行：列数或单元格总数超过上限",
        "line {line}: more columns or cells than can be read",
    )
    COLUMN_TWICE = "column_twice", "有两列同名", "two columns have this name"
    NAMELESS_COLUMN = (
        "nameless_column",
        "这一列有内容，但没有表头",
        "a value in a column without a name",
    )
    TOO_LARGE = "too_large", "文件超过 {limit} MB", "larger than {limit} MB"
    OLD_OR_PROTECTED = (
        "old_or_protected",
        "旧格式或加密的工作簿；请另存为不加密的 .xlsx",
        "an old or protected workbook; save it as .xlsx without a password",
    )
    TOO_SLOW = (
        "too_slow",
        "{seconds} 秒内未能读完",
        "could not be read within {seconds} seconds",
    )
    TOO_LARGE_UNPACKED = "too_large_unpacked", "解压后过大", "too large when unpacked"
    OVER_LIMIT_UNPACKED = (
        "over_limit_unpacked",
        "解压后超过 {limit} MB",
        "more than {limit} MB when unpacked",
    )
    TOO_LARGE_OR_BROKEN = (
        "too_large_or_broken",
        "解压后过大，或已损坏",
        "too large when unpacked, or broken",
    )
    NO_WORKBOOK = (
        "no_workbook",
        "文件已损坏，读不出工作簿",
        "broken: no workbook that can be read",
    )
    REACHES_OUT = (
        "reaches_out",
        "工作表 {sheet} 一直延伸到 {column} 列；请删去多余的列",
        "sheet {sheet} reaches to column {column}; delete what is out there",
    )
    HOLDS_TOO_MUCH = (
        "holds_too_much",
        "工作表 {sheet} 内容过多，一个文件装不下",
        "sheet {sheet} holds too much for one file",
    )
    NO_ARCHIVE = "no_archive", "压缩包不完整或已损坏", "broken: not a whole archive"
    EMPTY_ARCHIVE = "empty_archive", "压缩包是空的", "an archive without files"
    TOO_MANY_FILES = (
        "too_many_files",
        "压缩包内的文件超过 {limit} 个",
        "more than {limit} files inside",
    )
    UNUSUALLY_PACKED = (
        "unusually_packed",
        "压缩方式不常见，无法读取",
        "packed in an unusual way",
    )
    SAME_NAME = (
        "same_name",
        "压缩包内有两个文件同名",
        "two files inside have the same name",
    )
    NOT_CSV = (
        "not_csv",
        "压缩包内只能有 .csv 文件，至多在同一个文件夹里",
        "only .csv files are read, all in one folder at most",
    )
    PROTECTED = "protected", "文件已加密", "protected by a password"
    DAMAGED = "damaged", "文件已损坏", "broken, or damaged on its way"

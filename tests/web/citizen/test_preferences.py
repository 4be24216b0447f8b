"""Language and size: what is asked for, what was chosen before, what the browser prefers."""

import pytest

from pingyi.web.citizen.preferences import Preferences, preferences


@pytest.mark.parametrize(
    ("query", "cookies", "languages", "expected"),
    [
        ({}, {}, "", Preferences("zh-hans", False)),
        ({}, {}, "en-GB,en;q=0.9", Preferences("en", False)),
        ({}, {}, "fr-FR, en;q=0.5, zh", Preferences("en", False)),
        ({}, {}, "fr", Preferences("zh-hans", False)),
        ({}, {"language": "en", "large": "1"}, "zh-CN", Preferences("en", True)),
        (
            {"lang": "zh"},
            {"language": "en"},
            "en",
            Preferences("zh-hans", False, (("language", "zh-hans"),)),
        ),
        ({"large": "0"}, {"large": "1"}, "", Preferences("zh-hans", False, (("large", "0"),))),
        ({"lang": "<b>", "large": "9"}, {"language": "xx"}, ";,;", Preferences("zh-hans", False)),
    ],
)
def test_what_counts(query, cookies, languages, expected):
    assert preferences(query, cookies, languages) == expected

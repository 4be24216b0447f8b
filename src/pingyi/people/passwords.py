"""Password rules, worded in our languages where Django's own catalogue has a gap."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext


class MinimumLength(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return gettext("密码太短，至少 %(n)d 个字符。") % {"n": self.min_length}

    def get_help_text(self) -> str:
        return gettext("密码至少 %(n)d 个字符。") % {"n": self.min_length}

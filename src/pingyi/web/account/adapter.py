"""Sign-up is closed: accounts come from the directory and `pingyi init`."""

from allauth.account.adapter import DefaultAccountAdapter


class ClosedDoor(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

"""Sign-up is closed: accounts come from the directory and `pingyi init`."""

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse


class ClosedDoor(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("account:mine")

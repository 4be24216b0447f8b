from django.apps import AppConfig


class AccountConfig(AppConfig):
    name = "pingyi.web.account"
    label = "web_account"

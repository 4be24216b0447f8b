from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    name = "pingyi.accountability"
    label = "accountability"

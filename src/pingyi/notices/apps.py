from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "pingyi.notices"
    label = "notices"

from django.apps import AppConfig


class UnitConfig(AppConfig):
    name = "pingyi.web.unit"
    label = "web_unit"

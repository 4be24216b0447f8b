from django.apps import AppConfig
from django.urls import register_converter


class ComponentsConfig(AppConfig):
    name = "pingyi.web.components"
    label = "components"

    def ready(self) -> None:
        from pingyi.web.components.numbers import CaseNumber

        register_converter(CaseNumber, "case_number")

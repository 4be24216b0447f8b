from django.apps import AppConfig


class InspectorsConfig(AppConfig):
    name = "pingyi.web.inspectors"
    label = "web_inspectors"

from django.apps import AppConfig


class CitizenConfig(AppConfig):
    name = "pingyi.web.citizen"
    label = "web_citizen"

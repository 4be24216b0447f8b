from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "pingyi.web.office"
    label = "web_office"

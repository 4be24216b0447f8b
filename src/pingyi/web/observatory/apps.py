from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "pingyi.web.observatory"
    label = "web_observatory"

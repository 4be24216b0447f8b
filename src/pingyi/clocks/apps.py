from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "pingyi.clocks"
    label = "clocks"

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "pingyi.supervision"
    label = "supervision"

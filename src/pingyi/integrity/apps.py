from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "pingyi.integrity"
    label = "integrity"

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "pingyi.casework"
    label = "casework"

from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "pingyi.web.components"
    label = "components"

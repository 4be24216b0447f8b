from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "pingyi.publication"
    label = "publication"

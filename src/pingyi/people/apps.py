from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "pingyi.people"
    label = "people"

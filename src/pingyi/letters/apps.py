from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "pingyi.letters"
    label = "letters"

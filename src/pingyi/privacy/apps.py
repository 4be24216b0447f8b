from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "pingyi.privacy"
    label = "privacy"

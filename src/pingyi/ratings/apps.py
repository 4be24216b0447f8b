from django.apps import AppConfig


class RatingsConfig(AppConfig):
    name = "pingyi.ratings"
    label = "ratings"

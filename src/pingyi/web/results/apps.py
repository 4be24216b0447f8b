from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "pingyi.web.results"
    label = "web_results"

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "pingyi.files"
    label = "files"

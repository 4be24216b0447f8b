from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "pingyi.directory"
    label = "directory"

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "pingyi.audit"
    label = "audit"

"""Addresses for machines."""

from django.urls import path
from django_prometheus.exports import ExportToDjangoView

from pingyi.gateway import scoreboard, views
from pingyi.gateway.looking import looked_at

urlpatterns = [
    path("api/v1/ratings", views.ratings, name="api-ratings"),
    path("api/v1/scoreboard", scoreboard.scoreboard, name="api-scoreboard"),
    path("api/v1/openapi.json", views.openapi, name="api-openapi"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", looked_at(ExportToDjangoView), name="metrics"),
]

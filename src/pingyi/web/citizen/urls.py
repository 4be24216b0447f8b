"""Citizens' addresses. No level, word or number ever stands in one."""

from django.urls import path

from pingyi.web.citizen import rating

urlpatterns = [
    path("r/<str:code>", rating.rate, name="rate"),
]

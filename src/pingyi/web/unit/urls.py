from django.urls import path

from pingyi.web.unit import pages

urlpatterns: list = [
    path("", pages.desk, name="desk"),
    path("cases/<str:number>/", pages.case, name="case"),
    path("cases/<str:number>/reveal/", pages.reveal, name="reveal"),
    path("cases/<str:number>/<str:key>/", pages.deed, name="deed"),
]

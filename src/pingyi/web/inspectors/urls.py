from django.urls import path

from pingyi.web.inspectors import pages

urlpatterns: list = [
    path("", pages.desk, name="desk"),
    path("all/", pages.every, name="all"),
    path("<str:number>/", pages.case, name="case"),
    path("<str:number>/reveal/", pages.reveal, name="reveal"),
    path("<str:number>/<str:key>/", pages.deed, name="deed"),
]

from django.urls import path

from pingyi.web.inspectors import pages

urlpatterns: list = [
    path("", pages.desk, name="desk"),
    path("all/", pages.every, name="all"),
    path("<case_number:number>/", pages.case, name="case"),
    path("<case_number:number>/reveal/", pages.reveal, name="reveal"),
    path("<case_number:number>/files/<int:pk>/", pages.file, name="file"),
    path("<case_number:number>/<str:key>/", pages.deed, name="deed"),
]

from django.urls import path

from pingyi.web.unit import pages

urlpatterns: list = [
    path("", pages.desk, name="desk"),
    path("cases/<case_number:number>/", pages.case, name="case"),
    path("cases/<case_number:number>/reveal/", pages.reveal, name="reveal"),
    path("cases/<case_number:number>/files/<int:pk>/", pages.file, name="file"),
    path("cases/<case_number:number>/<str:key>/", pages.deed, name="deed"),
]

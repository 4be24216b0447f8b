from django.urls import path

from pingyi.web.inspectors import measures, pages

urlpatterns: list = [
    path("", pages.desk, name="desk"),
    path("all/", pages.every, name="all"),
    path("measures/", measures.measures, name="measures"),
    path("measures/new/", measures.record, name="record-measure"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("measures/<int:pk>/<str:key>/", measures.deed, name="measure-deed"),
    path("<case_number:number>/measures/", measures.of_case, name="case-measures"),
    path("<case_number:number>/name/", measures.name, name="case-name"),
    path("<case_number:number>/", pages.case, name="case"),
    path("<case_number:number>/reveal/", pages.reveal, name="reveal"),
    path("<case_number:number>/files/<int:pk>/", pages.file, name="file"),
    path("<case_number:number>/<str:key>/", pages.deed, name="deed"),
]

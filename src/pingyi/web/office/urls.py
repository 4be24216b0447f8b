from django.urls import path

from pingyi.web.office import (
    calls,
    cases,
    directory_urls,
    intake_urls,
    outbox,
    sorting,
)

urlpatterns: list = [
    *directory_urls.urlpatterns,
    *intake_urls.urlpatterns,
    path("sorting/", sorting.desk, name="sorting"),
    path("sorting/<case_number:number>/", sorting.sort, name="sort"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<case_number:number>/", calls.call, name="call"),
    path("calls/<case_number:number>/reveal/", calls.reveal, name="call-reveal"),
    path("checks/", calls.checks, name="checks"),
    path("outbox/", outbox.listed, name="outbox"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<case_number:number>/", cases.case, name="case"),
    path("cases/<case_number:number>/reveal/", cases.reveal, name="case-reveal"),
    path("cases/<case_number:number>/files/<int:pk>/", cases.file, name="case-file"),
    path("cases/<case_number:number>/<str:key>/", cases.deed, name="case-deed"),
]

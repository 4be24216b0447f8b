from django.urls import path

from pingyi.web.office import (
    calls,
    cases,
    directory_urls,
    intake_urls,
    outbox,
    rectification_urls,
    releases,
    sorting,
)

urlpatterns: list = [
    *directory_urls.urlpatterns,
    *intake_urls.urlpatterns,
    *rectification_urls.urlpatterns,
    path("sorting/", sorting.desk, name="sorting"),
    path("sorting/<case_number:number>/", sorting.sort, name="sort"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<case_number:number>/", calls.call, name="call"),
    path("calls/<case_number:number>/reveal/", calls.reveal, name="call-reveal"),
    path("checks/", calls.checks, name="checks"),
    path("outbox/", outbox.listed, name="outbox"),
    path("releases/", releases.releases, name="releases"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/<int:pk>/publish/", releases.publish, name="release-publish"),
    path("releases/<int:pk>/give-up/", releases.give_up, name="release-give-up"),
    path("releases/<int:pk>/correct/", releases.correct, name="release-correct"),
    path("releases/<int:pk>/verify/", releases.verify, name="release-verify"),
    path("releases/<int:pk>/list.<slug:suffix>", releases.file, name="release-file"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<case_number:number>/", cases.case, name="case"),
    path("cases/<case_number:number>/reveal/", cases.reveal, name="case-reveal"),
    path("cases/<case_number:number>/files/<int:pk>/", cases.file, name="case-file"),
    path("cases/<case_number:number>/<str:key>/", cases.deed, name="case-deed"),
]

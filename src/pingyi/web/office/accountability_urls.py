"""Findings, and what follows for units and persons."""

from django.urls import path

from pingyi.web.office import ballots, duties, findings, marks, naming, returns

urlpatterns: list = [
    path("findings/", findings.findings, name="findings"),
    path("findings/new/", findings.record, name="record-finding"),
    path("findings/import/", findings.load, name="load-findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/<str:key>/", findings.deed, name="finding-deed"),
    path("marks/", marks.seasons, name="marks"),
    path("marks/<str:season>/<slug:component>/", marks.grid, name="mark-grid"),
    path("marks/<str:season>/<slug:component>/import/", marks.load, name="load-marks"),
    path("marks/<str:season>/<slug:component>/panel/", marks.open_session, name="open-panel"),
    path(
        "marks/<str:season>/<slug:component>/ballots/<str:unit>/", ballots.ballots, name="ballots"
    ),
    path("returns/", returns.listed, name="returns"),
    path("returns/import/", returns.upload, name="return-import"),
    path("returns/import/<int:pk>/", returns.proposal, name="return-proposal"),
    path("returns/import/<int:pk>/give-up/", returns.give_up, name="return-give-up"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/<str:key>/", duties.deed, name="duty-deed"),
    path("cases/<case_number:number>/named/", naming.named, name="case-named"),
    path("namings/<int:pk>/", naming.unname, name="case-unname"),
]

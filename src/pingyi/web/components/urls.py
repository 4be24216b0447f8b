from django.urls import path

from pingyi.web.components import home, inbox, styleguide

urlpatterns = [
    path("desk/", home.desk, name="desk"),
    path("inbox/", inbox.listed, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox-read"),
    path("case/<case_number:number>/", home.case, name="case"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]

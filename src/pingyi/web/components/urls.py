from django.urls import path

from pingyi.web.components import home, inbox, letter_cells, styleguide

urlpatterns = [
    path("desk/", home.desk, name="desk"),
    path("inbox/", inbox.listed, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox-read"),
    path("case/<case_number:number>/", home.case, name="case"),
    path("letter/<int:pk>/", home.letter, name="letter"),
    path("letter/<int:pk>/<int:recipient>/", home.letter, name="letter-of"),
    path("letter-files/<int:pk>/", letter_cells.file, name="letter-file"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]

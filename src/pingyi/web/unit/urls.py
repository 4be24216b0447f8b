from django.urls import path

from pingyi.web.unit import duties, letters, pages, rectification, verdicts

urlpatterns: list = [
    path("letters/", letters.letters, name="letters"),
    path("letters/<int:pk>/", letters.letter, name="letter"),
    path("letters/<int:pk>/docx/", letters.docx, name="letter-docx"),
    path("letters/<int:pk>/<str:key>/", letters.deed, name="letter-deed"),
    path("", pages.desk, name="desk"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("duties/<int:pk>/time/", duties.ask_time, name="duty-time"),
    path("verdicts/", verdicts.listed, name="verdicts"),
    path("rectification/", rectification.listed, name="rectification"),
    path("rectification/<int:pk>/", rectification.item, name="rectification-item"),
    path("rectification/<int:pk>/time/", rectification.ask_time, name="rectification-time"),
    path("rectification/<int:pk>/submit/", rectification.submit, name="rectification-submit"),
    path("rectification/<int:pk>/files/<int:row>/", rectification.file, name="rectification-file"),
    path("cases/<case_number:number>/", pages.case, name="case"),
    path("cases/<case_number:number>/reveal/", pages.reveal, name="reveal"),
    path("cases/<case_number:number>/files/<int:pk>/", pages.file, name="file"),
    path("cases/<case_number:number>/<str:key>/", pages.deed, name="deed"),
]

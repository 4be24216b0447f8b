from django.urls import path

from pingyi.web.office import letter_drafts, letter_links, letter_organs, letter_recipients, letters

urlpatterns: list = [
    path("letters/", letters.letters, name="letters"),
    path("letters/new/", letter_drafts.new, name="letter-new"),
    path("letters/replies/", letters.to_judge, name="letters-to-judge"),
    path("letters/overdue/", letters.overdue, name="letters-overdue"),
    path("letters/overdue/remind/", letters.remind_all, name="letters-remind"),
    path("letters/organs/", letter_organs.organs, name="letter-organs"),
    path("letters/organs/add/", letter_organs.add, name="letter-organ-add"),
    path("letters/organs/<int:pk>/", letter_organs.organ, name="letter-organ"),
    path("letters/organs/<int:pk>/start/", letter_organs.start, name="letter-organ-start"),
    path("letters/<int:pk>/", letters.letter, name="letter"),
    path("letters/<int:pk>/edit/", letter_drafts.edit, name="letter-edit"),
    path("letters/<int:pk>/case/", letter_links.of_letter, name="letter-case"),
    path("letters/<int:pk>/docx/", letters.docx, name="letter-docx"),
    path(
        "letters/<int:pk>/to/<int:recipient>/",
        letter_recipients.recipient,
        name="letter-recipient",
    ),
    path(
        "letters/<int:pk>/to/<int:recipient>/<str:key>/",
        letter_recipients.deed,
        name="letter-recipient-deed",
    ),
    path("letters/<int:pk>/<str:key>/", letters.deed, name="letter-deed"),
]

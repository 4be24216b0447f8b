from django.urls import path

from pingyi.web.office import intake, message_import, messages

urlpatterns = [
    path("cases/new/", intake.new_case, name="case-new"),
    path("messages/", messages.listed, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/import/", message_import.upload, name="message-import"),
    path("messages/import/<int:pk>/", message_import.proposal, name="message-proposal"),
    path("messages/import/<int:pk>/give-up/", message_import.give_up, name="message-give-up"),
]

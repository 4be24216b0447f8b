from django.urls import path

from pingyi.web.office import basically, bulk, intake, message_import, messages, problems, repeats

urlpatterns = [
    path("cases/new/", intake.new_case, name="case-new"),
    path("cases/bulk/", bulk.act, name="cases-bulk"),
    path("problems/", problems.listed, name="problems"),
    path("problems/join/", bulk.join, name="problem-join"),
    path("problems/<slug:number>/", problems.problem, name="problem"),
    path("problems/<slug:number>/<slug:key>/", problems.deed, name="problem-deed"),
    path("repeats/", repeats.repeats, name="repeats"),
    path("basically/", basically.basically, name="basically"),
    path("messages/", messages.listed, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/import/", message_import.upload, name="message-import"),
    path("messages/import/<int:pk>/", message_import.proposal, name="message-proposal"),
    path("messages/import/<int:pk>/give-up/", message_import.give_up, name="message-give-up"),
]

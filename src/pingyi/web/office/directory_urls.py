"""Addresses of the directory, below /office/."""

from django.urls import path

from pingyi.web.office import (
    directory_codes,
    directory_import,
    directory_points,
    directory_rules,
    directory_seasons,
    directory_unit_edit,
    directory_units,
)

urlpatterns = [
    path("directory/", directory_units.directory, name="directory"),
    path("directory/codes.zip", directory_codes.archive, name="directory-codes"),
    path("directory/import/", directory_import.upload, name="directory-import"),
    path("directory/import/<int:pk>/", directory_import.proposal, name="directory-proposal"),
    path("directory/import/<int:pk>/give-up/", directory_import.give_up, name="directory-give-up"),
    path("directory/seasons/", directory_seasons.seasons, name="seasons"),
    path("directory/seasons/<str:code>/", directory_seasons.season, name="season"),
    path("directory/seasons/<str:code>/rules/", directory_rules.rules, name="season-rules"),
    path(
        "directory/seasons/<str:code>/rules/<int:pk>/adopt/",
        directory_rules.adopt,
        name="season-rules-adopt",
    ),
    path(
        "directory/seasons/<str:code>/rules/<int:pk>/give-up/",
        directory_rules.give_up,
        name="season-rules-give-up",
    ),
    path("directory/seasons/<str:code>/all/", directory_seasons.enrol_all, name="season-all"),
    path("directory/seasons/<str:code>/enrol/", directory_seasons.enrol, name="season-enrol"),
    path(
        "directory/seasons/<str:code>/withdraw/", directory_seasons.withdraw, name="season-withdraw"
    ),
    path("directory/units/<str:code>/", directory_units.unit, name="directory-unit"),
    path("directory/units/<str:code>/edit/", directory_unit_edit.edit, name="directory-edit-unit"),
    path(
        "directory/units/<str:code>/retire/",
        directory_unit_edit.retire,
        name="directory-retire-unit",
    ),
    path("directory/units/<str:code>/add/", directory_points.add, name="directory-add-point"),
    path("directory/units/<str:code>/posts/", directory_points.add_post, name="directory-add-post"),
    path("directory/units/<str:code>/sheets/", directory_codes.sheets, name="directory-sheets"),
    path(
        "directory/posts/<int:pk>/retire/",
        directory_points.retire_post,
        name="directory-retire-post",
    ),
    path("directory/points/<int:pk>/", directory_points.point, name="directory-point"),
    path("directory/points/<int:pk>/edit/", directory_points.edit, name="directory-edit-point"),
    path(
        "directory/points/<int:pk>/retire/", directory_points.retire, name="directory-retire-point"
    ),
    path(
        "directory/points/<int:pk>/reinstate/",
        directory_points.reinstate,
        name="directory-reinstate-point",
    ),
    path("directory/points/<int:pk>/code/", directory_points.replace, name="directory-replace"),
    path("directory/points/<int:pk>/code.svg", directory_codes.code_svg, name="directory-code"),
]

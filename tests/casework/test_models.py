"""The database itself keeps who and when together, and one of what there is one of."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from pingyi.casework.models import Case, Dispatch, Fact, Referral, Verdict
from tests.casework.world import AT, World, after

MODELS = list(apps.get_app_config("casework").get_models())


def fields(model) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def test_every_who_has_its_when():
    for model in MODELS:
        for name in fields(model):
            if name.endswith("_by"):
                assert name.removesuffix("_by") + "_at" in fields(model), (model, name)
                constraint = f"{model._meta.model_name}_{name.removesuffix('_by')}_who_and_when"
                assert constraint in {c.name for c in model._meta.constraints}


@pytest.mark.parametrize("model", [m for m in MODELS if issubclass(m, Fact)])
def test_every_fact_says_who(model):
    assert f"{model._meta.model_name}_by_someone" in {c.name for c in model._meta.constraints}


@pytest.mark.parametrize(
    ("end", "model", "name"),
    [
        ("with_unit", Dispatch, "acknowledged"),
        ("with_unit", Dispatch, "recalled"),
        ("referred", Referral, "released"),
        ("verified", Verdict, "withdrawn"),
    ],
)
def test_half_a_stamp_is_refused(world: World, end, model, name):
    world.case(end)
    for half in ({f"{name}_at": AT}, {f"{name}_by": "somebody"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**half)
    model.objects.update(**{f"{name}_at": AT, f"{name}_by": "somebody"})


def test_nobody_is_not_somebody(world: World):
    world.case("verified")
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.update(by="")


def test_closed_and_its_time_go_together(world: World):
    case = world.case("closed")
    for wrong in ({"closed_at": None}, {"state": "to_place"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**wrong)


def test_a_clock_is_met_or_stopped_and_due_after_its_start(world: World):
    case = world.case()
    for wrong in ({"met_at": AT, "stopped_at": AT}, {"due_at": after(days=-1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            case.clocks.update(**wrong)


def test_a_case_knows_itself(world: World):
    case = world.case("to_place")
    assert str(case) == case.number
    assert case.at_state.zh == "待处置"

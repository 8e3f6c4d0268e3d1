"""Contracts: what was promised, by which clause, and what is left of the hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import check
from common.api.strict import Filters
from common.api.views import ApiView

from .models import AgreementDocument, Contract, HoursAccount
from .precedence import Effective, Lost, Setting, Why
from .selectors import contract_by_id, day_of, effective_terms
from .terms import REGISTRY, Kind


class ContractOut(serializers.Serializer):
    """A contract."""

    id = serializers.IntegerField()
    organization = serializers.CharField(source="organization.key")
    reference = serializers.CharField()
    plan = serializers.ChoiceField(choices=Contract.Plan.values)
    tier = serializers.ChoiceField(choices=Contract.Tier.values)
    status = serializers.ChoiceField(choices=Contract.Status.values)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    renews_on = serializers.DateField(allow_null=True)
    calendar = serializers.CharField(source="calendar.name", default=None, allow_null=True)


class ContractFilters(Filters):
    """Which contracts."""

    organization = serializers.CharField(required=False, max_length=10)
    status = serializers.ChoiceField(required=False, choices=Contract.Status.values)


class DayFilters(Filters):
    """The day that is asked about."""

    on = serializers.DateField(required=False)


class ClauseOut(serializers.Serializer):
    """A clause that sets a term, and the value it writes."""

    document = serializers.CharField()
    kind = serializers.ChoiceField(choices=AgreementDocument.Kind.values)
    edition = serializers.CharField()
    clause = serializers.CharField()
    effective_on = serializers.DateField()
    text = serializers.CharField()


class LostOut(ClauseOut):
    """A clause that gave way, and why."""

    why = serializers.ChoiceField(choices=[why.value for why in Why])


class TermOut(serializers.Serializer):
    """A term in force: a whole number of its unit, true or false, or a word. Without a clause that won, the default holds.

    `value` is null where clauses of one rank and date differ; `conflict` names them.
    """

    key = serializers.CharField()
    label = serializers.CharField()
    unit = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    value = serializers.JSONField(allow_null=True)
    clause = ClauseOut(allow_null=True)
    gave_way = LostOut(many=True)
    conflict = ClauseOut(many=True)


class TermsOut(serializers.Serializer):
    """All terms of a contract, as they hold on a day."""

    contract = serializers.IntegerField()
    on = serializers.DateField()
    terms = TermOut(many=True)


class BalanceOut(serializers.Serializer):
    """Reserved Hours, in minutes; of a contract on demand, what was used."""

    contract = serializers.IntegerField()
    plan = serializers.ChoiceField(choices=Contract.Plan.values)
    granted_minutes = serializers.IntegerField()
    consumed_minutes = serializers.IntegerField()
    balance_minutes = serializers.IntegerField()
    usage_minutes = serializers.IntegerField()


class Contracts(ApiView):
    """The contracts that this person sees."""

    filters, paged = ContractFilters, True
    serializer_class = ContractOut

    @extend_schema(parameters=[ContractFilters], responses=ContractOut(many=True))
    def get(self, request: Request) -> Response:
        """Contracts, newest first."""
        asked = {"organization__key" if name == "organization" else name: value for name, value in self.asked.items()}
        contracts = Contract.objects.visible_to(request.user).filter(**asked)
        return self.page(contracts.select_related("organization", "calendar"), ContractOut)


class OneContract(ApiView):
    """A contract."""

    serializer_class = ContractOut

    @extend_schema(responses=ContractOut)
    def get(self, request: Request, pk: int) -> Response:
        """One contract, by its id."""
        return Response(ContractOut(contract_by_id(request.user, pk)).data)


class Terms(ApiView):
    """What a contract promises."""

    filters = DayFilters
    serializer_class = TermsOut

    @extend_schema(parameters=[DayFilters], responses=TermsOut)
    def get(self, request: Request, pk: int) -> Response:
        """The effective terms on a day, each with the clause that won and those that gave way."""
        contract = contract_by_id(request.user, pk)
        on: date = self.asked.get("on") or day_of(request.now)
        in_force = effective_terms(contract, on)
        terms = [_term(in_force[key]) for key in REGISTRY]
        return Response(TermsOut({"contract": contract.pk, "on": on, "terms": terms}).data)


def _term(one: Effective) -> dict[str, Any]:
    return {
        "key": one.term.key, "label": one.term.label(get_language() or "en"), "unit": one.term.kind.value,
        "value": one.settled, "clause": _clause(one.winner) if one.winner else None,
        "gave_way": [_lost(lost) for lost in one.losers], "conflict": [_clause(setting) for setting in one.conflict],
    }  # fmt: skip


def _clause(setting: Setting) -> dict[str, Any]:
    return {name: getattr(setting, name) for name in ClauseOut().fields}


def _lost(lost: Lost) -> dict[str, Any]:
    return {**_clause(lost.setting), "why": lost.why}


class Balance(ApiView):
    """What is left of a contract's hours."""

    serializer_class = BalanceOut

    @extend_schema(responses=BalanceOut)
    def get(self, request: Request, pk: int) -> Response:
        """Granted, consumed and left, in minutes. For approvers, administrators and Valiantys's people."""
        contract = contract_by_id(request.user, pk)
        check(request.user, "hours.view", contract.organization_id)
        account = HoursAccount.objects.visible_to(request.user).filter(contract=contract).first() or HoursAccount()
        figures = {name: getattr(account, name) for name in BalanceOut().fields if name.endswith("_minutes")}
        return Response(BalanceOut({"contract": contract.pk, "plan": contract.plan, **figures}).data)

"""Filters of the list of accounts, named like the fields."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from customers.enums import Pressure, StakeholderRole
from customers.models import Customer, Stakeholder
from customers.queries.lookup import find_colleague


class WholeNumberFilter(filters.NumberFilter):
    """Half a point of a score is no score."""

    field_class = forms.IntegerField


class CustomerFilter(filters.FilterSet):
    """`name` finds a part of the name; the rest is compared as it is."""

    externalId = filters.CharFilter(field_name="external_id")
    name = filters.CharFilter(lookup_expr="icontains")
    segment = filters.CharFilter(lookup_expr="iexact")
    timezone = filters.CharFilter()
    country = filters.CharFilter(lookup_expr="iexact")
    currency = filters.CharFilter(lookup_expr="iexact")
    owner = filters.CharFilter(method="by_colleague")
    accountExecutive = filters.CharFilter(field_name="account_executive", method="by_colleague")
    executive = filters.CharFilter(method="by_colleague")
    healthScore = WholeNumberFilter(field_name="health_score", min_value=0, max_value=100)
    relationshipStrength = WholeNumberFilter(field_name="relationship_strength", min_value=0, max_value=10)
    churnRisk = WholeNumberFilter(field_name="churn_risk", min_value=0, max_value=100)
    competitivePressure = filters.ChoiceFilter(field_name="competitive_pressure", choices=Pressure.choices)
    budgetPressure = filters.ChoiceFilter(field_name="budget_pressure", choices=Pressure.choices)

    programmeStartDate = filters.DateFilter(field_name="programme_start_date")

    class Meta:
        model = Customer
        fields: list[str] = []

    def by_colleague(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """This will keep the accounts of the colleague with this user name, e-mail address or id."""
        person = find_colleague(value)
        return rows.none() if person is None else rows.filter(**{name: person})


class StakeholderFilter(filters.FilterSet):
    """`name` and `title` find a part; `roles` finds who has the role, among others."""

    name = filters.CharFilter(lookup_expr="icontains")
    email = filters.CharFilter(lookup_expr="iexact")
    title = filters.CharFilter(lookup_expr="icontains")
    roles = filters.ChoiceFilter(choices=StakeholderRole.choices, method="by_role")
    primary = filters.BooleanFilter()
    relationshipStrength = WholeNumberFilter(field_name="relationship_strength", min_value=0, max_value=10)
    timezone = filters.CharFilter()
    language = filters.CharFilter(lookup_expr="iexact")
    left = filters.BooleanFilter(field_name="left_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Stakeholder
        fields: list[str] = []

    def by_role(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """This will keep who has the role. SQLite cannot look into a list, so the list is read as text."""
        return rows.alias(codes=Cast("roles", TextField())).filter(codes__contains=f'"{value}"')

"""The pack as JSON: what the API answers, and what is handed out as a file."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.desk.evidence.pack import HOW_TO_CHECK
from renewals.api.renewal_bodies import MoneyField


class EvidenceLine(serializers.Serializer[Any]):
    """A line of the record. link and seal: its place in the chain; null and empty until it has one."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    says = serializers.CharField()
    by = serializers.CharField()
    link = serializers.IntegerField(allow_null=True)
    seal = serializers.CharField(source="digest", help_text="The keyed digest of the link.")


class EvidenceFact(serializers.Serializer[Any]):
    """A fact as it was when the mail was approved: its value and where it was read."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # of instances alone
    value = serializers.CharField()
    display = serializers.CharField()
    recordKind = serializers.CharField(source="kind")
    recordId = serializers.CharField(source="id")
    field = serializers.CharField()


class EvidenceApproval(serializers.Serializer[Any]):
    """A yes to one version. digest: of recipients, sender, subject, body and files, which the yes is bound to."""

    at = serializers.DateTimeField(source="line.at")
    by = serializers.CharField(source="line.by")
    rule = serializers.CharField(help_text="The named rule that said yes, where no person read it.")
    version = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField()
    subject = serializers.CharField()
    body = serializers.CharField()
    textKept = serializers.BooleanField(source="text_kept")
    facts = EvidenceFact(many=True)
    factsKept = serializers.BooleanField(source="facts_kept")
    lineId = serializers.UUIDField(source="line.id")


class EvidenceHead(serializers.Serializer[Any]):
    """The head of the message that left. headKept: it stands on record; else it is read from the letter's row."""

    messageId = serializers.CharField(source="message_id")
    providerMessageId = serializers.CharField(source="provider_message_id")
    sender = serializers.CharField()
    to = serializers.CharField()
    cc = serializers.ListField(child=serializers.CharField())
    date = serializers.DateTimeField(allow_null=True)
    provider = serializers.CharField()
    headKept = serializers.BooleanField(source="head_kept")
    lineId = serializers.UUIDField(source="line.id", default=None, allow_null=True)


class EvidenceLetter(serializers.Serializer[Any]):
    """One mail of the renewal, whether it left or not."""

    id = serializers.UUIDField()
    subject = serializers.CharField()
    to = serializers.CharField()
    purpose = serializers.CharField()
    state = serializers.CharField()
    writtenAt = serializers.DateTimeField(source="written_at")
    approvals = EvidenceApproval(many=True)
    sent = EvidenceHead(source="sending", allow_null=True)
    receipt = serializers.ListField(child=serializers.DictField(), help_text="What the gate's checks said, in order.")
    deliveredAt = serializers.DateTimeField(source="delivered_at", allow_null=True)
    bouncedAt = serializers.DateTimeField(source="bounced_at", allow_null=True)


class EvidenceReply(serializers.Serializer[Any]):
    """A reply as it is kept. firstClass: what it was taken for before a person corrected it."""

    id = serializers.UUIDField()
    letterId = serializers.UUIDField(source="letter_id", allow_null=True)
    at = serializers.DateTimeField()
    sender = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    replyClass = serializers.CharField(source="classification")
    firstClass = serializers.CharField(source="first")
    classifiedBy = serializers.CharField(source="classified_by")
    isVerified = serializers.BooleanField(source="is_verified")


class EvidenceOverrule(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    by = serializers.CharField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    reason = serializers.CharField()


class EvidenceObjection(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    quote = serializers.CharField()
    settledAt = serializers.DateTimeField(source="settled_at", allow_null=True)
    settledHow = serializers.CharField(source="settled_how")


class EvidenceTerms(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    price = MoneyField(allow_null=True)
    termMonths = serializers.IntegerField(source="term_months", allow_null=True)
    discountPercent = serializers.FloatField(source="discount_pct", allow_null=True)
    state = serializers.CharField()
    note = serializers.CharField()
    decidedAt = serializers.DateTimeField(source="decided_at", allow_null=True)
    decidedBy = serializers.CharField(source="decided_by")


class EvidenceRenewal(serializers.Serializer[Any]):
    """The renewal and how it ended; its prices are those of the contract as it stands."""

    id = serializers.UUIDField()
    contractId = serializers.UUIDField(source="contract.id")
    plan = serializers.CharField(source="contract.plan")
    currency = serializers.CharField(source="contract.currency")
    startDate = serializers.DateField(source="contract.start_date", allow_null=True)
    renewalDate = serializers.DateField(source="contract.renewal_date")
    noticeDays = serializers.IntegerField(source="contract.notice_days")
    currentPrice = MoneyField(source="contract.current_price")
    targetPrice = MoneyField(source="contract.target_price", allow_null=True)
    priceLockedAt = serializers.DateTimeField(source="price_locked_at", allow_null=True)
    outcome = serializers.CharField()
    outcomePrice = MoneyField(source="outcome_price", allow_null=True)
    outcomeTermMonths = serializers.IntegerField(source="outcome_term_months", allow_null=True)
    outcomeReason = serializers.CharField(source="outcome_reason")
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)
    closedBy = serializers.CharField(source="closed_by.display_name", default="")


class EvidenceSeal(serializers.Serializer[Any]):
    """How far the record is sealed, and what checks it. waiting: lines of this pack that have no link yet."""

    link = serializers.IntegerField()
    seal = serializers.CharField(source="digest")
    sealedAt = serializers.DateTimeField(source="sealed_at", allow_null=True)
    waiting = serializers.IntegerField()
    checkedWith = serializers.SerializerMethodField()

    def get_checkedWith(self, _: Any) -> str:  # noqa: N802
        return HOW_TO_CHECK


class EvidenceBody(serializers.Serializer[Any]):
    """The evidence of one renewal. record: every line that it rests on, the oldest first."""

    customerId = serializers.UUIDField(source="customer.id")
    customerName = serializers.CharField(source="customer.name")
    externalId = serializers.CharField(source="customer.external_id", allow_null=True)
    renewal = EvidenceRenewal()
    recommended = serializers.DictField(help_text="What was advised when Engage opened.")
    overrules = EvidenceOverrule(many=True)
    prices = EvidenceLine(many=True, help_text="The price set, locked and unlocked.")
    mails = EvidenceLetter(source="letters", many=True)
    replies = EvidenceReply(source="answers", many=True)
    objections = EvidenceObjection(many=True)
    terms = EvidenceTerms(many=True)
    record = EvidenceLine(many=True)
    seal = EvidenceSeal(source="chain")
    madeAt = serializers.DateTimeField(source="made_at")
    madeBy = serializers.CharField(source="made_by")


class SignedEvidence(EvidenceBody):
    """digest: SHA-256 of all the rest, which stands in the record's line of this export."""

    digest = serializers.CharField(read_only=True)

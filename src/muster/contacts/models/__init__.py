from muster.contacts.models.admission import Application, Welcome, WelcomeStep
from muster.contacts.models.calls import Call, CallList
from muster.contacts.models.cases import Assessment, Case, Conversation, Scale, Stage, StageChange
from muster.contacts.models.forms import PublicForm
from muster.contacts.models.inquiries import (
    Claim,
    ClaimChange,
    ClaimQuerySet,
    Inquiry,
    InquiryExternalId,
    InquiryQuerySet,
    new_inquiry_ref,
)
from muster.contacts.models.letters import InquiryLetter, RawLetter
from muster.contacts.models.meetings import UnitMeeting

__all__ = [
    "Application",
    "Assessment",
    "Call",
    "CallList",
    "Case",
    "Claim",
    "ClaimChange",
    "ClaimQuerySet",
    "Conversation",
    "Inquiry",
    "InquiryExternalId",
    "InquiryLetter",
    "InquiryQuerySet",
    "PublicForm",
    "RawLetter",
    "Scale",
    "Stage",
    "StageChange",
    "UnitMeeting",
    "Welcome",
    "WelcomeStep",
    "new_inquiry_ref",
]

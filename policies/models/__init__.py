from .case import CaseMove, PastSlug, PolicyCase
from .choices import CostBand, Evidence, FundingSource, Licence, PolicyStatus, Scale, Theme
from .moderation import Digest, FieldComment, InternalNote
from .parts import Document, FundingShare, Outcome, Partner, Picture, SDGLink, WebLink
from .revision import STORY, STORY_FIELDS, EditConflict, NotReady, Revision, RevisionMove

__all__ = [
    "STORY",
    "STORY_FIELDS",
    "CaseMove",
    "CostBand",
    "Digest",
    "Document",
    "EditConflict",
    "Evidence",
    "FieldComment",
    "FundingShare",
    "FundingSource",
    "InternalNote",
    "Licence",
    "NotReady",
    "Outcome",
    "Partner",
    "PastSlug",
    "Picture",
    "PolicyCase",
    "PolicyStatus",
    "Revision",
    "RevisionMove",
    "SDGLink",
    "Scale",
    "Theme",
    "WebLink",
]

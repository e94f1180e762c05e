"""What the bureau does: notices, dismissals, breaches, inquiries, objections, approvals, assignments; who, when, why.

Every function checks and writes inside one write transaction of the register, so that two reviewers cannot both decide:
the second is told who was first. The register checks the role of each act where it writes it.
"""

from fxwatch.review.approvals import approve, refuse
from fxwatch.review.assigning import assign, note
from fxwatch.review.breaches import record_breach, record_breaches, rescind_breach
from fxwatch.review.inquiries import answer_inquiry, close_inquiry, open_inquiries
from fxwatch.review.issuing import adopt_policy, auto_monthly, auto_notices, end_policy
from fxwatch.review.notices import dismiss, issue_notices, rescind_notice
from fxwatch.review.objections import decide_objection, lodge_objection

__all__ = [
    "adopt_policy",
    "answer_inquiry",
    "approve",
    "assign",
    "auto_monthly",
    "auto_notices",
    "close_inquiry",
    "decide_objection",
    "dismiss",
    "end_policy",
    "issue_notices",
    "lodge_objection",
    "note",
    "open_inquiries",
    "record_breach",
    "record_breaches",
    "refuse",
    "rescind_breach",
    "rescind_notice",
]

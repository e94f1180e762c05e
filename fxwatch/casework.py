"""What the bureau does and what is under way, asked of a home from Python."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fxwatch.home import Home

if TYPE_CHECKING:
    import polars as pl

    from fxwatch.policies import Policy
    from fxwatch.register import Act


class Casework(Home):
    """A home with the work of regulators and approvers.

    Every act takes `by` (an account; without it, the operating-system user's) and, in a simulation home, `on` (its day).
    """

    # ---- decisions

    def issue_notices(self, hit_ids: Sequence[str], *, why: str, **signed: Any) -> list[str]:
        """One notice per entity, naming all its hits given: see `fxwatch.review.issue_notices`."""
        from fxwatch.review import issue_notices

        return issue_notices(self, hit_ids, why=why, **signed)

    def dismiss(self, hit_ids: Sequence[str], *, why: str, **signed: Any) -> "list[Act]":
        """Hits looked at and found in order: see `fxwatch.review.dismiss`."""
        from fxwatch.review import dismiss

        return dismiss(self, hit_ids, why=why, **signed)

    def rescind_notice(self, notice: str, *, why: str, to: str = "dismissed", **signed: Any) -> "Act":
        """Take a notice back: see `fxwatch.review.rescind_notice`."""
        from fxwatch.review import rescind_notice

        return rescind_notice(self, notice, why=why, to=to, **signed)

    def record_breach(self, breach_no: str, *, entity_id: str, day: date, provision: str, **more: Any) -> str:
        """Record a violation: see `fxwatch.review.record_breach`."""
        from fxwatch.review import record_breach

        return record_breach(self, breach_no, entity_id=entity_id, day=day, provision=provision, **more)

    def rescind_breach(self, breach_no: str, *, why: str, **signed: Any) -> "Act":
        """Take a breach back: see `fxwatch.review.rescind_breach`."""
        from fxwatch.review import rescind_breach

        return rescind_breach(self, breach_no, why=why, **signed)

    # ---- policies

    def auto_notices(self, policy: str = "monthly", **asked: Any) -> "pl.DataFrame":
        """Issue by policy, or say with `dry_run` what would be issued: see `fxwatch.review.auto_notices`."""
        from fxwatch.review import auto_notices

        return auto_notices(self, policy, **asked)

    def adopt_policy(self, file: Path | str, **signed: Any) -> "Policy":
        """Adopt the policy that a TOML file describes: see `fxwatch.review.adopt_policy`."""
        from fxwatch.review import adopt_policy

        return adopt_policy(self, file, **signed)

    def end_policy(self, name: str, *, why: str, **signed: Any) -> "Act":
        """End a policy: see `fxwatch.review.end_policy`."""
        from fxwatch.review import end_policy

        return end_policy(self, name, why=why, **signed)

    def policies(self, **asked: Any) -> "pl.DataFrame":
        """The policies, ended ones included: see `fxwatch.reading.cases.policies`."""
        from fxwatch.reading.cases import policies

        return policies(self, **asked)

    # ---- inquiries

    def open_inquiries(
        self,
        hit_ids: Sequence[str] = (),
        *,
        question: str,
        due: date,
        entity_id: str | None = None,
        **signed: Any,
    ) -> list[str]:
        """Ask about hits, one inquiry per entity, or ask an entity: see `fxwatch.review.open_inquiries`."""
        from fxwatch.review import open_inquiries

        return open_inquiries(self, hit_ids, entity_id=entity_id, question=question, due=due, **signed)

    def answer_inquiry(self, inquiry: str, *, answer: str, **signed: Any) -> "Act":
        """The entity's answer: see `fxwatch.review.answer_inquiry`."""
        from fxwatch.review import answer_inquiry

        return answer_inquiry(self, inquiry, answer=answer, **signed)

    def close_inquiry(self, inquiry: str, *, finding: str, **signed: Any) -> "Act":
        """What was found: see `fxwatch.review.close_inquiry`."""
        from fxwatch.review import close_inquiry

        return close_inquiry(self, inquiry, finding=finding, **signed)

    def inquiries(self, **asked: Any) -> "pl.DataFrame":
        """The inquiries (`entity`, `overdue`): see `fxwatch.reading.cases.inquiries`."""
        from fxwatch.reading.cases import inquiries

        return inquiries(self, **asked)

    # ---- objections

    def lodge_objection(self, notice: str, *, why: str, late_because: str | None = None, **signed: Any) -> "Act":
        """An entity objects to a notice: see `fxwatch.review.lodge_objection`."""
        from fxwatch.review import lodge_objection

        return lodge_objection(self, notice, why=why, late_because=late_because, **signed)

    def decide_objection(
        self, objection: str, outcome: str, *, why: str, to: str = "dismissed", **signed: Any
    ) -> "Act":
        """Uphold or reject an objection: see `fxwatch.review.decide_objection`."""
        from fxwatch.review import decide_objection

        return decide_objection(self, objection, outcome, why=why, to=to, **signed)

    def objections(self, **asked: Any) -> "pl.DataFrame":
        """The objections (`entity`, `overdue`): see `fxwatch.reading.cases.objections`."""
        from fxwatch.reading.cases import objections

        return objections(self, **asked)

    # ---- four eyes

    def approvals(self, **asked: Any) -> "pl.DataFrame":
        """What waits for another account's approval: see `fxwatch.reading.cases.approvals`."""
        from fxwatch.reading.cases import approvals

        return approvals(self, **asked)

    def approve(self, proposals: Sequence[str], **signed: Any) -> "list[Act]":
        """Approve proposals, all or none: see `fxwatch.review.approve`."""
        from fxwatch.review import approve

        return approve(self, proposals, **signed)

    def refuse(self, proposals: Sequence[str], *, why: str, **signed: Any) -> "list[Act]":
        """Refuse proposals: see `fxwatch.review.refuse`."""
        from fxwatch.review import refuse

        return refuse(self, proposals, why=why, **signed)

    # ---- whose work, how old

    def assign(self, hit_ids: Sequence[str], to: str, *, due: date | None = None, **signed: Any) -> "list[Act]":
        """Give open hits to an account: see `fxwatch.review.assign`."""
        from fxwatch.review import assign

        return assign(self, hit_ids, to, due=due, **signed)

    def note(self, subject: str, text: str, **signed: Any) -> "Act":
        """Put a note on record: see `fxwatch.review.note`."""
        from fxwatch.review import note

        return note(self, subject, text, **signed)

    def notes(self, subject: str | None = None, **asked: Any) -> "pl.DataFrame":
        """The notes: see `fxwatch.reading.cases.notes`."""
        from fxwatch.reading.cases import notes

        return notes(self, subject, **asked)

    def worklist(self, **asked: Any) -> "pl.DataFrame":
        """The open hits with their ages and due days (`account`, `overdue`): see `fxwatch.reading.cases.worklist`."""
        from fxwatch.reading.cases import worklist

        return worklist(self, **asked).hits

    def ageing(self, by: str | None = None, **asked: Any) -> "pl.DataFrame":
        """Open hits by age, by `rule`, `entity` or `account`: see `fxwatch.reading.cases.ageing`."""
        from fxwatch.reading.cases import ageing

        return ageing(self, by, **asked)

    def history(self, entity_id: str) -> "pl.DataFrame":
        """One entity's grades over time, as known now and then: see `fxwatch.reading.grades.history`."""
        from fxwatch.reading.grades import history

        return history(self, entity_id)

"""Several returned files into plan revisions to save: what is good is saved, what is not is named, nothing half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from workbook.errors import DataError
from workbook.plans.changes import differences
from workbook.plans.document import PlanDocument
from workbook.rules import Rules
from workbook.sheets.entries import digest, document_of, entry_of, territory_entry_of, territory_of
from workbook.sheets.inbox import read_file
from workbook.sheets.outbox import Outbox
from workbook.sheets.reading import CellFault
from workbook.sheets.returned import Returned
from workbook.sheets.values import CellError
from workbook.store.plan import PlanRevision, State


@dataclass(frozen=True)
class Save:
    """One plan to be saved: the revision after ``seen``, and what changes in words."""

    plan: PlanRevision
    seen: int
    path: Path
    changes: tuple[tuple[str, str, str], ...]


@dataclass
class Collected:
    """What came of the files: ``saves`` (all or none of a file's), every fault, and how many plans were as before."""

    files: list[Returned] = field(default_factory=list)
    saves: list[Save] = field(default_factory=list)
    unchanged: int = 0

    @property
    def faults(self) -> list[CellFault]:
        return [fault for file in self.files for fault in file.faults]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong but warnings."""
        return not any(f.severity == "error" for f in self.faults)

    def rejected(self) -> list[Returned]:
        """Files with at least one error."""
        return [file for file in self.files if any(f.severity == "error" for f in file.faults)]


@dataclass(frozen=True)
class Terms:
    """How files are taken in: when, as draft or submitted, and from which rep only (blank: any)."""

    at: datetime
    state: State = "submitted"
    rep_id: str = ""


def collect(paths: Sequence[Path], outbox: Outbox, stored: Mapping[str, PlanRevision], terms: Terms) -> Collected:
    """Read files and say what would be saved. ``stored``: the store's current revisions by plan id, as the outbox has them.

    Two files of one rep are one when they do not contradict each other; where they do, neither is taken for that plan.
    """
    rules: Rules = outbox.facts.rules
    out = Collected()
    for path in paths:
        out.files.append(read_file(path, rules, outbox.prefill.horizon, outbox.families))
    files = [f for f in out.files if f.stamp is not None and not _of_another_rep(f, terms, outbox)]
    for plan_id, versions in _by_plan(files).items():
        _one_plan(plan_id, versions, outbox, stored, terms, out)
    order = {file.path: n for n, file in enumerate(out.files)}
    out.saves.sort(key=lambda save: (order[save.path], save.plan.plan_id))
    return out


def _by_plan(files: Iterable[Returned]) -> dict[str, list[Returned]]:
    versions: dict[str, list[Returned]] = {}
    for file in files:
        for plan_id in file.entries:
            versions.setdefault(plan_id, []).append(file)
    return versions


def _of_another_rep(file: Returned, terms: Terms, outbox: Outbox) -> bool:
    assert file.stamp is not None
    rep = file.stamp.rep_id
    if terms.rep_id and rep != terms.rep_id:
        _wrong(file, "", CellError(f"is the file of {rep}, not of {terms.rep_id}", "Ask for the right file."))
        return True
    if rep not in outbox.people:
        _wrong(
            file,
            "",
            CellError(f"is the file of {rep}, who is not in the reps table", "Send the accounts' new owner a file."),
        )
        return True
    return False


def _wrong(file: Returned, plan_id: str, wrong: CellError, value: str = "") -> None:
    sheet, cell = file.where.get(plan_id, ("", ""))
    file.faults.append(CellFault(file.path.name, sheet, cell, value, wrong.fault, wrong.remedy, plan_id))


def _one_plan(
    plan_id: str,
    versions: list[Returned],
    outbox: Outbox,
    stored: Mapping[str, PlanRevision],
    terms: Terms,
    out: Collected,
) -> None:  # fmt: skip
    good = [file for file in versions if plan_id not in file.blocked]
    if not good:
        return
    file = _agreed(plan_id, good, versions)
    if file is None or file.stamp is None:
        return
    current = stored.get(plan_id)
    sent = file.stamp.by_id[plan_id]
    territory = plan_id == file.stamp.rep_id
    touched = plan_id in file.changed
    if current is not None and not touched and (sent.revision < current.revision or _as_before(current, terms)):
        out.unchanged += 1
        return
    if current is not None and sent.revision < current.revision and _stands_already(plan_id, file, outbox):
        out.unchanged += 1
        return
    if sent.revision != (current.revision if current else 0):
        _wrong(file, plan_id, _old_revision(sent.revision, current), file.where.get(plan_id, ("", ""))[1])
        return
    if current is not None and current.state == "locked":
        _wrong(file, plan_id, CellError("the plan is locked", "Ask a manager to return it first."))
        return
    owner = outbox.owner.get(plan_id, "")
    if not territory and owner != file.stamp.rep_id:
        whom = f"belongs to {owner} now" if owner else "belongs to nobody now"
        _wrong(file, plan_id, CellError(f"the account {whom}", "Its new owner plans it."), owner)
        return
    document, before = _documents(plan_id, file, outbox, current, touched)
    if document is None:
        return
    row = PlanRevision(
        rep_id=file.stamp.rep_id, account_id="" if territory else plan_id, document=document.as_json(), state=terms.state,
        saved_by=file.stamp.rep_id, saved_at=terms.at, comment=f"from {file.path.name}",
    )  # fmt: skip
    changes = tuple(differences(before, document, outbox.facts.currency))
    out.saves.append(Save(row, sent.revision, file.path, changes))


def _stands_already(plan_id: str, file: Returned, outbox: Outbox) -> bool:
    """Whether the plan as it stands says what the file says: the file was collected before."""
    assert file.stamp is not None
    if plan_id == file.stamp.rep_id:
        now = territory_entry_of(outbox.territory(plan_id)[0])
    else:
        now = entry_of(outbox.current(plan_id)[0], outbox.prefill.horizon)
    return digest(now) == digest(file.entries[plan_id])


def _as_before(current: PlanRevision, terms: Terms) -> bool:
    """Whether an untouched plan needs no new revision: it is in the wanted state, or further."""
    return terms.state == "draft" or current.state != "draft"


def _documents(
    plan_id: str, file: Returned, outbox: Outbox, current: PlanRevision | None, touched: bool
) -> tuple[PlanDocument | None, PlanDocument]:
    entry = file.entries[plan_id]
    assert file.stamp is not None
    try:
        if plan_id == file.stamp.rep_id:
            base = outbox.territory(plan_id)[0]
            return (territory_of(entry, base) if touched else base), base
        depth = "full" if file.stamp.by_id[plan_id].sheet else "line"
        account = outbox.current(plan_id)[0].model_copy(update={"depth": depth, "rep_id": file.stamp.rep_id})
        return (document_of(entry, account, outbox.prefill.account(plan_id)) if touched else account), account
    except (DataError, ValueError) as fault:
        _wrong(file, plan_id, CellError(f"cannot be made a plan: {str(fault).splitlines()[0]}", "Look at its cells."))
        return None, outbox.prefill.account(plan_id)


def _agreed(plan_id: str, good: list[Returned], versions: list[Returned]) -> Returned | None:
    changed = [file for file in good if plan_id in file.changed]
    entries = {repr(sorted(file.entries[plan_id].items())) for file in changed}
    if len(entries) > 1:
        for file in changed:
            others = ", ".join(other.path.name for other in changed if other is not file)
            _wrong(
                file, plan_id, CellError(f"the plan says something else in {others}", "Send one file with what holds.")
            )
        return None
    return (changed or good)[0] if len(versions) == len(good) or changed else good[0]


def _old_revision(seen: int, current: PlanRevision | None) -> CellError:
    if current is None:
        return CellError(f"the file was made from revision {seen}, and the store holds none", "Is it the right book?")
    return CellError(
        f"the file was made from revision {seen}; {current.saved_by} saved revision {current.revision} ({current.state}) "
        f"on {current.saved_at:%Y-%m-%d}",
        "Take over what is still true into a newly sent file.",
    )


def save(saves: Sequence[Save], store: Any) -> int:
    """Save what was collected, each file's plans all or none; returns how many. Raises ConflictError when somebody was faster."""
    done = 0
    for path in dict.fromkeys(s.path for s in saves):
        rows = [(s.plan, s.seen) for s in saves if s.path == path]
        done += len(store.save_plans(rows))
    return done

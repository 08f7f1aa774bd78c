"""Who may do what: the one place where this is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from slumpcv.library.terms import NotAllowed, NotFound, Role

if TYPE_CHECKING:
    from slumpcv.library.terms import Person, Thing

Right = Literal["all", "own", "none"]
Action = Literal[
    "list",
    "view",
    "export",
    "export_patient",
    "import",
    "add_patient",
    "change_patient",
    "correct",
    "set_status",
    "note",
    "tag",
    "rate",
    "sign",
    "jobs",
    "delete",
    "accounts",
    "audit",
    "backup",
    "reanalyze",
]
ACTIONS: tuple[Action, ...] = get_args(Action)
_CLINICIANS: dict[Role, Right] = {"patient": "none", "therapist": "all", "admin": "all"}
_ANYBODY: dict[Role, Right] = {"patient": "own", "therapist": "all", "admin": "all"}
_ADMINS: dict[Role, Right] = {"patient": "none", "therapist": "none", "admin": "all"}
RIGHTS: dict[Action, dict[Role, Right]] = {
    "list": _ANYBODY,
    "view": _ANYBODY,
    "export": _ANYBODY,
    "export_patient": _CLINICIANS,
    "import": _CLINICIANS,
    "add_patient": _CLINICIANS,
    "change_patient": _CLINICIANS,
    "correct": _CLINICIANS,
    "set_status": _CLINICIANS,
    "note": _CLINICIANS,
    "tag": _CLINICIANS,
    "rate": _CLINICIANS,
    "sign": _CLINICIANS,
    "jobs": _CLINICIANS,
    "delete": _CLINICIANS,
    "accounts": _ADMINS,
    "audit": _ADMINS,
    "backup": _ADMINS,
    "reanalyze": _ADMINS,
}
"""Of whose patients a role may do something: of all, of the one that is the person itself, of none."""


def check(who: Person, action: Action, patient_id: str | None = None, what: Thing = "session") -> None:
    """Refuse what somebody may not do.

    Parameters
    ----------
    who : the person who acts.
    action : what is to be done.
    patient_id : the patient that it is about; None for what is about no single one.
    what : what was asked for.

    Raises
    ------
    NotFound
        When a patient asks for something of another: that it exists is not told.
    NotAllowed
        When a person may know of it, but not do this.
    """
    right = RIGHTS[action][who.role]
    if right == "all":
        return
    is_own = patient_id is not None and patient_id == who.patient_id
    if is_own and right == "own":
        return
    if who.role == "patient" and patient_id is not None and not is_own:
        raise NotFound(what)
    raise NotAllowed


def whose(who: Person, action: Action) -> str | None:
    """Return the one patient that a list is narrowed to, None for all.

    Raises
    ------
    NotAllowed
        When a person may not see any.
    """
    right = RIGHTS[action][who.role]
    if right == "all":
        return None
    if right == "none" or who.patient_id is None:
        raise NotAllowed
    return who.patient_id

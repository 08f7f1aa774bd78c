"""The commands ``slumpcv library ...``; thin over the package ``library``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from slumpcv.cli_job import LanguageChoice, LanguageOption, SideChoice, SideOption
from slumpcv.cli_library_parts import (
    analyse_now,
    check_target,
    find_patient,
    me,
    open_library,
    print_json,
    print_table,
    read_day,
    with_progress,
)
from slumpcv.errors import InputError
from slumpcv.terms import Side

app = typer.Typer(
    no_args_is_help=True,
    help="Keep patients, visits and sessions: bring results in, list, export, back up. Everything stays in "
    "the data folder (SLUMPCV_DATA), or where SLUMPCV_DATABASE_URL and SLUMPCV_STORAGE_URL say.",
)

SIDES: dict[SideChoice, Side] = {SideChoice.LEFT: "left", SideChoice.RIGHT: "right"}
PatientOption = Annotated[str | None, typer.Option("--patient", help="The patient's code.")]


class StatusChoice(StrEnum):
    """How far a session has come."""

    NEW = "new"
    REVIEWED = "reviewed"
    SIGNED = "signed"


class SortChoice(StrEnum):
    """What a list is sorted by."""

    DAY = "day"
    CODE = "code"
    SIDE = "side"
    STATUS = "status"
    OUTCOME = "outcome"
    KNEE = "knee"
    HEAD_LIFT = "head_lift"
    DURATION = "duration"
    CREATED = "created"


class RoleChoice(StrEnum):
    """What somebody who logs in is."""

    PATIENT = "patient"
    THERAPIST = "therapist"
    ADMIN = "admin"


@app.command("import")
def import_(
    paths: Annotated[
        list[Path], typer.Argument(help="Zip files of slumpcv export, result folders, or videos.")
    ],
    patient: Annotated[str, typer.Option("--patient", help="Whose they are: the patient's code.")],
    new: Annotated[
        bool, typer.Option("--new", help="Add the patient if there is none of this code.")
    ] = False,
    side: SideOption = SideChoice.AUTO,
    day: Annotated[
        str | None, typer.Option(help="Day of the visit, as 2026-03-31; today by default.")
    ] = None,
    later: Annotated[
        bool, typer.Option("--later", help="Leave videos to be analysed when the app runs.")
    ] = False,
    language: LanguageOption = LanguageChoice.EN,
) -> None:
    """Bring in results or videos of one patient; what is there already is recognised."""
    from slumpcv.language import speaking
    from slumpcv.library.intake import bring_all

    library, who = open_library(), me()
    found = find_patient(library, patient, new)
    jobs, failed = [], 0
    with speaking(language.value):
        for outcome in bring_all(library, who, paths, found.id, SIDES.get(side), read_day(day)):
            if outcome.brought is None:
                failed += 1
                typer.echo(f"{outcome.path}: {outcome.error}", err=True)
            else:
                brought = outcome.brought
                words = (
                    "known already" if brought.already else "to be analysed" if brought.job_id else "added"
                )
                typer.echo(f"{outcome.path}: {words} ({brought.session_id or brought.job_id})")
                jobs += [brought.job_id] if brought.job_id else []
    if jobs and not later:
        failed += analyse_now(library, jobs)
    raise typer.Exit(1 if failed else 0)


@app.command("list")
def list_(
    text: Annotated[str, typer.Argument(help="Words in code, initials, label, notes or tags.")] = "",
    patient: PatientOption = None,
    side: SideOption = SideChoice.AUTO,
    status: Annotated[StatusChoice | None, typer.Option(help="How far the session has come.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Code of the outcome, such as UNCHANGED.")] = None,
    tag: Annotated[str | None, typer.Option(help="A tag of the session.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, as 2026-03-31.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    sort: Annotated[SortChoice, typer.Option(help="What to sort by.")] = SortChoice.DAY,
    ascending: Annotated[bool, typer.Option("--ascending", help="Least or oldest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List sessions."""
    from slumpcv.library.terms import Query

    library, who = open_library(), me()
    query: dict[str, Any] = {
        "text": text,
        "side": SIDES.get(side),
        "status": None if status is None else status.value,
        "outcome": outcome,
        "tag": tag,
        "patient_id": None if patient is None else find_patient(library, patient).id,
        "day_from": read_day(since),
        "day_to": read_day(until),
    }
    page = library.search(who, Query(**query, sort=sort.value, descending=not ascending, limit=limit))
    if json:
        print_json(page.rows)
    else:
        print_table(page.rows)
        typer.echo(f"{len(page.rows)} of {page.total} sessions")


@app.command()
def delete(
    session_id: Annotated[str | None, typer.Argument(help="The session's id, as list shows it.")] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="Code of a patient to delete with everything.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a session, or a patient with everything: files and rows. The audit log tells of it."""
    library, who = open_library(), me()
    if (session_id is None) == (patient is None):
        raise typer.BadParameter("Give a session's id, or a patient's code with --patient")
    if session_id is not None:
        row = library.session(who, session_id)
        if not yes:
            typer.confirm(f"Delete the session of {row.code} on {row.day} with all its files?", abort=True)
        library.delete_session(who, session_id)
        typer.echo("Deleted the session with all its files")
        return
    assert patient is not None
    found = find_patient(library, patient)
    if not yes:
        typer.confirm(f"Delete {found.code} with {found.sessions} sessions and all files?", abort=True)
    count = library.delete_patient(who, found.id)
    typer.echo(f"Deleted {found.code} with {count} sessions and all files; backups keep what they hold")


@app.command()
def export(
    patient: Annotated[str, typer.Option("--patient", help="The patient's code.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The zip file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    """Write everything about one patient into a zip file: all rows as JSON, and all files."""
    library, who = open_library(), me()
    check_target(output, overwrite)
    library.export_patient(who, find_patient(library, patient).id, output)
    typer.echo(f"Wrote {output}")


@app.command()
def backup(
    output: Annotated[Path, typer.Argument(metavar="ZIP", help="The file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    """Write the whole library into one zip file. The app may go on running meanwhile."""
    from slumpcv.library.backup import backup as run

    library, who = open_library(), me()
    check_target(output, overwrite)
    copied = with_progress("Backing up", lambda tell: run(library, who, output, tell))
    typer.echo(f"Wrote {output}: {copied.patients} patients, {copied.sessions} sessions")
    if copied.missing:
        raise InputError(
            f"No files were found of {len(copied.missing)} sessions: {', '.join(copied.missing)}",
            "The backup holds their rows. Look for their files in an earlier backup.",
        )


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="ZIP", help="A file that backup wrote.")],
) -> None:
    """Fill an empty library from a backup, also one of another kind of database or storage."""
    from slumpcv.library.restoring import restore as run

    library, who = open_library(), me()
    copied = with_progress("Restoring", lambda tell: run(library, who, source, tell))
    typer.echo(f"Restored {copied.patients} patients, {copied.sessions} sessions")


@app.command()
def account(
    issuer: Annotated[str, typer.Argument(help="Address of the identity provider (iss).")],
    subject: Annotated[str, typer.Argument(help="The person's name there (sub).")],
    role: Annotated[RoleChoice, typer.Option(help="What the person is here.")],
    name: Annotated[str, typer.Option(help="How the person is shown.")] = "",
    patient: Annotated[str | None, typer.Option("--patient", help="For patients: their own code.")] = None,
) -> None:
    """Say who may log in, and as what; a second time changes it."""
    library, who = open_library(), me()
    patient_id = None if patient is None else find_patient(library, patient).id
    if (role is RoleChoice.PATIENT) != (patient_id is not None):
        raise InputError("A patient's account needs --patient, others go without", "Name the patient's code.")
    found = library.add_account(issuer, subject, name)
    library.set_role(who, found.id, role.value, patient_id)
    typer.echo(f"{subject} may log in as {role.value}")


@app.command()
def accounts() -> None:
    """List who may log in."""
    library, who = open_library(), me()
    for found in library.list_accounts(who):
        typer.echo(f"{found.id}  {found.role or 'none':9}  {found.name}  {found.subject}  {found.issuer}")


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, newest first.")] = 50,
) -> None:
    """Show who did what, and when."""
    from slumpcv.library.audit import AuditQuery

    library, who = open_library(), me()
    for entry in library.audit_entries(who, AuditQuery(limit=limit)).entries:
        what = " ".join(filter(None, (entry.action, entry.session_id or entry.patient_id, entry.detail)))
        typer.echo(f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.who} ({entry.role})  {what}")

"""Accounts: who logs in, and what they are here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from slumpcv.errors import InputError
from slumpcv.language import later
from slumpcv.library.access import check
from slumpcv.library.core import Core, new_id, now
from slumpcv.library.models import AccountTable, AuditTable, PatientTable
from slumpcv.library.terms import LOCAL, Account, NotFound

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from slumpcv.library.terms import Person, Role

NO_ROLE = ""  # in the row of an account that may do nothing yet
LONGEST_NAME = 200  # more of a name than that is left out [E]


class Accounts(Core):
    """What can be done with accounts."""

    def find_account(self, issuer: str, subject: str) -> Account | None:
        """Return the account of somebody whom a provider calls so; None before the first login."""
        of_login = (AccountTable.issuer == issuer, AccountTable.subject == subject)
        with self.database.reading() as connection:
            row = connection.execute(select(AccountTable).where(*of_login)).mappings().one_or_none()
        return None if row is None else _account_of(row)

    def add_account(self, issuer: str, subject: str, name: str, role: Role | None = None) -> Account:
        """Return the account of a login, made when there is none.

        Parameters
        ----------
        issuer, subject : the provider, and what it calls this person.
        name : what people call this person.
        role : None may do nothing until an admin gives it a role.
        """
        values: dict[str, Any] = {"id": new_id(), "issuer": issuer, "subject": subject, "created_at": now()}
        values |= {"name": name[:LONGEST_NAME], "role": role or NO_ROLE, "patient_id": None}
        try:
            with self.database.writing() as connection:
                connection.execute(insert(AccountTable).values(**values))
        except IntegrityError:  # two pages of the same first login
            found = self.find_account(issuer, subject)
            assert found is not None
            return found
        made = _account_of(values)
        self.note_account(made, "add_account", role or "")
        return made

    def list_accounts(self, who: Person) -> tuple[Account, ...]:
        """Return everybody who has ever logged in, newest first."""
        check(who, "accounts")
        with self.database.reading() as connection:
            others = select(AccountTable).where(AccountTable.id != LOCAL.id)
            found = others.order_by(AccountTable.created_at.desc())
            rows = connection.execute(found).mappings().all()
        self._note_view(who, "accounts")
        return tuple(_account_of(row) for row in rows)

    def set_role(
        self, who: Person, account_id: str, role: Role | None, patient_id: str | None = None
    ) -> Account:
        """Give an account a role, or take it away.

        Parameters
        ----------
        who : the admin who does it.
        account_id : whose role it is.
        role : None to let them do nothing.
        patient_id : which patient they are, for the role patient only.

        Raises
        ------
        NotFound
            When there is no such account or patient.
        InputError
            When it is the admin's own: somebody has to remain who can give roles.
        """
        check(who, "accounts")
        if account_id == who.id:
            raise InputError(later("library.own_role"), later("library.fix.other_admin"))
        patient_id = patient_id if role == "patient" else None
        of_account = AccountTable.id == account_id
        with self.database.writing() as connection:
            if patient_id is not None:
                there = select(PatientTable.id).where(PatientTable.id == patient_id)
                if connection.scalar(there.where(PatientTable.deleted_at.is_(None))) is None:
                    raise NotFound("patient")
            changed = update(AccountTable).where(of_account)
            connection.execute(changed.values(role=role or NO_ROLE, patient_id=patient_id))
            row = connection.execute(select(AccountTable).where(of_account)).mappings().one_or_none()
            if row is None:
                raise NotFound("account")
            detail = f"{account_id} {role or 'none'}"
            self._note(connection, who, "set_role", patient_id, detail=detail)
        return _account_of(row)

    def make_admin(self, account: Account) -> Account:
        """Give an account the role admin, because whoever runs the server names it as one."""
        with self.database.writing() as connection:
            changed = update(AccountTable).where(AccountTable.id == account.id)
            connection.execute(changed.values(role="admin", patient_id=None))
        self.note_account(account, "set_role", f"{account.id} admin, named by the server's settings")
        found = self.find_account(account.issuer, account.subject)
        assert found is not None
        return found

    def named(self, who: Person) -> Person:
        """Return a person as they are, the one whom nobody logs in with the name they gave themselves."""
        if who.id != LOCAL.id:
            return who
        with self.database.reading() as connection:
            name = connection.scalar(select(AccountTable.name).where(AccountTable.id == LOCAL.id))
        return replace(who, name=name or "")

    def call_oneself(self, name: str) -> Person:
        """Give the one person whom nobody logs in a name: it stands beside all that they do from now on."""
        name = name[:LONGEST_NAME]
        values = {"id": LOCAL.id, "issuer": "", "subject": LOCAL.id, "role": LOCAL.role, "created_at": now()}
        with self.database.writing() as connection:
            changed = update(AccountTable).where(AccountTable.id == LOCAL.id).values(name=name)
            if connection.execute(changed).rowcount == 0:
                connection.execute(insert(AccountTable).values(**values, name=name))
        return replace(LOCAL, name=name)

    def note_account(self, account: Account, action: str, detail: str = "") -> None:
        """Write what somebody did who may not have a role: logging in and out."""
        entry = {"at": now(), "who": account.id, "role": account.role or "none", "action": action}
        with self.database.writing() as connection:
            connection.execute(insert(AuditTable).values(**entry, detail=detail))


def _account_of(row: RowMapping | dict[str, Any]) -> Account:
    return Account(**{**row, "role": row["role"] or None})

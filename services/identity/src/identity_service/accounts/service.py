"""Use cases on accounts: finding or making the one of an address, and giving user names that are never given twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from event_contracts.identity import AccountState
from event_contracts.people import Language
from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from service_kit.people import normalise_email
from service_kit.user_names import checked_name, contact_names, proposed_name, skeleton, variants

from identity_service.accounts import repository
from identity_service.accounts.domain import default_names, erased_address
from identity_service.accounts.events import phone_verified
from identity_service.accounts.tables import Account

_FIRST_LOOK = 20
_LARGEST_LOOK = 2_000


@dataclass(frozen=True)
class PersonData:
    """What a firm says about a person; the e-mail is normalised."""

    email: str
    given_name: str
    family_name: str
    language: Language
    phone: str | None


@dataclass(frozen=True)
class Naming:
    """What a firm says about the name of an account that is yet to be made (I3): a wish, or a contact's client code."""

    wished: str | None = None
    client_code: str | None = None


NO_WISH = Naming()


async def find_or_make(uow: UnitOfWork, person: PersonData, naming: Naming) -> tuple[Account, bool]:
    """The one account of the person's address (I2), locked; and whether it was made just now.

    One that is there keeps its name, pending or not: another firm may have mailed it (I3).
    """
    account = await repository.lock_by_email(uow.session, person.email)
    if account is not None:
        return account, False
    made = await _new_account(uow, person, naming)
    if await repository.insert_unless_known(uow.session, made):
        return made, True
    # Another transaction committed the same address first. The name taken above stays taken: that is harmless.
    account = await repository.lock_by_email(uow.session, person.email)
    if account is None:
        raise RuntimeError("an account that blocked an insert is not there")
    return account, False


async def _new_account(uow: UnitOfWork, person: PersonData, naming: Naming) -> Account:
    account_id = new_id()
    name = await repository.redeem_reservation(uow.session, person.email, account_id, naming.wished)
    if name is None:
        default = default_names(person.given_name, person.family_name, naming.client_code)
        names = default if naming.wished is None else variants(naming.wished)
        name = await take_first_free(uow, names, account_id=account_id)
    return Account(
        id=account_id,
        email=person.email,
        state=AccountState.PENDING,
        user_name=name,
        given_name=person.given_name,
        family_name=person.family_name,
        language=person.language,
        phone=person.phone,
        created_at=await uow.now(),
    )


async def take_first_free(uow: UnitOfWork, candidates: Iterator[str], **holder: Any) -> str:
    """Takes the first of the names that is free for the holder (I3). The very first is tried without a look."""
    now, first, look = await uow.now(), next(candidates), _FIRST_LOOK
    if await repository.take_name(uow.session, first, now, **holder):
        return first
    while True:
        names = list(islice(candidates, look))
        taken = await repository.taken_skeletons(uow.session, names)
        for name in names:
            if skeleton(name) not in taken and await repository.take_name(uow.session, name, now, **holder):
                return name
        look = min(look * 10, _LARGEST_LOOK)


async def choose_name(uow: UnitOfWork, account: Account, typed: str) -> str:
    """The name a person asked for as the account is created, or its next free variant (I3)."""
    wanted = checked_name(typed)
    if wanted == account.user_name:
        return wanted
    holder = await repository.holder_of(uow.session, wanted)
    if holder is not None and holder.account_id == account.id:
        # It looks like a name that is this account's already: nobody else can be confused by the other spelling.
        return wanted
    return await take_first_free(uow, variants(wanted), account_id=account.id)


async def reserve_name(uow: UnitOfWork, *, client_id: str, email: str, wanted: str) -> str:
    """Reserves a name, or its next free variant, for an address. The same system and address get the same name again.

    The answer is the same whether or not the address has an account (I1); somebody who has one keeps its name (I3).
    """
    address, base = normalise_email(email), checked_name(wanted)
    known = await repository.reservation(uow.session, client_id, address)
    if known is not None:
        return known.name
    return await take_first_free(uow, variants(base), reserved_by=client_id, reserved_for=address)


async def next_free_name(uow: UnitOfWork, wanted: str) -> str:
    """What the name would become if it were taken now. Nothing is reserved."""
    return await _first_free(uow, variants(checked_name(wanted)))


async def name_for_person(uow: UnitOfWork, given_name: str, family_name: str) -> str:
    """The default for a person: given-name.family-name, or its next free variant (I3). Nothing is reserved."""
    return await _first_free(uow, variants(proposed_name(given_name, family_name)))


async def name_for_contact(uow: UnitOfWork, client_code: str) -> str:
    """The default for a company contact: the client's code with the next free number (I3). Nothing is reserved."""
    return await _first_free(uow, contact_names(client_code))


async def _first_free(uow: UnitOfWork, candidates: Iterator[str]) -> str:
    look = _FIRST_LOOK
    while True:
        names = list(islice(candidates, look))
        taken = await repository.taken_skeletons(uow.session, names)
        for name in names:
            if skeleton(name) not in taken:
                return name
        look = min(look * 10, _LARGEST_LOOK)


async def note_phone_verified(uow: UnitOfWork, account: Account) -> None:
    """A code sent to the account's phone was entered; dossier hears of it once (A14). Hold the account's lock."""
    if account.phone_verified_at is None:
        account.phone_verified_at = await uow.now()
        uow.outbox.add(phone_verified(account))


async def forget_account(uow: UnitOfWork, account: Account) -> None:
    """Leaves nothing of the person but the user name, which is never given again (I3, I13). Hold the account's lock."""
    await repository.release_reservations(uow.session, account.id, account.email)
    account.state, account.erased_at = AccountState.ERASED, await uow.now()
    account.email, account.given_name, account.family_name = erased_address(account.id), "", ""
    account.phone = account.phone_verified_at = account.password_hash = None
    account.credentials_version += 1

"""Statements of bounces: the message a report names, the reports, and the suppressed addresses."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.ids import new_id
from sqlalchemy import delete, tuple_
from sqlmodel import col, select

from notifier_service.bounces.domain import BounceOutcome, Verdict
from notifier_service.bounces.tables import DeliveryReport, SuppressedAddress
from notifier_service.messages.tables import Message

FirmAndHash = tuple[UUID, bytes]


async def lock_message(uow: UnitOfWork, message_id: UUID) -> Message | None:
    """The message, locked: of two reports about it one comes after the other."""
    return await uow.session.get(Message, message_id, with_for_update=True)


async def has_bounced(uow: UnitOfWork, message_id: UUID) -> bool:
    """Whether a report ended this message before."""
    query = select(DeliveryReport.id).where(
        col(DeliveryReport.message_id) == message_id, col(DeliveryReport.outcome) == BounceOutcome.BOUNCED
    )
    return (await uow.session.execute(query)).first() is not None


def keep_report(uow: UnitOfWork, message_id: UUID, raw: bytes, outcome: BounceOutcome, verdict: Verdict) -> None:
    """Keeps what a report said; the same one again is kept once."""
    row = {
        "id": new_id(),
        "message_id": message_id,
        "digest": sha256(raw).digest(),
        "outcome": outcome,
        "status": verdict.status,
        "diagnostic": verdict.diagnostic,
    }
    uow.insert(DeliveryReport, row, ignore_conflicts=True)


def suppress(uow: UnitOfWork, firm_id: UUID, address_hash: bytes) -> None:
    """This firm writes to that address no more."""
    row = {"address_hash": address_hash, "firm_id": firm_id}
    uow.insert(SuppressedAddress, row, ignore_conflicts=True)


async def suppressed_among(uow: UnitOfWork, pairs: Collection[FirmAndHash]) -> set[FirmAndHash]:
    """Which of these firms and addresses are suppressed."""
    query = select(SuppressedAddress.firm_id, SuppressedAddress.address_hash).where(
        tuple_(col(SuppressedAddress.firm_id), col(SuppressedAddress.address_hash)).in_(sorted(pairs))
    )
    return {(row[0], row[1]) for row in await uow.session.execute(query)}


async def lift(uow: UnitOfWork, pairs: Collection[FirmAndHash]) -> None:
    """These firms write to these addresses again."""
    pair = tuple_(col(SuppressedAddress.firm_id), col(SuppressedAddress.address_hash))
    await uow.session.execute(delete(SuppressedAddress).where(pair.in_(sorted(pairs))))


async def lift_everywhere(uow: UnitOfWork, hashes: Sequence[bytes]) -> None:
    """Every firm writes to this address again."""
    await uow.session.execute(delete(SuppressedAddress).where(col(SuppressedAddress.address_hash).in_(hashes)))

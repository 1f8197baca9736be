"""Pure rules of holding mail: the reason, and what a firm's administrators see of a held message (M6, A13)."""

from notifier_service.messages.domain import plain_text

LONGEST_HOLD_REASON = 500


def hold_reason(text: str | None) -> str | None:
    """The reason as plain text, or None when there is none to speak of."""
    cleaned = plain_text(text)
    return None if cleaned is None or len(cleaned) > LONGEST_HOLD_REASON else cleaned


def shown_recipient(recipient: str | None, *, invitation: bool, to_account: bool, attempts: int) -> str | None:
    """The address a held mail goes to, when it is the one the firm itself wrote.

    A mail about an existing account follows the account's own address, which is its owner's to tell (I9): it is
    looked up when the mail is first tried, so from then on it is not shown.
    """
    if invitation:
        return recipient
    return None if to_account or attempts else recipient

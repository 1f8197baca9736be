"""Turns events into mails and SMS, sends each once, keeps a record of every attempt (M1, M2, M4, M5, M7)."""

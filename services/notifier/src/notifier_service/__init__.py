"""Notifier: turns events into mails and SMS, sends each once, and keeps a record of every attempt (M1, M2, M4, M5, M7)."""

"""Where it goes: SMTP and SMS behind one small protocol (M7)."""

"""Contact changes: a new e-mail address or phone, proven before it counts."""

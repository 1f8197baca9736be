"""The export: everything kept here about the person who asks (I13)."""

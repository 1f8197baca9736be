"""The access of a contact of the client company: the form, what it says afterwards, its limits (K2, A9)."""

"""The kinds of records: what each takes and shows, and the routes that all of them have."""

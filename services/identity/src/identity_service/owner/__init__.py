"""The owner's page (I13): profile, password, export and erasure of what identity holds about one person."""

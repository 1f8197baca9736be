"""Clients: the persons and companies a firm works for."""

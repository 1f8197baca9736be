"""Limits: how often something may be tried, per client address and per account."""

"""Firms and their staff: administrators and accountants."""

"""Tickets, what is said and worked on them, and their clocks, under /api/v1/."""

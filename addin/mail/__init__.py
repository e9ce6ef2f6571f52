"""Workbooks by email: who gets one, what the message says, the draft, and sending it."""

"""Workbooks by email: who gets one, what the message says, draft and sending."""

"""Inbox of users and outbox to the world (SMS, e-mail)."""

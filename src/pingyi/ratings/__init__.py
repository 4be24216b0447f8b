"""Intake, receipts and tallies."""

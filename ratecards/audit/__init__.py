"""Somebody's prices against the cards."""

"""The bill of a log."""

"""Laws, checked on generated cards and editions."""

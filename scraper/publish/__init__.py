"""What a dataset holds, and the only code that writes it."""

"""What a log of calls costs: read from files, each call at its own model, tier and day, added up."""

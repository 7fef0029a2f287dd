"""What AI models cost: rate cards read from the official pages, with evidence and history."""

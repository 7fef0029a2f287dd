"""Two times of one source, or two sources: what differs. Pure."""

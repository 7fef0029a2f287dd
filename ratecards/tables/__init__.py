"""Tables of figures, for a terminal and for programs."""

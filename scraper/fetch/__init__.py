"""Pages from where they are: the network, saved copies, a catalogue, a signed-in browser. A URL in, bytes out."""

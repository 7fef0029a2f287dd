"""The workshop: published pages in, rate cards out."""

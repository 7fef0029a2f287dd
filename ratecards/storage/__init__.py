"""The dataset's files, and what is read from them."""

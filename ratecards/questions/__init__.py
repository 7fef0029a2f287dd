"""One module a question that people ask of the dataset."""

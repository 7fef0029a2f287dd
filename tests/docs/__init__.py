"""What the documents say: their commands are run or parsed, their links and figures are looked up."""

"""Pages as headings, texts and tables. Knows HTML and Markdown, not prices."""

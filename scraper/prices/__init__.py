"""Words to rates: the language of price cells, units, dates, footnotes. Knows no HTML."""

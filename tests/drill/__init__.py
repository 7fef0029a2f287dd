"""The drift drill: pages changed the way real pages change and break, and what would have been published of them.

    python -m tests.drill                              all kinds, a table, and every wrong outcome
    python -m tests.drill --only KIND --seed N         one mutant again, with its difference and its outcome
    python -m tests.drill --drifts                     instead, rewordings of whole editions: see `drifts`

A mutant is a page of our own with one change, and what that page says. What it says is never asked of the reader: an
accepted table of rates is changed by hand-written rules (`said`), or stands as it is where the change means nothing.
The judge sees the mutant against the page it was made from. `verdicts` then tells one of three outcomes apart:

    correct    what would be published is what the mutant says
    refused    something was not believed, the verdict says what and where, and there the old prices stand
    wrong      anything else: a rate that the page does not say, or one that is lost and nobody was told
"""

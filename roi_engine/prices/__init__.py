"""Dated prices of API models and facts about GPUs, each with its source.

`price_row` says what a row is, `price_file` reads and writes rows as CSV, `price_tables` finds the row that is asked
for, `litellm_map` reads the price map that litellm publishes, `history` puts new prices after old ones, and
`named_prices` fills a scenario that names its models.
"""

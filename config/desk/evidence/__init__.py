"""The evidence of a renewal: who approved which mail on which facts, what left, what came back, how it ended.

May import every app. Reads; only `page` and the API write, one line of the record for each pack that is given out.
"""

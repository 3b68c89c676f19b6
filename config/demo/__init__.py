"""The demo book: about 40 accounts of a believable business, spread over all ten stages.

data/: what the accounts are, with days counted from today. book: data → the files of an ordinary import. colleagues:
the people who sign in. loading: everything by the same services as a person's; clearing takes exactly that out again.
"""

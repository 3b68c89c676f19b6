"""A book of accounts as people export it: bytes in, typed rows and refusals out.

tables: bytes → cells · fields and columns: headers → known fields · dates, amounts, numbers, words, places, contacts:
one cell → one value · rows: cells → typed rows · entries: rows → accounts with their people.
Pure: no database, clock or settings. A value is read rightly or refused with its reason, never guessed.
"""

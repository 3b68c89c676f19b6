"""What a mail that came in is and wants: pure decisions over its headers and words.

Whoever writes the mail is not to be trusted: every pattern in here takes linear time, on input of bounded size.
"""

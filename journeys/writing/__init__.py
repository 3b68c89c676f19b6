"""What is written for a client: certificates and deliverables, as texts and as documents. Claude is asked through
`emails.writing.claude`.
"""

"""The runs of the upsell workflow: started once per event, taken step by step, answered, decided on by people.

One row per step, claimed and leased like a mail. Nothing here sends to a customer: the mail goes through the gate.
"""

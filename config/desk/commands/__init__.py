"""The command bar: a sentence in, what was understood, what was done or is to be confirmed out.

language/: the grammar, pure. finding: who and what is meant, among what the person may see. actions/: one file per kind
of command, each through the same services as a click. tokens: what is sent back to go on. running: the way through.
Nothing here writes by itself: every change is a service of an app, with its rights, gate and approval.
"""

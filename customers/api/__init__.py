"""The JSON doors of the ground: accounts, people, usage, holds, brakes, imports; who calls, and what a token may do."""

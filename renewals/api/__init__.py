"""The JSON doors of renewals: what-ifs, the renewal of an account, its Engage plan."""

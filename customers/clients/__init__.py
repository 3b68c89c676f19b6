"""The vendors of the ground, one file each, and what every vendor's client is made of."""

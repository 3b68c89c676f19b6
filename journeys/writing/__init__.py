"""What is written for a client: certificates and deliverables as documents."""

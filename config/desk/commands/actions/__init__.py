"""What each command does. An action reads, and gives an answer, or a plan that is carried out once it may be."""

"""What a sentence of the command bar means: pure, words in, meaning out."""

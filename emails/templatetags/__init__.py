"""What templates of letters need beside Django's own."""

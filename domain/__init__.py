"""What is allowed and what follows: the rules of selection programmes, pure and without a clock."""

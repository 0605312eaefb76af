"""What IF and WHILE share: operators that run graphs."""

"""What raters are owed: who looked at them, how long they are kept, what they may ask for."""

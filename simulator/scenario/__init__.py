"""A believable sales office: its people, its past, and what happens there today."""

"""How numbers go out: the card and the KPIs of a manager."""

"""The page that plays amoCRM for a widget: cards, lists, settings, and amoCRM's own order of loading widgets."""

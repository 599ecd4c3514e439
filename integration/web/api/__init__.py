"""The versioned JSON API that the widget calls."""

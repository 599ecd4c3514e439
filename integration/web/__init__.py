"""HTTP only: each view is a few lines around a call into sync or report."""

"""The draft and the sitting: open, save, deadline, hand in, receipt."""

"""Questions that pages ask over several apps. Each begins at `visible_to(user)`."""

"""What a member's copy of a post is made of: its headers, and what a group has changed in it."""

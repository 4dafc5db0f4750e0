"""邮件文本: the words of each occasion, with what they may name and how they read."""

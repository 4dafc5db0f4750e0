"""The texts of mails: whose words are used, what they may name, how they read before they leave."""

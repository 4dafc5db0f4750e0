"""What the doors for browsers share: who asks, one transaction a request, refusals in words, a page's frame."""

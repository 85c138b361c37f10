"""Who is who: role addresses told from people's, evidence that several addresses and names are one person's."""

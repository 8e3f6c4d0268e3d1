"""Three invented clients with their people, contracts and two months of work, for whoever wants to look around."""

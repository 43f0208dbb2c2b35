"""What is done with runs that the store holds: listed, loaded, asked, trained again, deleted."""

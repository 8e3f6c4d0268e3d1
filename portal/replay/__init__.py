"""A help desk's event log, lived through again: read (`log`), driven through the services (`run`), summed up (`report`), and checked (`reference`)."""

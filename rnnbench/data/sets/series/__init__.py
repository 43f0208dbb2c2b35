"""Series to forecast: read, divided in time, scaled by their past, and cut into windows."""

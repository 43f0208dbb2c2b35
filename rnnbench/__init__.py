"""Fair comparison of recurrent networks: SimpleRNN, LSTM and GRU under equal conditions."""

__version__ = "0.1.0"

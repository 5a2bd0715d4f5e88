"""How alerts read and look: words, figures, the addresses of the calls behind them. What they find: services/alert_kinds."""

SELECT * FROM risk_scores

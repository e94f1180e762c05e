INSERT INTO stage.main.flows BY NAME SELECT * FROM added

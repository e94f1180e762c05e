"""The banks' door over HTTP: an answer before every payment, on record before it leaves.

`door` is what the server calls: it lets in who has a key and takes the one hot question by itself; everything else goes to the
documented routes (`routes`). `desk` answers, `records` and `keeper` bring what was answered into the register, `limits` count,
`problems` say what is wrong. The only room of FastAPI.
"""

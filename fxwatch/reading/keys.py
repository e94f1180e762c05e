"""Keys as an administrator sees them: those with which banks ask, and those that sign what they are told."""

from typing import TYPE_CHECKING

import polars as pl

from fxwatch.recording import fold

if TYPE_CHECKING:
    from fxwatch.home import Home

_SIGNING: dict[str, pl.DataType | type[pl.DataType]] = {
    "key_id": pl.String,
    "signs_from": pl.Datetime("us"),
    "signs_to": pl.Datetime("us"),
}


def bank_keys(home: "Home") -> pl.DataFrame:
    """Every key that a bank ever had, newest first; never a secret, of which nothing is kept.

    Returns:
        key, bank, name, scope, per_second, expires_on, state (`works`, `expired`, `revoked`), last_asked (the last day on
        which that bank asked, with whichever key), day, by, revoked_on, revoked_by, revoked_why.
    """
    fold(home)
    found = home.register.keys().reverse()
    asked = home.register.last_asked(found["bank"].unique())
    state = (
        pl.when(pl.col("revoked_on").is_not_null())
        .then(pl.lit("revoked"))
        .when(pl.col("expires_on") < home.today())
        .then(pl.lit("expired"))
        .otherwise(pl.lit("works"))
    )
    last_asked = pl.col("bank").replace_strict(list(asked), list(asked.values()), default=None, return_dtype=pl.Date)
    shown = ["key", "bank", "name", "scope", "per_second", "expires_on", "state", "last_asked", "day", "by"]
    return found.with_columns(state=state, last_asked=last_asked).select(
        *shown, "revoked_on", "revoked_by", "revoked_why"
    )


def signing_keys(home: "Home") -> pl.DataFrame:
    """Every key that ever signed here, newest first.

    Returns:
        key_id, signs_from, signs_to (empty while it signs), state (`works`, `retired`); moments are UTC.
    """
    rows = [(row["key_id"], row["valid_from"], row["valid_to"]) for row in home.register.signing_keys()]
    texts = pl.DataFrame(rows, schema=dict.fromkeys(_SIGNING, pl.String), orient="row")
    moments = pl.col("signs_from", "signs_to").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us")
    state = pl.when(pl.col("signs_to").is_null()).then(pl.lit("works")).otherwise(pl.lit("retired"))
    return texts.with_columns(moments).with_columns(state=state).reverse()

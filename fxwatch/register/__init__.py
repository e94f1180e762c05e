"""The register: who the entities are, what the bureau did, who may act, what banks were told.

The only room that knows SQLAlchemy. `Register` is its front; acts are appended to a hash chain, and everything else
about notices, hits, breaches, parameters and accounts is made from them.
"""

from fxwatch.register.accounts import Account
from fxwatch.register.acts import Act, Kind
from fxwatch.register.chain import Verification
from fxwatch.register.events import Event
from fxwatch.register.front import Register
from fxwatch.register.keys import BankKey
from fxwatch.register.standing import Counts
from fxwatch.register.writing import Writing

__all__ = ["Account", "Act", "BankKey", "Counts", "Event", "Kind", "Register", "Verification", "Writing"]

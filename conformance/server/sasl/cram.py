"""CRAM-MD5: a digest of a challenge that never comes again, keyed by the secret (RFC 2195)."""

from conformance.server.sasl.mechanism import Circumstances, Exchange, Side, mechanism

__all__ = ["cram_md5"]


@mechanism("CRAM-MD5", begins=Side.SERVER, serves=lambda place: place.accounts.offers_cram_md5)
def cram_md5(place: Circumstances) -> Exchange:
    """RFC 2195 §2: the response is the name, a space and the digest in lower-case hexadecimal."""
    challenge = place.accounts.stamps.next()
    response = yield challenge
    name, _, digest = response.rpartition(b" ")
    return place.accounts.by_keyed_digest(name, digest, challenge)

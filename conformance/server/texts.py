"""What the server says, in other languages than English; `{}` stands for a number."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["GERMAN"]

GERMAN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "POP{} server signing off": "Auf Wiedersehen, sagt der POP{}-Server",
        "authentication exchange broken off": "die Anmeldung wurde abgebrochen",
        "begin TLS": "TLS kann beginnen",
        "capabilities follow": "die Fähigkeiten",
        "language changed": "Sprache gewählt",
        "languages follow": "die Sprachen",
        "maildrop already locked": "das Postfach ist schon geöffnet",
        "maildrop cannot be opened": "das Postfach lässt sich nicht öffnen",
        "maildrop has {} messages ({} octets)": "im Postfach liegen {} Nachrichten ({} Oktette)",
        "name and secret do not match": "Name und Geheimnis gehören nicht zusammen",
        "no password in the clear: begin TLS first": "kein Passwort im Klartext: erst muss TLS beginnen",
        "no such language": "diese Sprache gibt es hier nicht",
        "no such mechanism": "dieses Verfahren gibt es hier nicht",
        "no such message": "diese Nachricht gibt es nicht",
        "not a command that can be obeyed now": "dieser Befehl lässt sich jetzt nicht ausführen",
        "some deleted messages not removed": "einige gelöschte Nachrichten ließen sich nicht entfernen",
        "that message cannot be read": "diese Nachricht lässt sich nicht lesen",
        "that message needs UTF-{} mode": "diese Nachricht verlangt den UTF-{}-Modus",
        "the last login was only just now": "die letzte Anmeldung war gerade eben erst",
        "top of message follows": "der Anfang der Nachricht",
        "{} messages ({} octets)": "{} Nachrichten ({} Oktette)",
        "{} octets": "{} Oktette",
    }
)

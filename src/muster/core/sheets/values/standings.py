"""What someone is to the organisation, in the words of five languages."""

from muster.core.sheets.values.columns import BadValue
from muster.core.sheets.values.names import bare_key

MEMBER, APPLICANT, CONTACT, FORMER = "member", "applicant", "contact", "former"

_WORDS = {
    MEMBER: """
        member, m, active, active member, current, current member, member in good standing, good standing
        in good standing, paid, paid up, full
        member active, full member, yes, new, grace, monthly, annual, lifetime, life member, constitutional member
        mitglied, aktiv, aktives mitglied, vollmitglied, ordentliches mitglied, ja, bezahlt
        membre, actif, active, adherent, adherente, a jour, membre actif, militant, militante, oui
        miembro, activo, activa, afiliado, afiliada, socio, socia, militante activo, alta, al dia, si
        medlem, aktiv medlem, betald, fullvardig medlem""",
    APPLICANT: """
        applicant, pending, pending member, candidate, candidate member, probationary, provisional, prospective member
        applied
        anwarter, anwarterin, antrag, antragsteller, antragstellerin, kandidat, kandidatin, probemitglied, beantragt
        candidat, candidate, stagiaire, postulant, en attente, solicitante, aspirante, candidato, candidata
        precandidato, pendiente
        sokande, provmedlem, ansokt, vantande""",
    CONTACT: """
        contact, prospect, supporter, sympathizer, sympathiser, interested, lead, non member, nonmember, not a member
        not member, friend, subscriber
        kontakt, interessent, interessentin, interessiert, sympathisant, sympathisantin, unterstutzer, unterstutzerin
        kein mitglied, nichtmitglied, nein
        sympathisante, interesse, interessee, non adherent, non membre, non, simpatizante, contacto, interesado
        interesada, no miembro, no afiliado, no
        sympatisor, intresserad, stodjare, icke medlem, ej medlem, nej""",
    FORMER: """
        former, former member, ex member, lapsed, lapsed member, expired, past, resigned, left, cancelled, canceled
        inactive, inactive member, l
        terminated, expelled, deceased, dead, transferred, suspended, dropped
        ausgetreten, austritt, ehemalig, ehemaliges mitglied, ehemalige, inaktiv, gekundigt, ausgeschlossen, verstorben
        ancien, ancien membre, ancien adherent, ancienne adherente, demissionnaire, radie, radiee, exclu, exclue, expire
        decede, decedee, inactif, inactive
        ex miembro, exmiembro, exafiliado, ex afiliado, baja, inactivo, inactiva, vencido, expulsado, expulsada
        fallecido, fallecida
        utradd, uttradd, tidigare medlem, fore detta medlem, utesluten, avliden, inaktiv medlem""",
}  # fmt: skip
_KNOWN: dict[str, str] = {}
for _standing, _text in _WORDS.items():
    for _word in _text.replace("\n", ",").split(","):
        _KNOWN.setdefault(_word.strip(), _standing)
_NEGATIONS = {"non", "not", "no", "kein", "nicht", "ej", "icke", "pas"}


def parse_status(text: str) -> str:
    """
    Return ``member``, ``applicant``, ``contact``, ``former`` (a member no longer) or '' (unknown).

    :raises BadValue: the word is not known

    >>> [parse_status(text) for text in ("Member in Good Standing", "Lapsed (2021)", "Anwärterin", "not a paid member", "")]
    ['member', 'former', 'applicant', 'contact', '']
    """
    key = bare_key(text)
    if not key:
        return ""
    standing = _KNOWN.get(key) or _by_words(set(key.split()))
    if standing is None:
        raise BadValue("This standing is not known.", "contact, applicant or member")
    return standing


def _by_words(words: set[str]) -> str | None:
    """Tell from single words, such as those of ``Lapsed (grace period over)`` or ``Constitutional member, monthly``."""
    found = {_KNOWN[word] for word in words if word in _KNOWN}
    if found & {MEMBER} and words & _NEGATIONS:
        return CONTACT
    return next((standing for standing in (FORMER, APPLICANT, MEMBER, CONTACT) if standing in found), None)


def parse_standing(text: str) -> str:
    """
    Return ``member``, ``applicant``, ``contact`` or '', as a spell has it.

    :raises BadValue: it is none of these; a membership that ended is a spell of a member with an end
    """
    standing = parse_status(text)
    if standing == FORMER:
        raise BadValue("This standing is not known.", "contact, applicant or member")
    return standing

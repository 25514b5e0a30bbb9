"""The usual words of headers in English, German, French, Spanish and Swedish; marks may be left out."""

from functools import lru_cache

from muster.core.sheets.values.names import bare_key

# Field → words; the earlier a word stands, the rather its column is taken where several are there.
WORDS: dict[str, str] = {
    "person": """
        person, person id, id, member id, membership id, member number, membership number, member no, membership no,
        contact id, external id, uuid, user id
        mitgliedsnummer, mitgliedsnr, mitglieds nr, mitglied nr, mitglieds id, personennummer, nummer
        numero adherent, numero d'adherent, n adherent, no adherent, numero de membre, identifiant
        numero de socio, numero de afiliado, no de socio, numero de miembro, num socio, identificador
        medlemsnummer, medlemsnr, medlems id, medlemsid""",
    "given_name": """
        given name, given names, first name, firstname, first, forename, forenames, first names, christian name
        vorname, vornamen, rufname und vorname, prenom, prenoms, nombre de pila, nombres, primer nombre, fornamn,
        tilltalsnamn""",
    "middle_name": """
        middle name, middlename, middle names, middle, middle initial, mi, second name, zweiter vorname, 2 vorname,
        weitere vornamen, mittelname
        deuxieme prenom, second prenom, autres prenoms, segundo nombre, mellannamn, andranamn""",
    "family_name": """
        family name, last name, lastname, last, surname, second name family, nachname, familienname, zuname
        nom de famille, apellido, apellidos, primer apellido, efternamn, slaktnamn""",
    "full_name": """
        full name, fullname, whole name, complete name, display name, name, member name, contact name, member, person name
        vollstandiger name, vor und nachname, vorname und nachname, name vorname, nachname vorname, mitglied
        nom complet, nom et prenom, nom prenom, prenom et nom, prenom nom, nom
        nombre completo, nombre y apellidos, nombre y apellido, apellidos y nombre, nombre
        fullstandigt namn, namn, for och efternamn, hela namnet""",
    "preferred_name": """
        preferred name, nickname, nick name, known as, goes by, chosen name, called, called name, preferred first name
        rufname, spitzname, ubername, surnom, prenom usuel, prenom d'usage, apodo, sobrenombre, nombre preferido,
        smeknamn, kallas""",
    "name_suffix": "suffix, name suffix, namenszusatz, suffixe, sufijo, suffix namn",
    "email": """
        email, e mail, email address, e mail address, primary email, preferred email, personal email, mail, email 1,
        e mail 1, email1, home email, private email, contact email
        e mail adresse, emailadresse, mailadresse, e mail privat, email privat
        courriel, adresse e mail, adresse email, adresse mail, adresse courriel, mel
        correo, correo electronico, direccion de correo, direccion de correo electronico, email personal
        e post, epost, e postadress, epostadress, mejl, mailadress""",
    "phone": """
        phone, phone number, mobile, mobile phone, mobile number, cell, cell phone, cellphone, cell number, best phone,
        preferred phone, primary phone, telephone, telephone number, tel, phone 1, phone1, home phone, contact number,
        whatsapp
        telefon, telefonnummer, handy, handynummer, mobil, mobiltelefon, mobilnummer, mobilfunk, tel nr, telefon mobil,
        telefon privat, festnetz
        portable, telephone portable, tel portable, telephone mobile, numero de telephone, gsm, telephone fixe
        telefono, movil, telefono movil, celular, numero de telefono, telefono celular, tel movil, telefono fijo
        mobilnr, telefonnr, mobiltelefonnummer, telefon hem""",
    "street": """
        street, street address, address line 1, address 1, address1, addr1, mailing address, home address street,
        street name, street 1, mailing street
        strasse, strasse und hausnummer, strasse hausnummer, strasse nr, strasse und nr, anschrift strasse, str
        rue, voie, numero et rue, adresse 1, adresse ligne 1, ligne d'adresse 1
        calle, calle y numero, domicilio, via, direccion 1, gata, gatuadress, utdelningsadress, adressrad 1""",
    "street2": """
        address line 2, address 2, address2, addr2, street 2, apartment, apt, unit number, apt unit, suite, adresszusatz,
        zusatz
        complement d'adresse, complement adresse, adresse 2, piso, direccion 2, co adress, c o, c o adress, adressrad 2,
        co""",
    "house_number": """
        house number, house no, street number, building number, hausnummer, hausnr, haus nr, hnr, numero de rue, numero,
        numero exterior, gatunummer, husnummer""",
    "address": """
        address, full address, home address, postal address, residential address, adresse, anschrift, postanschrift,
        wohnadresse
        adresse complete, adresse postale, direccion, direccion completa, direccion postal, adress, postadress,
        hemadress""",
    "city": """
        city, town, city town, town city, municipality, mailing city, home city, place, city of residence
        ort, stadt, wohnort, gemeinde, ortschaft, ville, commune, localite, lieu de residence
        ciudad, localidad, municipio, poblacion, stad, postort, kommun, bostadsort""",
    "region": """
        region, state, province, state province, state region, mailing state, us state, home state, county
        bundesland, kanton, land region, departement, canton, provincia, estado, comunidad autonoma, lan, landskap""",
    "postcode": """
        postcode, post code, postal code, postalcode, zip, zip code, zipcode, zip5, mailing zip, zip postal code, postal
        plz, postleitzahl, code postal, cp, npa, codigo postal, c p, cod postal, postnummer, postnr""",
    "country": "country, country code, nation, mailing country, land, staat, pays, pais, landskod",
    "birth_date": """
        birth date, birthdate, birthday, date of birth, dob, born, born on, born at, birth
        geburtsdatum, geburtstag, geb datum, geboren, geboren am, geb
        date de naissance, naissance, ne le, nee le, ne e le, fecha de nacimiento, nacimiento, f nacimiento, fodelsedatum,
        fodelsedag, fodd""",
    "birth_year": """
        birth year, year of birth, year born, yob, geburtsjahr, jahrgang, annee de naissance, ano de nacimiento,
        fodelsear""",
    "birth_month": "birth month, month of birth, geburtsmonat, mois de naissance, mes de nacimiento, fodelsemanad",
    "birth_day": """
        birth day, day of birth, birth day of month, tag der geburt, jour de naissance, dia de nacimiento,
        fodelsedag nummer""",
    "language": """
        language, preferred language, languages, native language, sprache, korrespondenzsprache, muttersprache
        langue, langue preferee, idioma, lengua, sprak, modersmal""",
    "gender": "gender, sex, gender identity, geschlecht, genre, sexe, genero, sexo, kon, juridiskt kon",
    "ethnicity": """
        ethnicity, race, race ethnicity, ethnic group, ethnic background, herkunft, ethnie, origine ethnique, etnia,
        origen etnico, etnicitet""",
    "occupation": """
        occupation, job, job title, profession, work, beruf, tatigkeit, berufsbezeichnung
        metier, emploi, fonction professionnelle, ocupacion, profesion, trabajo, oficio, yrke, sysselsattning, arbete""",
    "source": """
        source, source code, how did you hear about us, how did they find us, origin, lead source, quelle,
        herkunft des kontakts, provenance, fuente, procedencia, origen, kalla""",
    "email_opt_in": """
        email opt in, e mail opt in, opt in, email consent, may email, newsletter, email ok, subscribed,
        email subscribed, mailing list
        e mail erlaubt, newsletter erlaubt, e mail einwilligung, accepte les courriels, accepte e mail,
        lettre d'information
        acepta correo, acepta correos, boletin, suscrito, nyhetsbrev, far mejlas""",
    "phone_opt_in": """
        phone opt in, may call, call consent, phone consent, phone ok, sms opt in, text opt in, mobile opt in,
        anruf erlaubt, telefon erlaubt
        accepte les appels, acepta llamadas, far ringas""",
    "email_opt_out": """
        do not email, no email, email opt out, unsubscribed, unsubscribe, keine e mail, keine mails,
        ne pas envoyer de courriel, no enviar correo, ej mejl""",
    "phone_opt_out": """
        do not call, do not phone, no calls, phone opt out, dnc, nicht anrufen, keine anrufe, ne pas appeler, no llamar,
        ring ej""",
    "tags": """
        tags, tag, tag list, labels, keywords, schlagworte, schlagworter, stichworte, etiquettes, mots cles, etiquetas,
        etiqueta, taggar, etiketter""",
    "notes": """
        notes, note, comments, comment, remarks, remark, additional information, bemerkung, bemerkungen, notiz, notizen,
        anmerkung, anmerkungen, kommentar
        remarque, remarques, commentaire, commentaires, nota, notas, observaciones, comentario, comentarios, anteckning,
        anteckningar, kommentarer, ovrigt""",
    "standing": """
        standing, membership status, member status, status, membership, membership standing, category of member,
        member in good standing
        mitgliedsstatus, mitgliederstatus, mitgliedschaft, statut, statut d'adhesion, statut adherent,
        estado de afiliacion, estatus, situacion, estado afiliado
        medlemsstatus, medlemskap, medlemstyp""",
    "joined_on": """
        joined on, joined, join date, date joined, joined date, joined at, member since, membership start,
        membership start date, start of membership, joining date, started at, membership began
        eintritt, eintrittsdatum, mitglied seit, beitritt, beitrittsdatum, beigetreten am
        date d'adhesion, date adhesion, adhesion, membre depuis, adherent depuis, fecha de alta, fecha de ingreso,
        fecha de afiliacion, alta, ingreso, miembro desde
        intradesdatum, intrade, medlem sedan, medlem fran, gick med""",
    "left_on": """
        left on, left, date left, leave date, end of membership, membership end, membership end date, resigned on,
        resignation date, membership ended
        austritt, austrittsdatum, ausgetreten am, mitglied bis, date de depart, date de demission, date de radiation,
        membre jusqu'au
        fecha de baja, baja, uttradesdatum, uttrade, lamnade, medlem till""",
    "expires_on": """
        expires on, expiry date, expiration date, expiry, expires, paid until, paid through, dues paid through,
        dues expiration, renewal date, xdate, membership expires
        bezahlt bis, gultig bis, lauft ab, date d'expiration, a jour jusqu'au, fecha de vencimiento, vence, betalt till,
        giltigt till""",
    "unit": """
        unit, unit id, branch, branch name, branch id, chapter, chapter name, local, local group, local branch, group,
        group name, club, section, home branch, team
        ortsgruppe, ortsverband, ortsverein, gruppe, gliederung, kreisverband, basisgruppe, bezirk, einheit, zelle
        section locale, groupe, groupe local, comite local, cellule, antenne, federation, unite
        agrupacion, seccion, grupo, grupo local, nucleo, circulo, comite, asamblea, celula, unidad
        avdelning, lokalavdelning, lokalgrupp, grupp, forening, krets, klubb, enhet""",
    "unit_name": """
        unit name, name of unit, name of branch, name der gruppe, nom du groupe, nombre del grupo, avdelningens namn""",
    "unit_kind": """
        unit kind, unit type, kind of unit, branch type, group type, gruppentyp, type de groupe, tipo de grupo,
        typ av avdelning""",
    "parent_unit": """
        parent unit, parent branch, parent, regional group, district, region name, unit above, landesverband,
        ubergeordnete gruppe, regionalverband
        groupe parent, federation regionale, unidad superior, federacion, distrikt, region avdelning""",
    "role": """
        role, roles, position, office, office held, leadership role, title in branch, function, rolle, rollen, amt,
        funktion
        role dans le groupe, fonction, mandat, responsabilite, cargo, rol, responsabilidad, funcion, roll, uppdrag,
        fortroendeuppdrag""",
    "qualification": """
        qualification, qualifications, training, trained as, trainings, qualifikation, ausbildung zum, formation,
        formacion, cualificacion, utbildning, kvalifikation""",
}  # fmt: skip


@lru_cache(maxsize=1)
def known_words() -> dict[str, tuple[str, int]]:
    """Return word, as `bare_key` makes it → (field, place of the word in its list)."""
    found: dict[str, tuple[str, int]] = {}
    for field, text in WORDS.items():
        words = [word.strip() for line in text.split("\n") for word in line.split(",")]
        for place, word in enumerate(word for word in words if word):
            found.setdefault(bare_key(word), (field, place))
    return found

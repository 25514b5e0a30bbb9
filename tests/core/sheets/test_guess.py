import pytest

from muster.core.sheets.guess import ColumnGuess, guess_columns

pytestmark = pytest.mark.unit


def guess(headers, *rows):
    cells = [list(column) for column in zip(*rows, strict=True)] if rows else [["x"] for _ in headers]
    return guess_columns(headers, cells)


# As these systems write them; '' is a column that becomes a custom field, '-' one that is ignored.
SYSTEMS = {
    "DSA membership list": """
        AK_ID=person first_name=given_name middle_name=middle_name last_name=family_name suffix=name_suffix
        Billing_Address_Line_1=- Billing_City=- Billing_State=- Billing_Zip=- Mailing_Address1=street Mailing_Address2=street2
        Mailing_City=city Mailing_State=region Mailing_Zip=postcode best_phone=phone Mobile_Phone= Home_Phone= Work_Phone=
        Email=email Mail_preference= Do_Not_Call=phone_opt_out p2ptext_optout= Join_Date=joined_on Xdate=expires_on
        membership_type= monthly_dues_status= membership_status=standing memb_status_letter=- union_member= union_name=
        student_yes_no= YDSA_Chapter= DSA_chapter=unit""",
    "DSA membership list ": """
        first_name=given_name middle_name=middle_name last_name=family_name email=email do_not_call=phone_opt_out
        p2ptext_optout= mobile_phone= best_phone=phone join_date=joined_on xdate=expires_on membership_status=standing
        memb_status_letter=- race=ethnicity address1=street address2=street2 city=city state=region zip=postcode
        country=country actionkit_id=person dsa_chapter=unit ydsa_chapter= congressional_district=""",
    "Action Network": """
        uuid=person first_name=given_name last_name=family_name email=email Phone_Number=phone can2_user_address=street
        can2_user_city=city can2_state_abbreviated=region zip_code=postcode can2_county=- can2_user_tags=tags
        can2_subscription_status=email_opt_in can2_subscription_date=- Volunteer=""",
    "Action Builder": """
        Interact_ID=person First_Name=given_name Middle_Name=middle_name Last_Name=family_name Nickname=preferred_name
        Email=email Email_Type= Phone_Number=phone Phone_Number_Type= Address_Line_1=street City=city State=region
        Zip=postcode Latitude=- Longitude=- Date_of_Birth=birth_date Preferred_Language=language Assessment=""",
    "VAN": """
        Voter_File_VANID=person LastName=family_name FirstName=given_name MiddleName=middle_name Suffix=name_suffix
        mAddress=street mCity=city mState=region mZip5=postcode mZip4=postcode_suffix vAddress= Cell_Phone= Preferred_Phone=phone
        PreferredEmail=email DOB=birth_date Age=- Sex=gender Party= CountyName=""",
    "NationBuilder": """
        nationbuilder_id=person first_name=given_name middle_name=middle_name last_name=family_name email=email
        email_opt_in=email_opt_in phone_number=phone mobile_number= primary_address1=street primary_address2=street2
        primary_city=city primary_state=region primary_zip=postcode primary_country_code=country born_at=birth_date sex=gender
        tag_list=tags support_level= is_volunteer= do_not_call=phone_opt_out membership_status=standing started_at=joined_on
        expires_on=expires_on note=notes""",
    "CiviCRM": """
        Contact_ID=person Contact_Type=- Sort_Name=- Display_Name=- Nickname=preferred_name First_Name=given_name
        Last_Name=family_name Individual_Prefix= Job_Title=occupation Gender=gender Birth_Date=birth_date
        Do_Not_Email=email_opt_out Do_Not_Phone=phone_opt_out Street_Address=street Supplemental_Address_1=street2 City=city
        Postal_Code_Suffix=postcode_suffix Postal_Code=postcode State=region Country=country Phone=phone Email=email Tag(s)=tags
        Note(s)=notes""",
    "hitobito": """
        Vorname=given_name Nachname=family_name Firmenname= Übername=preferred_name Firma= Haupt-E-Mail=email Adresse=street
        PLZ=postcode Ort=city Land=country Geschlecht=gender Geburtstag=birth_date Rollen= Tags=tags
        Telefonnummer_Mobil=phone Titel= Anrede=""",
    "Zetkin": """
        id=person ext_id= first_name=given_name last_name=family_name gender=gender email=email phone=phone alt_phone=
        co_address=street2 street_address=street zip_code=postcode city=city country=country""",
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("spaced", [True, False])
def test_exports_of_known_systems_are_known_by_themselves(system, spaced):
    pairs = [pair.rpartition("=")[::2] for pair in SYSTEMS[system].split()]
    # Spaces cannot stand in the list above; some exports have them where others have underscores.
    expected = {header.replace("_", " ") if spaced else header: field for header, field in pairs}

    found = guess(list(expected))

    assert found.system == system.strip()
    named = {"custom": "", "ignore": "-"}
    assert {header: named.get(field, field) for header, field in found.mapping.items()} == expected


@pytest.mark.parametrize(
    "headers",
    [
        "Member ID, First Name, Middle Name, Last Name, E-mail, Mobile, Street Address, City, State, ZIP Code, Date of Birth, "
        "Branch, Join Date, Status, Comments",
        "Mitgliedsnummer, Vorname, zweiter Vorname, Nachname, E-Mail-Adresse, Handy, Straße, Wohnort, Bundesland, PLZ, "
        "Geburtsdatum, Ortsgruppe, Eintrittsdatum, Mitgliedsstatus, Bemerkungen",
        "N° adhérent, Prénom, Deuxième prénom, Nom, Courriel, Portable, Rue, Ville, Département, Code postal, "
        "Date de naissance, Section, Date d'adhésion, Statut, Remarques",
        "Número de socio, Nombre, Segundo nombre, Apellidos, Correo electrónico, Teléfono móvil, Calle, Ciudad, Provincia, "
        "Código postal, Fecha de nacimiento, Agrupación, Fecha de alta, Estado de afiliación, Observaciones",
        "Medlemsnummer, Förnamn, Mellannamn, Efternamn, E-post, Mobilnummer, Gatuadress, Postort, Län, Postnummer, "
        "Födelsedatum, Avdelning, Inträdesdatum, Medlemsstatus, Anteckningar",
    ],
)
def test_the_usual_words_of_five_languages_are_known(headers):
    found = guess(headers.split(", "))

    assert list(found.mapping.values()) == [
        "person", "given_name", "middle_name", "family_name", "email", "phone", "street", "city", "region", "postcode",
        "birth_date", "unit", "joined_on", "standing", "notes",
    ]  # fmt: skip
    assert (found.system, found.kind) == (None, "people")


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("Name, Vorname", ["family_name", "given_name"]),
        ("Nom, Ville", ["full_name", "city"]),
        ("Nombre, Apellidos", ["given_name", "family_name"]),
        ("Name, Primary E-Mail (required), Phone 1", ["full_name", "email", "phone"]),
        ("Full name, First name, Last name", ["ignore", "given_name", "family_name"]),
        ("Address, Street, City", ["ignore", "street", "city"]),
        ("Date of birth, Birth year", ["birth_date", "ignore"]),
        ("Birth year, Birth month, Birth day", ["birth_year", "birth_month", "birth_day"]),
        ("Geburtsjahr, Geburtsmonat, Geburtstag", ["birth_year", "birth_month", "birth_day"]),
        ("Födelseår, Födelsemånad, Födelsedag", ["birth_year", "birth_month", "birth_day"]),
        ("Année de naissance, Mois de naissance, Jour de naissance", ["birth_year", "birth_month", "birth_day"]),
        ("Año de nacimiento, Mes de nacimiento, Día de nacimiento", ["birth_year", "birth_month", "birth_day"]),
        ("Geburtsjahr, Geburtstag", ["ignore", "birth_date"]),
        ("Vorname, 2. Vorname, Name", ["given_name", "middle_name", "family_name"]),
        ("Prénom, Nom, Né(e) le", ["given_name", "family_name", "birth_date"]),
        ("Home phone, Cell phone", ["custom", "phone"]),
        ("Tags, Labels, Favourite colour", ["tags", "tags", "custom"]),
    ],
)
def test_columns_are_weighed_against_each_other(headers, fields):
    assert list(guess(headers.split(", ")).mapping.values()) == fields


def test_the_cells_count_too():
    headers = ["Contact", "Reach at", "Email", "Fax", "Blank", "Born"]
    rows = [
        ("ann@example.org", "(312) 555-0123", "n/a", "9", "", "Tuesday"),
        ("bob@example.org", "+13125550124", "-", "9", "", "?"),
    ]

    assert guess(headers, *rows).columns == [
        ColumnGuess(
            "Contact", "email", 0.75, "The cells look like e-mail addresses.", ("ann@example.org", "bob@example.org")
        ),
        ColumnGuess("Reach at", "phone", 0.6, "The cells look like phone numbers.", ("(312) 555-0123", "+13125550124")),
        ColumnGuess("Email", "custom", 0.8, "The column “Contact” holds this already.", ("n/a", "-")),
        ColumnGuess(
            "Fax", "custom", 0.8, "The header is not known; the column is kept as a field of your own.", ("9",)
        ),
        ColumnGuess("Blank", "ignore", 0.6, "The cells looked at are empty.", ()),
        ColumnGuess("Born", "birth_date", 0.5, "The header says so, but many cells look different.", ("Tuesday", "?")),
    ]


def test_a_second_address_stays_as_a_field_of_its_own():
    found = guess(["Email", "Email 2"], ("a@example.org", ""), ("b@example.org", "c@example.org"))

    assert found.mapping == {"Email": "email", "Email 2": "custom"}
    assert found.columns[1].reason == "The column “Email” holds this already."


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("unit, name, kind, parent, opened_on, city", "units"),
        ("person, standing, from, to, reason", "standings"),
        ("person, unit, from, to, primary", "placements"),
        ("person, unit, role, from, to", "roles"),
        ("person, given_name, family_name", "people"),
        ("Unit, Name", "people"),
    ],
)
def test_tables_of_the_exchange_folder_are_told_by_their_columns(headers, kind):
    assert guess(headers.split(", ")).kind == kind


def test_columns_of_the_exchange_folder_mean_themselves_and_others_are_custom():
    headers = ["person", "given_name", "family_name", "email", "chapter"]

    for kind in ("people", ""):
        found = guess_columns(headers, [["1"], ["Ann"], ["Lee"], ["none"], ["x"]], kind=kind)
        assert list(found.mapping.values()) == ["person", "given_name", "family_name", "email", "custom"]

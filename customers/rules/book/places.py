"""Countries, time zones and currencies: codes and the names that people write for them."""

from customers.rules.book.reading import BadValue, shown, tidy
from customers.rules.book.zones import ZONE_NAMES

# ISO 3166-1, names as written in English.
_COUNTRY_TABLE = (
    "AD=Andorra; AE=United Arab Emirates; AF=Afghanistan; AG=Antigua and Barbuda; AI=Anguilla; AL=Albania; "
    "AM=Armenia; AO=Angola; AQ=Antarctica; AR=Argentina; AS=American Samoa; AT=Austria; AU=Australia; "
    "AW=Aruba; AX=Åland Islands; AZ=Azerbaijan; BA=Bosnia and Herzegovina; BB=Barbados; BD=Bangladesh; "
    "BE=Belgium; BF=Burkina Faso; BG=Bulgaria; BH=Bahrain; BI=Burundi; BJ=Benin; BL=Saint Barthelemy; "
    "BM=Bermuda; BN=Brunei; BO=Bolivia; BQ=Caribbean Netherlands; BR=Brazil; BS=Bahamas; BT=Bhutan; "
    "BV=Bouvet Island; BW=Botswana; BY=Belarus; BZ=Belize; CA=Canada; CC=Cocos (Keeling) Islands; "
    "CD=Democratic Republic of the Congo; CF=Central African Republic; CG=Congo; CH=Switzerland; CI=Côte "
    "d'Ivoire; CK=Cook Islands; CL=Chile; CM=Cameroon; CN=China; CO=Colombia; CR=Costa Rica; CU=Cuba; "
    "CV=Cape Verde; CW=Curaçao; CX=Christmas Island; CY=Cyprus; CZ=Czechia; DE=Germany; DJ=Djibouti; "
    "DK=Denmark; DM=Dominica; DO=Dominican Republic; DZ=Algeria; EC=Ecuador; EE=Estonia; EG=Egypt; "
    "EH=Western Sahara; ER=Eritrea; ES=Spain; ET=Ethiopia; FI=Finland; FJ=Fiji; FK=Falkland Islands; "
    "FM=Micronesia; FO=Faroe Islands; FR=France; GA=Gabon; GB=United Kingdom; GD=Grenada; GE=Georgia; "
    "GF=French Guiana; GG=Guernsey; GH=Ghana; GI=Gibraltar; GL=Greenland; GM=Gambia; GN=Guinea; "
    "GP=Guadeloupe; GQ=Equatorial Guinea; GR=Greece; GS=South Georgia and the South Sandwich Islands; "
    "GT=Guatemala; GU=Guam; GW=Guinea-Bissau; GY=Guyana; HK=Hong Kong; HM=Heard Island and McDonald "
    "Islands; HN=Honduras; HR=Croatia; HT=Haiti; HU=Hungary; ID=Indonesia; IE=Ireland; IL=Israel; IM=Isle "
    "of Man; IN=India; IO=British Indian Ocean Territory; IQ=Iraq; IR=Iran; IS=Iceland; IT=Italy; "
    "JE=Jersey; JM=Jamaica; JO=Jordan; JP=Japan; KE=Kenya; KG=Kyrgyzstan; KH=Cambodia; KI=Kiribati; "
    "KM=Comoros; KN=Saint Kitts and Nevis; KP=North Korea; KR=South Korea; KW=Kuwait; KY=Cayman Islands; "
    "KZ=Kazakhstan; LA=Laos; LB=Lebanon; LC=Saint Lucia; LI=Liechtenstein; LK=Sri Lanka; LR=Liberia; "
    "LS=Lesotho; LT=Lithuania; LU=Luxembourg; LV=Latvia; LY=Libya; MA=Morocco; MC=Monaco; MD=Moldova; "
    "ME=Montenegro; MF=Saint Martin; MG=Madagascar; MH=Marshall Islands; MK=North Macedonia; ML=Mali; "
    "MM=Myanmar; MN=Mongolia; MO=Macau; MP=Northern Mariana Islands; MQ=Martinique; MR=Mauritania; "
    "MS=Montserrat; MT=Malta; MU=Mauritius; MV=Maldives; MW=Malawi; MX=Mexico; MY=Malaysia; MZ=Mozambique; "
    "NA=Namibia; NC=New Caledonia; NE=Niger; NF=Norfolk Island; NG=Nigeria; NI=Nicaragua; NL=Netherlands; "
    "NO=Norway; NP=Nepal; NR=Nauru; NU=Niue; NZ=New Zealand; OM=Oman; PA=Panama; PE=Peru; PF=French "
    "Polynesia; PG=Papua New Guinea; PH=Philippines; PK=Pakistan; PL=Poland; PM=Saint Pierre and Miquelon; "
    "PN=Pitcairn; PR=Puerto Rico; PS=Palestine; PT=Portugal; PW=Palau; PY=Paraguay; QA=Qatar; RE=Réunion; "
    "RO=Romania; RS=Serbia; RU=Russia; RW=Rwanda; SA=Saudi Arabia; SB=Solomon Islands; SC=Seychelles; "
    "SD=Sudan; SE=Sweden; SG=Singapore; SH=Saint Helena; SI=Slovenia; SJ=Svalbard and Jan Mayen; "
    "SK=Slovakia; SL=Sierra Leone; SM=San Marino; SN=Senegal; SO=Somalia; SR=Suriname; SS=South Sudan; "
    "ST=Sao Tome and Principe; SV=El Salvador; SX=Sint Maarten; SY=Syria; SZ=Eswatini; TC=Turks and Caicos "
    "Islands; TD=Chad; TF=French Southern Territories; TG=Togo; TH=Thailand; TJ=Tajikistan; TK=Tokelau; "
    "TL=East Timor; TM=Turkmenistan; TN=Tunisia; TO=Tonga; TR=Turkey; TT=Trinidad and Tobago; TV=Tuvalu; "
    "TW=Taiwan; TZ=Tanzania; UA=Ukraine; UG=Uganda; UM=US minor outlying islands; US=United States; "
    "UY=Uruguay; UZ=Uzbekistan; VA=Vatican City; VC=Saint Vincent; VE=Venezuela; VG=British Virgin Islands; "
    "VI=US Virgin Islands; VN=Vietnam; VU=Vanuatu; WF=Wallis and Futuna; WS=Samoa; YE=Yemen; YT=Mayotte; "
    "ZA=South Africa; ZM=Zambia; ZW=Zimbabwe"
)

_COUNTRY_NAMES = dict(pair.split("=", 1)[::-1] for pair in _COUNTRY_TABLE.split("; "))
_COUNTRIES = frozenset(_COUNTRY_NAMES.values())
_COUNTRY_OF = {name.lower(): code for name, code in _COUNTRY_NAMES.items()} | {
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "america": "US",
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "britain": "GB", "england": "GB", "scotland": "GB",
    "wales": "GB", "northern ireland": "GB", "deutschland": "DE", "österreich": "AT", "schweiz": "CH",
    "suisse": "CH", "svizzera": "CH", "the netherlands": "NL", "holland": "NL", "nederland": "NL",
    "españa": "ES", "italia": "IT", "belgië": "BE", "belgique": "BE", "danmark": "DK", "sverige": "SE",
    "norge": "NO", "suomi": "FI", "polska": "PL", "brasil": "BR", "méxico": "MX", "czech republic": "CZ",
    "ivory coast": "CI", "korea, republic of": "KR", "republic of korea": "KR", "russian federation": "RU",
    "viet nam": "VN", "türkiye": "TR", "uae": "AE", "swaziland": "SZ", "macedonia": "MK", "burma": "MM",
    "cabo verde": "CV", "timor-leste": "TL", "holy see": "VA", "république tchèque": "CZ", "österreich (at)": "AT",
}  # fmt: skip
_ALPHA3 = {
    "usa": "US", "gbr": "GB", "deu": "DE", "fra": "FR", "esp": "ES", "ita": "IT", "nld": "NL", "bel": "BE",
    "che": "CH", "aut": "AT", "swe": "SE", "nor": "NO", "dnk": "DK", "fin": "FI", "irl": "IE", "prt": "PT",
    "pol": "PL", "can": "CA", "mex": "MX", "bra": "BR", "aus": "AU", "nzl": "NZ", "jpn": "JP", "kor": "KR",
    "chn": "CN", "ind": "IN", "sgp": "SG", "zaf": "ZA", "are": "AE", "isr": "IL",
}  # fmt: skip

# Countries with one zone (the tz database's zone.tab); elsewhere the account's own column has to say it.
_ONE_ZONE_TABLE = (
    "AD=Europe/Andorra; AE=Asia/Dubai; AF=Asia/Kabul; AG=America/Antigua; AI=America/Anguilla; "
    "AL=Europe/Tirane; AM=Asia/Yerevan; AO=Africa/Luanda; AS=Pacific/Pago_Pago; AT=Europe/Vienna; "
    "AW=America/Aruba; AX=Europe/Mariehamn; AZ=Asia/Baku; BA=Europe/Sarajevo; BB=America/Barbados; "
    "BD=Asia/Dhaka; BE=Europe/Brussels; BF=Africa/Ouagadougou; BG=Europe/Sofia; BH=Asia/Bahrain; "
    "BI=Africa/Bujumbura; BJ=Africa/Porto-Novo; BL=America/St_Barthelemy; BM=Atlantic/Bermuda; "
    "BN=Asia/Brunei; BO=America/La_Paz; BQ=America/Kralendijk; BS=America/Nassau; BT=Asia/Thimphu; "
    "BW=Africa/Gaborone; BY=Europe/Minsk; BZ=America/Belize; CC=Indian/Cocos; CF=Africa/Bangui; "
    "CG=Africa/Brazzaville; CH=Europe/Zurich; CI=Africa/Abidjan; CK=Pacific/Rarotonga; CM=Africa/Douala; "
    "CO=America/Bogota; CR=America/Costa_Rica; CU=America/Havana; CV=Atlantic/Cape_Verde; "
    "CW=America/Curacao; CX=Indian/Christmas; CZ=Europe/Prague; DE=Europe/Berlin; DJ=Africa/Djibouti; "
    "DK=Europe/Copenhagen; DM=America/Dominica; DO=America/Santo_Domingo; DZ=Africa/Algiers; "
    "EE=Europe/Tallinn; EG=Africa/Cairo; EH=Africa/El_Aaiun; ER=Africa/Asmara; ET=Africa/Addis_Ababa; "
    "FI=Europe/Helsinki; FJ=Pacific/Fiji; FK=Atlantic/Stanley; FO=Atlantic/Faroe; FR=Europe/Paris; "
    "GA=Africa/Libreville; GB=Europe/London; GD=America/Grenada; GE=Asia/Tbilisi; GF=America/Cayenne; "
    "GG=Europe/Guernsey; GH=Africa/Accra; GI=Europe/Gibraltar; GM=Africa/Banjul; GN=Africa/Conakry; "
    "GP=America/Guadeloupe; GQ=Africa/Malabo; GR=Europe/Athens; GS=Atlantic/South_Georgia; "
    "GT=America/Guatemala; GU=Pacific/Guam; GW=Africa/Bissau; GY=America/Guyana; HK=Asia/Hong_Kong; "
    "HN=America/Tegucigalpa; HR=Europe/Zagreb; HT=America/Port-au-Prince; HU=Europe/Budapest; "
    "IE=Europe/Dublin; IL=Asia/Jerusalem; IM=Europe/Isle_of_Man; IN=Asia/Kolkata; IO=Indian/Chagos; "
    "IQ=Asia/Baghdad; IR=Asia/Tehran; IS=Atlantic/Reykjavik; IT=Europe/Rome; JE=Europe/Jersey; "
    "JM=America/Jamaica; JO=Asia/Amman; JP=Asia/Tokyo; KE=Africa/Nairobi; KG=Asia/Bishkek; "
    "KH=Asia/Phnom_Penh; KM=Indian/Comoro; KN=America/St_Kitts; KP=Asia/Pyongyang; KR=Asia/Seoul; "
    "KW=Asia/Kuwait; KY=America/Cayman; LA=Asia/Vientiane; LB=Asia/Beirut; LC=America/St_Lucia; "
    "LI=Europe/Vaduz; LK=Asia/Colombo; LR=Africa/Monrovia; LS=Africa/Maseru; LT=Europe/Vilnius; "
    "LU=Europe/Luxembourg; LV=Europe/Riga; LY=Africa/Tripoli; MA=Africa/Casablanca; MC=Europe/Monaco; "
    "MD=Europe/Chisinau; ME=Europe/Podgorica; MF=America/Marigot; MG=Indian/Antananarivo; MK=Europe/Skopje; "
    "ML=Africa/Bamako; MM=Asia/Yangon; MO=Asia/Macau; MP=Pacific/Saipan; MQ=America/Martinique; "
    "MR=Africa/Nouakchott; MS=America/Montserrat; MT=Europe/Malta; MU=Indian/Mauritius; MV=Indian/Maldives; "
    "MW=Africa/Blantyre; MZ=Africa/Maputo; NA=Africa/Windhoek; NC=Pacific/Noumea; NE=Africa/Niamey; "
    "NF=Pacific/Norfolk; NG=Africa/Lagos; NI=America/Managua; NL=Europe/Amsterdam; NO=Europe/Oslo; "
    "NP=Asia/Kathmandu; NR=Pacific/Nauru; NU=Pacific/Niue; OM=Asia/Muscat; PA=America/Panama; "
    "PE=America/Lima; PH=Asia/Manila; PK=Asia/Karachi; PL=Europe/Warsaw; PM=America/Miquelon; "
    "PN=Pacific/Pitcairn; PR=America/Puerto_Rico; PW=Pacific/Palau; PY=America/Asuncion; QA=Asia/Qatar; "
    "RE=Indian/Reunion; RO=Europe/Bucharest; RS=Europe/Belgrade; RW=Africa/Kigali; SA=Asia/Riyadh; "
    "SB=Pacific/Guadalcanal; SC=Indian/Mahe; SD=Africa/Khartoum; SE=Europe/Stockholm; SG=Asia/Singapore; "
    "SH=Atlantic/St_Helena; SI=Europe/Ljubljana; SJ=Arctic/Longyearbyen; SK=Europe/Bratislava; "
    "SL=Africa/Freetown; SM=Europe/San_Marino; SN=Africa/Dakar; SO=Africa/Mogadishu; SR=America/Paramaribo; "
    "SS=Africa/Juba; ST=Africa/Sao_Tome; SV=America/El_Salvador; SX=America/Lower_Princes; "
    "SY=Asia/Damascus; SZ=Africa/Mbabane; TC=America/Grand_Turk; TD=Africa/Ndjamena; TF=Indian/Kerguelen; "
    "TG=Africa/Lome; TH=Asia/Bangkok; TJ=Asia/Dushanbe; TK=Pacific/Fakaofo; TL=Asia/Dili; TM=Asia/Ashgabat; "
    "TN=Africa/Tunis; TO=Pacific/Tongatapu; TR=Europe/Istanbul; TT=America/Port_of_Spain; "
    "TV=Pacific/Funafuti; TW=Asia/Taipei; TZ=Africa/Dar_es_Salaam; UG=Africa/Kampala; "
    "UY=America/Montevideo; VA=Europe/Vatican; VC=America/St_Vincent; VE=America/Caracas; "
    "VG=America/Tortola; VI=America/St_Thomas; VN=Asia/Ho_Chi_Minh; VU=Pacific/Efate; WF=Pacific/Wallis; "
    "WS=Pacific/Apia; YE=Asia/Aden; YT=Indian/Mayotte; ZA=Africa/Johannesburg; ZM=Africa/Lusaka; "
    "ZW=Africa/Harare"
)

_ONE_ZONE = dict(pair.split("=", 1) for pair in _ONE_ZONE_TABLE.split("; "))
_ZONE_BY_LOWER = {name.lower(): name for name in ZONE_NAMES}
# Names that CRMs and Windows write. Bare "CST" or "IST" mean several zones and are refused.
_ZONE_WORDS = {
    "utc": "UTC", "gmt": "UTC", "z": "UTC", "pacific time": "America/Los_Angeles",
    "pacific standard time": "America/Los_Angeles", "pacific": "America/Los_Angeles", "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles", "us/canada pacific": "America/Los_Angeles",
    "mountain time": "America/Denver", "mountain standard time": "America/Denver", "mountain": "America/Denver",
    "us/canada mountain": "America/Denver", "central time": "America/Chicago", "us/canada central": "America/Chicago",
    "central standard time": "America/Chicago", "eastern time": "America/New_York", "eastern": "America/New_York",
    "eastern standard time": "America/New_York", "us/canada eastern": "America/New_York", "est": "America/New_York",
    "edt": "America/New_York", "et": "America/New_York", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
    "central european time": "Europe/Berlin", "central european standard time": "Europe/Warsaw",
    "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
    "gmt standard time": "Europe/London", "greenwich mean time": "Europe/London", "london": "Europe/London",
    "berlin": "Europe/Berlin", "paris": "Europe/Paris", "tokyo standard time": "Asia/Tokyo", "jst": "Asia/Tokyo",
    "india standard time": "Asia/Kolkata", "singapore standard time": "Asia/Singapore",
    "aus eastern standard time": "Australia/Sydney", "aest": "Australia/Sydney", "new york": "America/New_York",
    "chicago": "America/Chicago", "los angeles": "America/Los_Angeles", "sydney": "Australia/Sydney",
    "tokyo": "Asia/Tokyo", "singapore": "Asia/Singapore", "amsterdam": "Europe/Amsterdam",
}  # fmt: skip

_CURRENCY_CODES = (
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CRC CZK DKK EGP EUR GBP GEL GHS HKD HUF IDR ILS INR ISK "
    "JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PAB PEN PHP PKR PLN QAR RON RSD RUB SAR SEK "
    "SGD THB TND TRY TWD UAH UGX USD UYU VND ZAR"
)
CURRENCIES = frozenset(_CURRENCY_CODES.split())
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD"})
SYMBOLS = {"$": "$", "€": "EUR", "£": "GBP", "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD"}
SYMBOLS |= {"NZ$": "NZD", "S$": "SGD", "HK$": "HKD", "R$": "BRL", "FR.": "CHF"}
_CURRENCY_NAMES = {
    "us dollar": "USD", "u.s. dollar": "USD", "euro": "EUR", "euros": "EUR", "british pound": "GBP",
    "pound sterling": "GBP", "swiss franc": "CHF", "canadian dollar": "CAD", "australian dollar": "AUD",
    "japanese yen": "JPY", "swedish krona": "SEK", "norwegian krone": "NOK", "danish krone": "DKK",
}  # fmt: skip


def is_country(code: str) -> bool:
    """Whether it is a country's code of ISO 3166-1, in capitals."""
    return code in _COUNTRIES


def read_country(cell: str) -> str:
    """Read a country as its two-letter code. Raises BadValue."""
    text = tidy(cell)
    if is_country(text.upper()):
        return text.upper()
    word = " ".join(text.lower().replace("&", "and").split())
    code = _COUNTRY_OF.get(word) or _ALPHA3.get(word)
    if code is None:
        raise BadValue(f"{shown(text)} is not a country; use its two-letter code")
    return code


def read_timezone(cell: str) -> str:
    """Read a time zone as its IANA name. Raises BadValue for offsets and for abbreviations of several zones."""
    text = tidy(cell)
    lower = text.lower().replace(" ", "_")
    if lower in _ZONE_BY_LOWER:
        return _ZONE_BY_LOWER[lower]
    # HubSpot writes "america_slash_new_york"; Windows and Salesforce "(GMT-08:00) Pacific Standard Time (…)".
    if lower.replace("_slash_", "/") in _ZONE_BY_LOWER:
        return _ZONE_BY_LOWER[lower.replace("_slash_", "/")]
    inner = text.rpartition("(")[2].rstrip(")").strip().lower()
    if inner in _ZONE_BY_LOWER:
        return _ZONE_BY_LOWER[inner]
    word = text.lower()
    if word.startswith("("):
        word = word.partition(")")[2].partition("(")[0].strip()
    zone = _ZONE_WORDS.get(word)
    if zone is None:
        raise BadValue(f"{shown(text)} is not a time zone; use a name like Europe/Berlin")
    return zone


def zone_of_country(country: str) -> str | None:
    """The zone of a country that has only one, so that an account without a zone keeps its customer's days."""
    return _ONE_ZONE.get(country)


def read_currency(cell: str) -> str:
    """Read a currency as its ISO 4217 code. Raises BadValue; "$" alone is refused as there are many dollars."""
    text = tidy(cell)
    if text.upper() in CURRENCIES:
        return text.upper()
    code = _CURRENCY_NAMES.get(text.lower()) or SYMBOLS.get(text.upper())
    if (code is None and text[-4:-3] == " ") or text[3:4] == " ":
        code = text[:3].upper() if text[:3].upper() in CURRENCIES else text[-3:].upper()
    if code is None or code not in CURRENCIES:
        raise BadValue(f"{shown(text)} is not a currency; use a code like EUR")
    return code

"""Demographic words in English that no label of a cluster may have: a copy of the list in Shoal's LabelTerms.swift."""

import unicodedata

DENIED_TERMS = tuple(" ".join(term.split()) for term in """
    men, man, male*, women, woman, female*, girl, girls, boy, boys, lady, ladies, gentlemen, guy, guys, gals, dudes,
    gender*, sex, sexes, masculine, feminine, wives, husbands, mother*, mom, moms, mum, mums, mommy, father*, dad,
    dads, daddy, parent, parents, parenthood, grandma, grandpa, grandmother*, grandfather*, grandparent*, single,
    singles, married, divorced, widow, widows, widower*, pregnan*, childless, kid, kids, child, children, toddler*,
    baby, babies, infant*, teen, teens, teenage*, tween*, minor, minors, adolescen*, youth, youths, young, younger,
    adult*, middle aged, old people, old folks, older people, elders, elderly, senior, seniors, aged, ages, age,
    pensioner*, retired, retiree*, gen z, gen x, gen y, gen alpha, generation*, millennial*, zoomer*, boomer*,
    student*, schoolchild*, under 18, over 50, over 60, black, blacks, white, whites, brown people, people of color,
    people of colour, asian*, african*, arab*, latino*, latina*, latinx, hispanic*, caucasian*, indigenous,
    aboriginal*, native american*, jew, jews, jewish, roma people, gypsy, gypsies, race, races, racial, ethnic*,
    nationality, nationalities, immigrant*, migrant*, refugee*, foreigner*, expat*, asylum, american*, british,
    english, irish, scottish, welsh, european*, french, german, germans, italian*, spanish, spaniard*, portuguese,
    dutch, belgian*, polish, russian*, ukrainian*, turk, turks, turkish, kurd*, greek*, romanian*, bulgarian*,
    serbian*, albanian*, swedish, norwegian*, danish, finnish, indian*, pakistani*, bangladeshi*, chinese, japanese,
    korean*, vietnamese, filipino*, indonesian*, thai, iranian*, persian*, iraqi*, syrian*, afghan*, israeli*,
    palestinian*, egyptian*, moroccan*, algerian*, tunisian*, nigerian*, ethiopian*, somali*, mexican*, brazilian*,
    colombian*, cuban*, argentin*, canadian*, australian*, rich, richer, wealthy, wealth, affluent, millionaire*,
    poor, poorer, poverty, income*, earner*, salary, salaries, wage, wages, unemploy*, jobless, welfare, homeless*,
    debt, debts, indebted, bankrupt*, working class, middle class, upper class, lower class, blue collar, white
    collar, educated, uneducated, illiterate*, gay, gays, lesbian*, bisexual*, homosexual*, heterosexual*, straight
    people, queer*, trans, transgender*, lgbt*, christian*, catholic*, protestant*, muslim*, islam*, hindu*,
    buddhis*, sikh*, atheis*, religio*, disabled, disabilit*, autis*, deaf, blind people, depress*, cancer, diabet*,
    addict*, patient, patients, sick people, obese, obesity, democrat*, republican*, conservatives, liberals, left
    wing, right wing, socialis*, communis*, voter*, union members, unionist*
""".split(","))

#: Letters of other scripts, and digits, that look like Latin letters.
_LOOKALIKES = str.maketrans("013457авекмнорстухіјѕԁһαοινκρτυχı", "oieastabekmhopctyxijsdhaoivkptuxi")


def _words(text: str, table: dict[int, int] | None) -> list[str]:
    """The words of a text, without case, accents and invisible characters."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    letters = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind[0] in "LN":
            letters.append(letter)
        elif kind not in ("Mn", "Cf"):
            letters.append(" ")
    found = "".join(letters)
    return (found.translate(table) if table else found).split()


def denied_term(text: str) -> str | None:
    """The term because of which a label is not shown; None if it has none. Shoal itself knows more spellings."""
    for table in (None, _LOOKALIKES):
        words = _words(text, table)
        whole = "".join(words)
        for term in DENIED_TERMS:
            parts = _words(term, None)
            is_stem = term.endswith("*")
            for start in range(len(words) - len(parts) + 1):
                *first, last = words[start:start + len(parts)]
                if first == parts[:-1] and (last == parts[-1] or is_stem and last.startswith(parts[-1])):
                    return term
            if whole == "".join(parts):
                return term
    return None

"""Word lists by which a person's name is told from an ordinary capitalised word. Adding is harmless."""

_GIVEN = """
aaron abdul abigail adam adrian agnes ahmed aisha alan albert alejandro alex alexander alexandra alfred ali
alice alicia alison amanda amelia amir amy ana anders andre andrea andreas andrew andy angela anita anja ann
anna anne annika anthony antoine antonio arjun arthur ashley astrid audrey barbara beatrice ben benjamin bernard
bernd beth bettina betty bill björn bob brandon brenda brian bruce bruno camille carl carla carlos carmen carol
caroline catherine cecilia charles charlotte chen chloe chris christian christina christine christoph
christopher claire clara claudia colin connor craig cynthia daniel daniela danielle david deborah denise dennis
diana diego dieter dimitri dominic donald donna dorothy doug douglas dylan eduardo edward elena eleanor eli
elias elisabeth elizabeth ella ellen emily emma eric erik erika esther ethan eva evelyn fatima felix fernando
filip fiona florian frances francesca francis francisco frank franziska fred frederic freya gabriel gabriela
gary george gerald gerard giovanni giulia gloria gordon greg gregory guillaume gustav hannah hans harold harriet
harry hassan heather heinz helen helena henrik henry hiroshi howard hugo ian ibrahim ingrid irene isaac isabel
isabella ivan jack jacob jacqueline jake james jan jana jane janet jason javier jean jeff jeffrey jennifer jenny
jens jeremy jessica jessie jill jim joan joanna joe joel johan johannes john jonas jonathan jordan jorge josé
joseph joshua joyce juan judith judy julia julian julie jürgen justin karen karin karl kate katherine kathleen
katrin kavita keith kelly ken kenneth kenji kevin kim kristin kumar kurt kyle lars laura lauren laurent lea leah
lena leo leon leonard leonie liam lily linda lisa logan lorenzo louis louise luca lucas lucia lucy luis luke
madison magdalena maja manuel marc marco marcus margaret maria marie mario marion mark markus marta martha
martin martina mary mateo mathias matt matteo matthew maurice max maximilian maya mehmet mei melanie melissa
michael michel michelle miguel mike mila mohamed mohammed monica monika nadia nancy naomi natalia natalie nathan
nicholas nicola nicolas nicole niklas nina noah noor nora norman olaf oliver olivia omar oscar otto pablo pamela
paolo patricia patrick paul paula pedro peter petra philip philippe phillip pierre priya rachel rafael rahul raj
ralph raúl raymond rebecca regina renate ricardo richard rita rob robert roberto robin roger roland ron ronald
rosa rose roy russell ruth ryan sabine sally sam samantha samuel sandra sanjay sara sarah scott sean sebastian
sergio sharon shirley silvia simon simone sofia sonia sophia sophie stefan stefanie stephan stephanie stephen
steve steven stuart sunita susan susanne suzanne sven svetlana sylvia tanja tanya tara tatiana ted teresa theo
theodore theresa thomas tim timothy tina tobias todd tom tony tracy tyler ulrich ursula valentina valeria
vanessa vera veronica victor victoria viktor vincent virginia vivian vladimir walter wei wendy werner wilhelm
william wolfgang xavier yan yasmin yuki yusuf yves zachary zoe
"""
GIVEN_NAMES = frozenset(_GIVEN.split())

_ORDINARY = """
a about account accounts action actions advisory after again agenda agreement all also although am an analyst
analytics and annual another any april architect area as asia assistant associate at attached august back based
because before best board both briefing budget business but by call can ceo cfo chief cheers chro cio ciso
client cloud cmo coo commercial committee community company compliance conference congratulations continued
contract controller coordinator cordially corporate could council cross cto current customer customers daily
dashboard data date day days dear december delivery department deputy design developer development did digital
direct director do does during each economic eight either email emea engagement engineer engineering enterprise
europe even event every excited executive expansion fair february finance financial first five following for
forum four friday friendly from full further general given glad global go good governance great group growth
guide had happy has have head health hello help here hey hi high hope how human i if immediate impact in
information infrastructure initiative innovation insights integration intelligence internal international
investment is it its january join july june just key kickoff kind kindly lab last late latest lead leader
leadership learning legal let level license life line local long looking machine manager managing many march
market marketing may meanwhile meeting member migration mobile monday month monthly more most multi my national
new newsletter next nine no north not notes notice november now october of office officer on once one online
only onboarding operating operations or organisation organization our overview pacific partner partnership
people per performance plan planning platform please pleased portal portfolio premium president price pricing
principal priority pro procurement product productivity professional program programme progress project proposal
public purchasing q1 q2 q3 q4 quality quarter quarterly quick re real recap recent regarding regards region
regional relations reliability renewal renewals report reporting request research resources respectfully revenue
review risk road roadmap roi rollout sales saturday savings school science scope secure security see senior
september service services session set seven she since sincerely six small so software solution solutions some
south specialist staff standard state status steering still story strategic strategy strong success such suite
summary summit sunday supply support system systems talent team teams technical technology ten term terms thank
thanks that the their then there these they this those three through thursday time to today together tomorrow
training transformation tuesday two under united university until up update upgrade upon us usage user users
vice value very view vp warm warmly was we wednesday week weekly welcome well were west what when where whether
which while who why will wins with without workshop world would year yearly yes yesterday yet you your yours
"""
ORDINARY = frozenset(_ORDINARY.split())

"""English."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (that|this|it) works for (us|me)
        works for us
        (sounds|looks) (great|good|perfect|fine)
        (happy|glad|delighted|pleased|keen) to (renew|continue|proceed|go ahead|move forward|move ahead|sign|extend)
        (we'd|we would|i'd|i would|we|i) (like|love|want) to (renew|continue|extend|proceed|stay)
        (we're|we are|i'm|i am) (on board|good to go|ready to sign|happy with)
        (let's|lets|please|you can) (go ahead|proceed|move forward|move ahead|do it)
        go ahead
        count us in
        (we|i) (accept|agree|approve)
        (approved|agreed|confirmed)
        send * (contract|paperwork|order form|agreement|quote to sign|documents to sign)
        ready to sign
        get it signed
        (will|shall) renew
        renew us
        yes please
        good to go
        green light
        move forward with
        would (like|love) to (renew|continue|extend|proceed|stay|go ahead|move)
        (looking forward|excited|thrilled) to (continu~|work~|renew~|another|keep~)
        (very|really|quite|so|all) (happy|pleased|satisfied) with
        happy with the (proposal|offer|terms|product|service|price|renewal|contract)
        let's (do|sign|renew) (it|this)?
        let's renew
        (we're|we are) (all)? in[.!]
        all good (from|on) (our|my) (side|end)
        decided to (stay|renew|continue|extend|keep|go ahead)
        (get|start|kick off) * renewal (started|going|under way|underway)
        (i'll|i will|we'll|we will) sign
        (you have|you've got|you got) (my|our) (go|ok|okay|approval|blessing|yes)
        (fine|okay|ok|good) (with|on) (the|our|that|this) (price|terms|proposal|increase|side|front)
        (keep|continue) (using|working with)
        no (objections|issues|concerns) (from|on) (our|my)
        (get|got) (the|our) (green light|approval|sign.off|go.ahead)
    """,
    neutral="""
        (get|come|circle) back to you
        (take|have) a (closer)? look
        (will|i'll|we'll) (review|look into|look at|think about|discuss|consider|check|read|pass|forward|share|circulate)
        (forwarded|passed) (this|it) (to|on to)
        received with thanks
        noted
        thanks for (the|your) (note|info~|update|heads up|email|message)
        got it
        (discuss|review|circulate) (it|this) internally
        ok thanks
        (thanks|thank you) for (sending|sharing|letting)
    """,
    objection_price="""
        too (expensive|pricey|costly|high|steep|much money)
        (costs?|is) too much
        (price|cost|increase|rate|uplift|hike|figure|quote|number~|jump) * (too high|too much|steep|excessive|unacceptable|unreasonable|more than (we|i))
        (increase|hike|uplift) (is|seems|feels|looks) * (much|high|big|large|a lot)
        (hike|increase) is steep
        (need|want|expect|require|like|get|give us|offer) * (discount|better price|lower price|price reduction|better rate)
        (any|some|a) (discount|flexibility|room) * (price|rate|pricing|fee|cost)
        (discount|reduction)
        better price
        (do|go) any (better|lower)
        more than (we|i) (expected|can|want|pay|are|budgeted|am)
        (can't|cannot|can not|hard to|difficult to|unable to) (justify|accept|agree to|swallow|afford) * (price|cost|increase|that|this|it|jump|hike)
        (can't|cannot) afford
        out of (our|my) price range
        overpriced
        (cheaper|lower) (price|rate|quote)
        (price|pricing|cost) is (a|the|our) (problem|issue|concern|sticking point|blocker)
        more expensive (than|now)
        (price|cost|increase|rate|uplift|hike|figure|quote) * not (acceptable|justified|reasonable|competitive|fair)
        not (acceptable|justified|reasonable|fair) * (price|increase|hike|rate)
        (concern~|worried|unhappy|disappointed|shocked|surprised) (about|with|by|at) * (price|pricing|increase|cost|costs|number|numbers|hike)
        (lower|reduce|come down on|drop|match|negotiate) * (price|rate|pricing|increase)
        (current|existing|same|old|present|last year's) (price|rate|pricing|terms)
        (very|so|really|quite|pretty|rather|extremely) (expensive|pricey|costly|steep)
        (never|not|won't|can't|cannot) (agree to|accept|approve|sign|sign off on|get) * (that|this|price|increase|number~|amount)
        (percent|%) (on top|more|increase|hike|uplift)
        (willing|ready|prepared) to pay
        (beyond|above|over) what (we|i) (can|could|are|were|had)
        (value|worth) * (price|money|cost|paying)
        (keep|hold|freeze) (the|our) price
    """,
    objection_budget="""
        (no|any|enough|the|sufficient) budget for
        (don't|do not|doesn't|haven't|have not|didn't) (have|got) (the|a|any|enough) (budget|money|funds|funding)
        budget~ (is|are|was|were|has been|have been|got|gets|being) * (cut|frozen|reduced|tight|gone|exhausted|spent|slashed|limited|set)
        (budget|spending|hiring|cost) (freeze|cut|cuts|stop|reduction)
        (cut|reduce|freeze|trim) * (budget|spend|spending|costs)
        no (budget|money|funds|funding)
        (spend|spending) (is|has been|was) (frozen|cut|capped|on hold)
        not (in|within) (the|our|this year's|my) budget
        (over|exceeds|beyond|outside) (our|the|my) budget
        (can't|cannot) spend
        cost.cutting
        tight budget
        (don't|do not|doesn't|haven't|have not|didn't) (have|got) (the|a|any|enough)? (budget|money|funds|funding)
        (freeze|cut|cap|hold) on * (spend|spending|budget~|costs|expenses)
        (budget~|money|funding) * (isn't|is not|not) * (there|available|approved)
        (slash~|cut~|reduc~|trim~) (the|our)? (cost|costs|spending|spend|expenses)
        (zero|very little|limited|not enough|less) (budget|money|funds|funding)
        nothing left (for|in|over)
        (money|budget|cash) is (tight|short|gone|an issue)
        (cost|cash) (saving|savings|constraints)
    """,
    objection_competitor="""
        (evaluating|considering|looking at|comparing|testing|trialling|trialing|reviewing|exploring|talking to|piloting|assessing) * (alternative~|competitor~|other (vendor~|provider~|supplier~|option~|tool~|solution~|product~)|another (vendor|provider|supplier|tool|solution))
        (offer|quote|proposal|deal) * (competitor|another (vendor|provider|supplier)|other (vendor|provider|supplier)s?)
        (competitor~|another (vendor|provider|supplier)|other (vendor|provider|supplier)s?) * (offer~|quote~|cheaper|lower|half)
        (switch|switching|move|moving|migrate|migrating) * (to another|to a competitor|to a different|away from|over to)
        (switch|change) (vendor|provider|supplier|vendors|providers|suppliers)
        (gone|going|go|went) with (another|a different|someone else|a competitor)
        rfp
        cheaper alternative~
        (considering|thinking about|planning|looking at) * (switching|moving|changing|leaving|migrating)
        (talks|talking|discussions|conversations|speaking|negotiating) with * (competitor~|(other|another) (vendor~|provider~|supplier~))
        (better|cheaper|lower|competing|another) (offer|quote|proposal|deal) from
        one of your competitors
        quoted us
        (trial|pilot|poc|demo) (with|of|from) (another|a different|other|one of)
        (a different|another|other) (tool|tools|vendor|vendors|provider|providers|supplier|suppliers|solution|solutions|platform|platforms|product|products)
        [0-9]{1,2} ?(%|percent|per cent) (less|cheaper|lower)
        (someone|somebody) else (is|has|offers|offered|quoted)
    """,
    objection_timing="""
        (not|isn't|bad|wrong|poor) (a|the)? (good|right|great|best|ideal)? (time|moment|timing)
        (not|isn't) (a |the )(good|right|great|best|ideal) (time|moment)
        (bad|wrong) timing
        (too|a bit|bit) (early|soon) (to|for|yet)
        (revisit|reconnect|pick this up|pick it up|touch base|talk|speak|circle back) * (next (quarter|year|month)|in (january|february|march|april|may|june|july|august|september|october|november|december|q[1-4]|the (new year|spring|summer|autumn|fall))|after (the|our))
        (next|following) (quarter|year|fiscal)
        come back (to (me|us) )?(in|after|next|later)
        (get in touch|check in|try|ping me|reach out) again (in|after|next|later)
        (can|could|let|will) (this|it|we|that) wait
        (too busy|swamped|snowed under|no capacity|no bandwidth|tied up)
        (don't|do not) have (the)? (time|capacity|bandwidth)
        not (this|right) (quarter|year|now|month)
        (put|place) (this|it) on hold
        (postpone|delay|defer|push back)
        not ready (yet|to)
        (talk|speak|chat|reconnect|follow up|check back|touch base|revisit) * in (a few|a couple of|two|three|four|six|several|[0-9]{1,2}) (weeks|months)
        need (some|a bit|a little)? more time
        push (this|it|that) (back|out|to)
        in (a few|a couple of|two|three|four|six|several) months
        (wait|hold off) (until|till|for now|on this)
        (not|isn't) (a|our|the)? priority
        (premature|bad time|other priorities|too much going on|a lot going on|hectic)
        (not|isn't|hardly) the (moment|time)
        (get|come|reach|circle) back to (us|me) (in|after|next|later|around|when|once)
        (later|end) (this|of the|in the|next) (year|quarter|month)
        (park|shelve|pause) (this|it)
    """,
    question="""
        how (many|much|long|often|does|do|is|are|would|can)
        what (is|are|does|do|would|happens|about|if|will|kind|exactly)
        where (is|are|do|does|can|would)
        which (of|plan|one|version|data|features?)
        when (is|does|do|would|will|can)
        (could|can|would) you (please)? (send|share|tell|confirm|explain|clarify|resend|provide|let me know)
        (does|do|is|are) (the|it|this|that|your|there|sso|support|we)
        (i'd|i would) (also)? like to (know|understand|see)
        (have|had|a few|some|one|quick|couple of) questions?
    """,
    meeting="""
        (schedule|set up|arrange|book|plan|organi[sz]e|find time for) * (call|meeting|chat|time|demo|session|minutes|slot)
        (quick|short|brief|30 minute|15 minute|half.hour) (call|chat|meeting|sync|catch.up)
        (are|would) you (be)? (free|available)
        (hop|jump|get) on a (call|zoom)
        (send|shoot) (me|us|over)? (an?|the|a calendar) (invite|invitation)
        (let's|happy to|can we|could we|shall we) (talk|meet|speak|chat|catch up|connect)
        (call|talk|meet|speak|chat) (on|next|this|tomorrow) (monday|tuesday|wednesday|thursday|friday|week|morning|afternoon)?
        see you (on)? (monday|tuesday|wednesday|thursday|friday|then|tomorrow|next)
        (monday|tuesday|wednesday|thursday|friday|tomorrow) * works
        (my|our) (calendar|diary)
        accepted this invitation
        find (a|some) time
        (does|would|do|will|is) (monday|tuesday|wednesday|thursday|friday|tomorrow|next week|this week|the afternoon|the morning) * (work|suit|ok|good|fit)~
        happy to (discuss|jump|hop|talk|meet)
        (book|grab|pick) (a|some)? (time|slot|30 minutes)
        give (me|us) a (call|ring|buzz)
        jump on (a|teams|zoom|meet|the phone)
        on (teams|zoom|google meet|the phone)
        (would|does|is|how about|what about) [0-9]{1,2}(:[0-9]{2})? ?(am|pm|o'clock)? * (suit|work|ok|good|fine)~
        (monday|tuesday|wednesday|thursday|friday|tomorrow) * (suit|suits) (you|me)
        (i'm|i am|we're|we are) (around|free|available) (on|tomorrow|monday|tuesday|wednesday|thursday|friday|this|next|after|from|in)
        (call|ring|phone) me
        (how|what) about (monday|tuesday|wednesday|thursday|friday|tomorrow|next week)
    """,
    unsubscribe="""
        unsubscribe
        (remove|take|delete) (me|us|my (address|email)|this address) (from|off)
        (stop|quit|cease) * (emailing|mailing|contacting|sending|messaging|writing)
        (don't|do not|no longer) (want|wish) * (receive|get|hear from|be contacted)
        (don't|do not) (email|contact|mail|write) (me|us)
        no more (emails?|mails?|messages)
        opt.?out
        take me off
        remove me
        (stop|no more) (spam|spamming)
        not interested in (receiving|hearing|getting)
        enough (of|with) (these|your|the|those) (e-?mails|mails|messages)
        take (my|this|our) (address|email|name) off
    """,
    wrong_person="""
        (not|isn't|am not) (the)? (right|correct|best) (person|contact|one)
        wrong person
        (no longer|not|don't) (responsible|in charge|involved|handle|deal|my area|the owner)
        (don't|do not) (handle|manage|look after|own|deal with)
        (not|isn't) my (area|responsibility|department|remit)
        (contact|reach out to|speak to|speak with|talk to|get in touch with|direct this to) * instead
        (is|are) your (contact|new contact|point of contact)
        (has|have) taken (this|it|over) from me
        (reach out to|contact|talk to|speak to|speak with|write to) * (instead|who|in (procurement|finance|purchasing|it|legal))
        (is|are) (handled|managed|looked after|taken care of|dealt with) by
        (i've|i have|have) moved to (another|a different|a new) (team|role|department|position)
        (please|kindly) (forward|direct|send|address) (this|it|these|your) * (to|request)
    """,
    left_company="""
        no longer (works?|working|employed) (here|with|at|for)
        no longer (with|at) (the (company|organi[sz]ation|firm)|us|acme)
        (has|have) left (the company|the organi[sz]ation|us|acme|our)
        left the (company|organi[sz]ation|business|firm)
        (my|his|her|their) last day
        is my last day
        (doesn't|does not) work here
        (leaving|i leave) (the company|at the end of)
        left * at the (end|beginning|start) of
        has moved on
        (isn't|is not|not|no longer) with (us|the company|the team) any.?more
        (isn't|is not) (with|at) (us|the company|acme) any ?longer
        (has|have) (resigned|retired|been let go)
    """,
)
WEAK = table(
    positive="""
        (great|perfect|excellent|wonderful|brilliant)
        (love|loves|loving) (it|the)
        happy to
        of course
        yes
        (fine|good) (with|by|for) (me|us)
    """,
    neutral="""
        (thanks|thank you)
        ok
        okay
        (will|let me) (check|see|ask)
        understood
    """,
    objection_price="""
        (expensive|pricey|costly)
        (price|pricing)
        (increase|hike)
        last year
    """,
    objection_budget="""
        budget~
        (cfo|finance)
        (money|funds)
    """,
    objection_competitor="""
        (competitor~|alternative~)
        (another|other) (vendor~|provider~|supplier~|tool)
        cheaper
    """,
    objection_timing="""
        (later|not now|not yet)
        busy
        (next (quarter|year)|q[1-4])
        (in|until) (may|june|july|august|september|october|november|december|january|february|march|april)
        right now
    """,
    question="""
        (clarify|explain|confirm)
        (wondering|curious)
    """,
    meeting="""
        (call|meeting|zoom|teams)
        (monday|tuesday|wednesday|thursday|friday) (at|morning|afternoon|[0-9])
        (free|available)
        works for me
        [0-9]{1,2} (am|pm)
    """,
)
LANGUAGE = Language(
    code="en",
    strong=STRONG,
    weak=WEAK,
    negators=words(
        "not no never without hardly don't doesn't didn't isn't aren't wasn't weren't won't can't cannot nor"
    ),
    not_only=("not only", "not just"),
    common=words(
        "the and you we is for this that with our have to of are it be on at i will please thanks not your from"
    ),
)

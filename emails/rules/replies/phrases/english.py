"""English."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (that|this|it) works for (us|me)
        works for us
        (sounds|looks) (great|good|perfect|fine)
        (happy|glad|delighted|pleased|keen) to (renew|continue|proceed|go ahead|move forward|move ahead|sign|extend)
        (we'd|we would|i'd|i would|we|i) (like|love|want) to (renew|continue|extend|proceed|stay)
        (we're|we are|i'm|i am) (in|on board|good to go|ready to sign|happy with)
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

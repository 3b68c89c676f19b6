"""Another way to reach somebody who does not answer mail. Source: Engage, "Follow-Up Rules", 7 days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from customers.enums import StakeholderRole
from customers.rules.calling import given_name
from outreach.enums import Channel


@dataclass(frozen=True)
class ChannelFacts:
    """Who does not answer, and who could help. role: theirs. executive, champion: names, "" where there is none."""

    name: str
    role: str
    executive: str = ""
    champion: str = ""


@dataclass(frozen=True)
class ChannelOption:
    """One way. reason: why it may work, or why it cannot be taken. is_possible: somebody is there to take it."""

    channel: Channel
    title: str
    reason: str
    is_possible: bool = True
    is_recommended: bool = False


PREFERENCE: Mapping[str, tuple[Channel, ...]] = {
    StakeholderRole.CHAMPION: (Channel.CALL, Channel.INTRODUCTION, Channel.NUDGE),
    StakeholderRole.USER: (Channel.CALL, Channel.NUDGE, Channel.INTRODUCTION),
    StakeholderRole.DECISION_MAKER: (Channel.NUDGE, Channel.CALL, Channel.INTRODUCTION),
    StakeholderRole.ECONOMIC_BUYER: (Channel.INTRODUCTION, Channel.NUDGE, Channel.CALL),
    StakeholderRole.EXECUTIVE_SPONSOR: (Channel.INTRODUCTION, Channel.CALL, Channel.NUDGE),
}
"""Which way is best for whom; the first that is possible is recommended."""

WHY_BEST: Mapping[tuple[str, Channel], str] = {
    (StakeholderRole.CHAMPION, Channel.CALL): "You know each other: a call is the shortest way to a champion.",
    (StakeholderRole.USER, Channel.CALL): "They work with us every day and will take a call.",
    (StakeholderRole.DECISION_MAKER, Channel.NUDGE): "The champion speaks with the decision maker anyway.",
    (StakeholderRole.ECONOMIC_BUYER, Channel.INTRODUCTION): "An economic buyer answers to a peer of their own rank.",
    (StakeholderRole.EXECUTIVE_SPONSOR, Channel.INTRODUCTION): "A sponsor expects to hear from an executive.",
}
USUAL_REASONS: Mapping[Channel, str] = {
    Channel.CALL: "Quick, and a voice is hard to overlook.",
    Channel.INTRODUCTION: "A message from {executive} shows that this matters to us.",
    Channel.NUDGE: "{champion} can bring it up in passing.",
}


def list_channels(facts: ChannelFacts) -> tuple[ChannelOption, ...]:
    """List all three ways, the recommended one first, each with its reason; one that is closed says why."""
    order = PREFERENCE.get(facts.role, PREFERENCE[StakeholderRole.USER])
    options = [_option(channel, facts) for channel in order]
    best = next(option.channel for option in options if option.is_possible)
    marked = [_marked(option, facts) if option.channel == best else option for option in options]
    return tuple(sorted(marked, key=lambda option: not option.is_recommended))


def _option(channel: Channel, facts: ChannelFacts) -> ChannelOption:
    title = {
        Channel.CALL: f"Call {facts.name}",
        Channel.INTRODUCTION: f"Have {facts.executive or 'an executive'} write to {facts.name}",
        Channel.NUDGE: f"Ask {facts.champion or 'the champion'} for a word with {facts.name}",
    }[channel]
    obstacle = _obstacle(channel, facts)
    reason = obstacle or USUAL_REASONS[channel].format(executive=facts.executive, champion=facts.champion)
    return ChannelOption(channel, title, reason, is_possible=not obstacle)


def _obstacle(channel: Channel, facts: ChannelFacts) -> str:
    if channel == Channel.INTRODUCTION and not facts.executive:
        return "The account has no executive on our side."
    if channel == Channel.NUDGE and not facts.champion:
        return "The account has no other champion who could help."
    return ""


def _marked(option: ChannelOption, facts: ChannelFacts) -> ChannelOption:
    reason = WHY_BEST.get((facts.role, option.channel), option.reason)
    return ChannelOption(option.channel, option.title, reason, is_recommended=True)


def call_script(*, name: str, role: str, sent_on: str, account: str, proof: str = "", is_renewal: bool = True) -> str:
    """Write what to say on the phone, in a few lines. sent_on: when the letter left, in words; proof: one success.

    is_renewal: else it is about an upsell introduction, which asks for nothing but a word.
    """
    first = given_name(name)
    about = f"my note of {sent_on}" if sent_on else "my note"
    if not is_renewal:
        return _ask_about_introduction(first, about, account)
    lines = [
        f"“Hello {first}, I'm calling about {about} on {account}'s renewal. Is this a good moment?”",
        f"If yes: “{proof} I would like to hear what the next term should bring for you.”" if proof else "",
        "If no: “When may I call again?” Agree on a day before you hang up.",
        f"Ask: {ASKS.get(role, ASKS[StakeholderRole.USER])}",
    ]
    return "\n".join(line for line in lines if line)


def _ask_about_introduction(first: str, about: str, account: str) -> str:
    return "\n".join(
        [
            f"“Hello {first}, I'm calling about {about} on how {account} uses us. Is this a good moment?”",
            "If yes: “I would start with what you already have. What is getting tight for you, and what is not used?”",
            "If no: “When may I call again?” Agree on a day before you hang up, and leave it if they would rather not.",
        ]
    )


ASKS: Mapping[str, str] = {
    StakeholderRole.CHAMPION: "“Who else has a say in this, and how do they see it?”",
    StakeholderRole.USER: "“Who decides on the renewal at your side?”",
    StakeholderRole.DECISION_MAKER: "“What do you need from us in order to decide?”",
    StakeholderRole.ECONOMIC_BUYER: "“What would make this easy to put through your budget?”",
    StakeholderRole.EXECUTIVE_SPONSOR: "“What should next year bring for you to call it a success?”",
}

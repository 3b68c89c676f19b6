from __future__ import annotations

from renewals.enums import Stage
from renewals.rules.stage_guide import all_guides


def test_stage_guide_has_words_for_each_of_the_ten() -> None:
    guides = all_guides()

    assert [guide.span.stage for guide in guides] == list(Stage)
    assert all(guide.purpose and guide.work and guide.done_when for guide in guides)

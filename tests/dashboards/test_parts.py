"""The pieces screens are put together from."""


def test_see_shows_a_screen(see):
    assert not see("morning", "wang", "zh", entity="1").exception

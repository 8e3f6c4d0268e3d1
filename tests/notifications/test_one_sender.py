"""One sender at a time, so that mails never keep every worker from the ticks."""

from django.core.cache import cache

from notifications import services


def test_who_finds_another_sender_at_it_leaves_at_once(monkeypatch):
    asked = []
    monkeypatch.setattr(services, "send_due", lambda **given: asked.append(given) or 0)
    cache.add(services.SENDING, 1, timeout=30)
    try:
        assert services.send_all(now=None) == 0
        assert asked == []
    finally:
        cache.delete(services.SENDING)
    services.send_all(now=None)
    assert len(asked) == 1


def test_the_place_is_free_again_even_after_a_failure(monkeypatch):
    def failing(**given):
        raise RuntimeError

    monkeypatch.setattr(services, "send_due", failing)
    for _attempt in range(2):
        try:
            services.send_all(now=None)
        except RuntimeError:
            pass
        else:
            raise AssertionError("it went unnoticed")
    assert cache.add(services.SENDING, 1, timeout=30)
    cache.delete(services.SENDING)

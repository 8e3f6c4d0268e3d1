def test_cast(cast):
    assert cast.northwind.pk

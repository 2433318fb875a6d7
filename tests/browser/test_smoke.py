def test_home(page, live_server, db, complaints):
    page.goto(live_server.url)
    assert page.locator("h1").count() == 1
    assert complaints == []

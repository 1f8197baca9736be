"""The consumer on a real broker and database: outcomes, duplicates, batches."""

from service_kit.testing.events import arrived


async def test_a_message_is_handled_once_and_its_event_goes_out(pipeline, make_activated):
    pipeline.consume()
    pipeline.relay()
    await pipeline.send(make_activated())
    await pipeline.notes(1)
    await pipeline.until_depth("events.unrouted", 1)
    await pipeline.until_depth(pipeline.names.inbox, 0)
    await pipeline.until_count("outbox", 0, "sent_at IS NULL")


async def test_the_same_event_delivered_three_times_has_one_effect(pipeline, make_activated):
    event = arrived(make_activated())
    await pipeline.send(event, event, event)
    pipeline.consume()
    await pipeline.notes(1)
    await pipeline.send(event)
    await pipeline.until_depth(pipeline.names.inbox, 0)
    await pipeline.finish()
    assert await pipeline.count("note") == 1
    assert await pipeline.count("outbox") == 1


async def test_a_poison_message_dies_alone_and_the_good_ones_pass(pipeline, make_activated):
    events = [arrived(make_activated()) for _ in range(50)]
    events[25:25] = [arrived(make_activated("poison"))]
    await pipeline.send(*events)
    pipeline.consume()
    await pipeline.notes(50)
    await pipeline.until_depth(pipeline.names.dead, 1)
    dead = await pipeline.get(pipeline.names.dead)
    assert dead.headers["x-handler"] == "on_account_activated"
    assert dead.headers["x-attempts"] == 2
    assert "RuntimeError" in dead.headers["x-reason"]
    assert "always fails" not in dead.headers["x-reason"]
    assert await pipeline.count("running") == 0


async def test_a_rejected_message_keeps_its_answer_and_becomes_a_dead_letter(pipeline, make_activated):
    await pipeline.send(make_activated("reject"), make_activated())
    pipeline.consume()
    await pipeline.notes(2)
    await pipeline.until_depth(pipeline.names.dead, 1)
    assert (await pipeline.get(pipeline.names.dead)).headers["x-reason"] == "not wanted"
    assert await pipeline.count("inbox", "rejection IS NOT NULL") == 1


async def test_a_retried_message_leaves_nothing_behind_until_it_is_done(pipeline, make_activated):
    await pipeline.send(make_activated("retry"), make_activated())
    pipeline.consume()
    await pipeline.notes(1)
    await pipeline.until_depth(pipeline.names.delay("5s"), 1)
    assert await pipeline.count("inbox") == 1


async def test_malformed_messages_die_with_a_reason_that_repeats_no_value(pipeline, make_activated):
    body = arrived(make_activated("ann.secret")).model_dump_json().replace('"user_name":"ann.secret"', '"user_name":7')
    await pipeline.send(b"no json", body.encode(), make_activated())
    pipeline.consume()
    await pipeline.notes(1)
    await pipeline.until_depth(pipeline.names.dead, 2)
    reasons = {(await pipeline.get(pipeline.names.dead)).headers["x-reason"] for _ in range(2)}
    assert any("data.user_name" in reason for reason in reasons)
    assert all(reason.startswith("malformed: ") for reason in reasons)


async def test_an_unknown_version_is_tried_again_later_then_parked(pipeline, make_activated):
    body = arrived(make_activated()).model_dump_json().replace("activated.v1", "activated.v9").encode()
    await pipeline.send(body)
    pipeline.consume()
    await pipeline.until_depth(pipeline.names.delay("15min"), 1)
    waiting = await pipeline.get(pipeline.names.delay("15min"))
    old = {**waiting.headers, "x-unknown-since": waiting.headers["x-unknown-since"] - 90_000}
    await pipeline.publisher.publish(pipeline.names.retry, "inbox", waiting.body, type="test", headers=old)
    await pipeline.until_depth(pipeline.names.parked, 1)

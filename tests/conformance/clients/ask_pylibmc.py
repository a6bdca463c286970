"""Everything that pylibmc can ask, in the text and in the binary protocol."""

import sys
import time

import pylibmc
import pylibmc.test

from checks import batches, check, check_that, done, raises, value_of


def main():
    host, port, spilled_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    user, password = (sys.argv[4:6] + [None, None])[:2]
    for binary in [True] if user else [False, True]:
        client = pylibmc.Client(
            ["%s:%d" % (host, port)],
            binary=binary,
            username=user,
            password=password,
            behaviors={"cas": True, "tcp_nodelay": True},
        )
        check("flush_all", client.flush_all(), True)
        ask_everything(client, "pylibmc-%d" % binary, spilled_bytes)
        pools(client, "pylibmc-%d" % binary)
        quiet(client, "pylibmc-%d" % binary)
        check("flush_all", client.flush_all(), True)
        check("a flushed item", client.get("pylibmc-%d.number" % binary), None)
        client.disconnect_all()
    if not user:
        # All that the package has of pylibmc's own tests: whether this is a server to test with.
        own = pylibmc.test.make_test_client(env={}, host=host, port=port)
        check("what pylibmc's tests begin with", own.set("pylibmc", 1), True)
    done()


def ask_everything(client, name, spilled_bytes):
    def key(word):
        return name + "." + word

    kinds = {
        "text": "words: \u00e4\u20ac",
        "bytes": bytes(range(256)) * 5,
        "whole": -12345678901234567890,
        "fraction": 2.5,
        "yes": True,
        "list": [1, "two", {"three": 3}],
    }
    for word, value in kinds.items():
        check("set " + word, client.set(key(word), value), True)
    numbers = ["number", "other"]
    for word in numbers + ["joined", "claimed", "gone", "brief", "kept", "first", "second"]:
        check("set " + word, client.set(key(word), "10" if word in numbers else "abc"), True)
    check("a packed value", client.set(key("packed"), "p" * 9000, min_compress_len=100), True)

    for keys in batches(name, spilled_bytes):
        check("add_multi", client.add_multi({k: value_of(k) for k in keys}), [])

    for word, value in kinds.items():
        check("get " + word, client.get(key(word)), value)
    check("get_multi", client.get_multi(list(kinds), key_prefix=name + "."), kinds)
    check("a packed value", client.get(key("packed")), "p" * 9000)
    check("a miss", client.get(key("missing")), None)
    check("a miss that has a default", client.get(key("missing"), 7), 7)
    check("in", key("text") in client, True)
    check("not in", key("missing") in client, False)

    check("add to an item", client.add(key("text"), "x"), False)
    check("add", client.add(key("new"), "x"), True)
    check("replace nothing", stores(client.replace, key("missing"), "x"), False)
    check("replace", client.replace(key("first"), "replaced"), True)
    check("what was replaced", client.get(key("first")), "replaced")
    check("append", client.append(key("joined"), "def"), True)
    check("prepend", client.prepend(key("joined"), "_"), True)
    check("what was joined", client.get(key("joined")), "_abcdef")
    check("append to nothing", stores(client.append, key("missing"), "x"), False)

    value, cas = client.gets(key("claimed"))
    check("gets", value, "abc")
    check("gets of nothing", client.gets(key("missing")), (None, None))
    check("cas", client.cas(key("claimed"), "changed", cas), True)
    check("cas that comes late", client.cas(key("claimed"), "again", cas), False)
    check("what was claimed", client.get(key("claimed")), "changed")
    raises("cas of nothing", pylibmc.NotFound, client.cas, key("missing"), "x", cas)

    check("set a number", client.set(key("number"), 10), True)
    check("set another", client.set(key("other"), 5), True)
    check("incr", client.incr(key("number")), 11)
    check("incr by", client.incr(key("number"), 100), 111)
    check("decr by", client.decr(key("number"), 11), 100)
    check("decr ends at 0", client.decr(key("other"), 9), 0)
    raises("incr of nothing", pylibmc.NotFound, client.incr, key("missing"))
    client.incr_multi(["number", "other"], key_prefix=name + ".", delta=3)
    check("incr_multi", client.get_multi([key("number"), key("other")]), {
        key("number"): 103,
        key("other"): 3,
    })

    check("touch", client.touch(key("brief"), 1000), True)
    check("touch nothing", client.touch(key("missing"), 1000), False)
    check("touch until long ago", client.touch(key("brief"), int(time.time()) - 1), True)
    check("what has expired", client.get(key("brief")), None)
    check("delete", client.delete(key("gone")), True)
    check("delete again", client.delete(key("gone")), False)
    check("what is deleted", client.get(key("gone")), None)
    check("delete_multi", client.delete_multi(["first", "second"], key_prefix=name + "."), True)
    check("what is deleted", client.get_multi([key("first"), key("second")]), {})
    check("set_multi", client.set_multi({"m1": "1", "m2": "2"}, key_prefix=name + "."), [])
    check("what was set", client.get_multi(["m1", "m2"], key_prefix=name + "."), {
        "m1": "1",
        "m2": "2",
    })
    raises("too large", pylibmc.Error, client.set, key("large"), b"x" * (2 << 20))
    check("what was left alone", client.get(key("kept")), "abc")

    [(_, stats)] = client.get_stats()
    check_that("stats", int(stats[b"curr_items" if b"curr_items" in stats else "curr_items"]) > 0)
    [(_, settings)] = client.get_stats("settings")
    check_that("stats settings", len(settings) > 10)

    for keys in batches(name, spilled_bytes):
        check("values read back", client.get_multi(keys), {k: value_of(k) for k in keys})
    for keys in batches(name, spilled_bytes // 20):
        for one in keys:
            check("a value by itself", client.get(one), value_of(one))


def stores(function, key, value):
    """In the binary protocol an item that is missing is told from one that is not as wanted."""
    try:
        return function(key, value)
    except pylibmc.NotFound:
        return False


def pools(client, name):
    pool = pylibmc.ClientPool(client, 3)
    with pool.reserve() as one, pool.reserve() as other:
        check("a pool sets", one.set(name + ".pooled", "x"), True)
        check("a pool gets", other.get(name + ".pooled"), "x")
    mapped = pylibmc.ThreadMappedPool(client)
    with mapped.reserve() as one:
        check("a thread's client", one.get(name + ".pooled"), "x")
    mapped.relinquish()


def quiet(client, name):
    """Without waiting for each answer."""
    other = client.clone()
    other.behaviors = {"no_block": True, "_noreply": True, "cas": False}
    for i in range(500):
        other.set("%s.quiet.%d" % (name, i), str(i))
    check("after quiet sets", other.get(name + ".quiet.499"), "499")
    keys = ["%s.quiet.%d" % (name, i) for i in range(500)]
    check("all of them", client.get_multi(keys), {k: k.split(".")[-1] for k in keys})


main()

"""Everything that pymemcache can ask, with each of its clients.

A fourth argument is a Unix socket to ask instead of the port; a fifth one the certificate of an
authority, and TLS is spoken.
"""

import functools
import ssl
import sys
import time

from pymemcache.client.base import Client, PooledClient
from pymemcache.client.hash import HashClient
from pymemcache.client.retrying import RetryingClient
from pymemcache.exceptions import MemcacheClientError, MemcacheServerError
from pymemcache.serde import pickle_serde

from checks import batches, check, check_that, done, raises, value_of


def main():
    host, port, spilled_bytes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    path, authority = (sys.argv[4:6] + ["", ""])[:2]
    server = path or (host, port)
    options = {"default_noreply": False, "timeout": 30, "allow_unicode_keys": True}
    if authority:
        options["tls_context"] = ssl.create_default_context(cafile=authority)
    clients = [
        ("Client", Client(server, **options)),
        ("PooledClient", PooledClient(server, max_pool_size=3, **options)),
        ("RetryingClient", RetryingClient(Client(server, **options), attempts=2)),
    ]
    if not path:
        # It knows servers by host and port only.
        clients.append(("HashClient", HashClient([server], **options)))
    for name, client in clients:
        check("flush_all", client.flush_all(), True if name != "HashClient" else None)
        ask_everything(client, name, spilled_bytes)
        client.close()
    objects(Client(server, serde=pickle_serde, key_prefix=b"prefixed.", **options))
    without_answers(Client(server, **dict(options, default_noreply=True)))
    only_the_first_can(Client(server, **options))
    done()


def ask_everything(client, name, spilled_bytes):
    def key(word):
        return "%s.%s" % (name, word)

    for word in ["kept", "joined", "claimed", "gone", "brief", "first", "second", "\u00e4\u20ac"]:
        check("set " + word, client.set(key(word), b"abc"), True)
    everything = bytes(range(256)) * 5
    check("set bytes", client.set(key("bytes"), everything, flags=77), True)
    check("set_many", client.set_many({key("number"): b"10", key("other"): b"5"}), [])

    for keys in batches(name, spilled_bytes):
        for one in keys:
            client.add(one, value_of(one), noreply=True)

    check("get", client.get(key("kept")), b"abc")
    check("get bytes", client.get(key("bytes")), everything)
    check("a miss", client.get(key("missing")), None)
    check("a miss that has a default", client.get(key("missing"), "no"), "no")
    check("get_many", client.get_many([key("kept"), key("missing"), key("\u00e4\u20ac")]), {
        key("kept"): b"abc",
        key("\u00e4\u20ac"): b"abc",
    })
    check("get_many of nothing", client.get_many([]), {})

    check("add to an item", client.add(key("kept"), b"x"), False)
    check("add", client.add(key("new"), b"x"), True)
    check("replace nothing", client.replace(key("missing"), b"x"), False)
    check("replace", client.replace(key("first"), b"replaced"), True)
    check("what was replaced", client.get(key("first")), b"replaced")
    check("append", client.append(key("joined"), b"def"), True)
    check("prepend", client.prepend(key("joined"), b"_"), True)
    check("what was joined", client.get(key("joined")), b"_abcdef")
    check("append to nothing", client.append(key("missing"), b"x"), False)
    check("prepend to nothing", client.prepend(key("missing"), b"x"), False)

    value, cas = client.gets(key("claimed"))
    check("gets", value, b"abc")
    check("gets of nothing", client.gets(key("missing")), (None, None))
    check("cas", client.cas(key("claimed"), b"changed", cas), True)
    check("cas that comes late", client.cas(key("claimed"), b"again", cas), False)
    check("cas of nothing", client.cas(key("missing"), b"x", cas), None)
    many = client.gets_many([key("claimed"), key("bytes")])
    check("gets_many", {k: v[0] for k, v in many.items()}, {
        key("claimed"): b"changed",
        key("bytes"): everything,
    })
    check("cas after gets_many", client.cas(key("bytes"), b"b", many[key("bytes")][1]), True)

    check("incr", client.incr(key("number"), 101), 111)
    check("decr", client.decr(key("number"), 11), 100)
    check("decr ends at 0", client.decr(key("other"), 9), 0)
    check("incr of nothing", client.incr(key("missing"), 1), None)
    check("decr of nothing", client.decr(key("missing"), 1), None)
    raises("incr of text", MemcacheClientError, client.incr, key("kept"), 1)

    check("touch", client.touch(key("brief"), 1000), True)
    check("touch nothing", client.touch(key("missing"), 1000), False)
    check("touch until now", client.touch(key("brief"), -1), True)
    check("what has expired", client.get(key("brief")), None)
    check("delete", client.delete(key("gone")), True)
    check("delete again", client.delete(key("gone")), False)
    check("what is deleted", client.get(key("gone")), None)
    check("delete_many", client.delete_many([key("first"), key("second")]), True)
    check("what is deleted", client.get_many([key("first"), key("second")]), {})
    raises("too large", MemcacheServerError, client.set, key("kept"), b"x" * (2 << 20))
    check("a failed set leaves no old value", client.get(key("kept")), None)
    check("it goes on", client.set(key("kept"), b"again"), True)

    for keys in batches(name, spilled_bytes):
        expected = {k: value_of(k) for k in keys}
        check("values read back", client.get_many(keys), expected)
    for keys in batches(name, spilled_bytes // 20):
        for one in keys:
            check("a value by itself", client.get(one), value_of(one))


def only_the_first_can(client):
    check_that("version", len(client.version()) > 0)
    stats = client.stats()
    check_that("stats", stats[b"curr_items"] > 0)
    check_that("stats settings", client.stats("settings")[b"maxbytes"] > 0)
    check_that("stats items", isinstance(client.stats("items"), dict))
    check_that("stats slabs", isinstance(client.stats("slabs"), dict))
    client["item"] = b"1"
    check("by index", client["item"], b"1")
    del client["item"]
    raises("by index, gone", KeyError, client.__getitem__, "item")
    # Servers of different kinds refuse this with different words.
    raises("shutdown", Exception, functools.partial(client.shutdown, graceful=True))
    other = client
    other.close()
    check("a new connection", other.set("item", b"2"), True)
    check("flush_all in a while", other.flush_all(delay=1), True)
    deadline = time.time() + 10
    while other.get("item") is not None and time.time() < deadline:
        time.sleep(0.05)
    check("by now", other.get("item"), None)
    other.quit()


def objects(client):
    value = {"list": [1, 2.5, "\u00e4"], "bytes": b"\0\r\n"}
    check("set an object", client.set("object", value), True)
    check("get an object", client.get("object"), value)
    check("set a number", client.set("whole", 41), True)
    check("incr a number", client.incr("whole", 1), 42)
    client.key_prefix = b""
    check("with its prefix", client.get("prefixed.object"), value)
    client.close()


def without_answers(client):
    client.set("quiet", b"b")
    client.append("quiet", b"c")
    client.prepend("quiet", b"a")
    client.add("quiet", b"x")
    client.replace("quiet-missing", b"x")
    client.touch("quiet", 100)
    check("after quiet commands", client.get("quiet"), b"abc")
    client.set("quiet", b"1")
    client.incr("quiet", 5, noreply=True)
    client.decr("quiet", 2, noreply=True)
    check("a quiet number", client.get("quiet"), b"4")
    client.set_many({"quiet.%d" % i: b"%d" % i for i in range(300)})
    check("quiet set_many", len(client.get_many(["quiet.%d" % i for i in range(300)])), 300)
    client.delete_many(["quiet.%d" % i for i in range(300)])
    client.delete("quiet")
    check("after quiet deletes", client.get_many(["quiet", "quiet.0", "quiet.299"]), {})
    client.flush_all()
    client.quit()


main()

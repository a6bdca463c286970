"""What the scripts beside this one have in common.

Each is called with the host and the port of a server and with a number of bytes. It stores a few
items; then, unless the number is 0, values of so many bytes altogether, more than the server has
RAM for, so that the items are on flash when everything is asked about them that the client can
ask. In the end the values are read back and compared. The last line printed counts the checks.

What is stored in large numbers is added, not set: once in some 19,000 times a set of a new key
costs another key its place on flash.
"""

import sys

VALUE_BYTES = 4096
BATCH = 50

_made = 0


def check(what, got, expected):
    """Ends the script unless the two are equal."""
    global _made
    if got != expected:
        sys.exit("%s: expected %r, got %r" % (what, shown(expected), shown(got)))
    _made += 1


def check_that(what, holds):
    check(what, bool(holds), True)


def shown(value):
    text = repr(value)
    return text if len(text) < 300 else text[:300] + "..."


def raises(what, error, function, *arguments):
    """Ends the script unless the call is refused with this error; returns the error."""
    try:
        result = function(*arguments)
    except error as e:
        check(what, True, True)
        return e
    sys.exit("%s: was not refused but answered with %s" % (what, shown(result)))


def value_of(key):
    """A value that shows whose it is."""
    return (key.encode() + b".") * (VALUE_BYTES // (len(key) + 1))


def batches(prefix, total_bytes):
    """Keys whose values take so many bytes together, some at a time."""
    count = total_bytes // VALUE_BYTES
    for start in range(0, count, BATCH):
        yield ["%s.spilled.%d" % (prefix, i) for i in range(start, min(count, start + BATCH))]


def done():
    print("checked %d" % _made)

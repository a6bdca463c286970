// Everything that the client `memcached` of npm can ask; called as the scripts in Python are.

'use strict';

const assert = require('node:assert/strict');
const { promisify } = require('node:util');
const Memcached = require('memcached');

const [host, port, spilledText] = process.argv.slice(2);
const spilledBytes = Number(spilledText);
const VALUE_BYTES = 4096;
const BATCH = 50;
let made = 0;

function check(what, got, expected) {
  assert.deepEqual(got, expected, `${what}: expected ${shown(expected)}, got ${shown(got)}`);
  made += 1;
}

function shown(value) {
  return String(JSON.stringify(value)).slice(0, 300);
}

async function refused(what, promise, pattern) {
  await assert.rejects(promise, (error) => pattern.test(String(error.message ?? error)), what);
  made += 1;
}

function valueOf(key) {
  return `${key}.`.repeat(Math.floor(VALUE_BYTES / (key.length + 1)));
}

function* batches(totalBytes) {
  const count = Math.floor(totalBytes / VALUE_BYTES);
  for (let start = 0; start < count; start += BATCH) {
    const end = Math.min(count, start + BATCH);
    yield Array.from({ length: end - start }, (_, i) => `node.spilled.${start + i}`);
  }
}

async function main() {
  const client = new Memcached(`${host}:${port}`, { poolSize: 4, timeout: 30000, retries: 0 });
  const ask = {};
  for (const name of [
    'set', 'get', 'gets', 'getMulti', 'add', 'replace', 'append', 'prepend', 'cas', 'incr', 'decr',
    'del', 'touch', 'version', 'flush', 'stats', 'settings', 'slabs', 'items',
  ]) {
    ask[name] = promisify(client[name]).bind(client);
  }

  check('flush', (await ask.flush()).length, 1);
  const bytes = Buffer.from(Array.from({ length: 1280 }, (_, i) => i % 256));
  const object = { list: [1, 'two', { three: 'ä€' }] };
  for (const word of ['kept', 'joined', 'claimed', 'gone', 'brief', 'first']) {
    check(`set ${word}`, await ask.set(word, 'abc', 0), true);
  }
  check('set bytes', await ask.set('bytes', bytes, 1000), true);
  check('set an object', await ask.set('object', object, 1000), true);
  check('set a number', await ask.set('number', 10, 0), true);
  check('set another', await ask.set('other', '5', 0), true);

  for (const keys of batches(spilledBytes)) {
    const stored = await Promise.all(keys.map((key) => ask.add(key, valueOf(key), 0)));
    check('values stored', stored, keys.map(() => true));
  }

  check('get', await ask.get('kept'), 'abc');
  check('get bytes', await ask.get('bytes'), bytes);
  check('get an object', await ask.get('object'), object);
  check('get a number', await ask.get('number'), 10);
  check('a miss', await ask.get('missing'), undefined);
  check('getMulti', await ask.getMulti(['kept', 'missing', 'object']), { kept: 'abc', object });

  await refused('add to an item', ask.add('kept', 'x', 0), /not stored/);
  check('add', await ask.add('new', 'x', 0), true);
  await refused('replace nothing', ask.replace('missing', 'x', 0), /not stored/);
  check('replace', await ask.replace('first', 'replaced', 0), true);
  check('what was replaced', await ask.get('first'), 'replaced');
  check('append', await ask.append('joined', 'def'), true);
  check('prepend', await ask.prepend('joined', '_'), true);
  check('what was joined', await ask.get('joined'), '_abcdef');
  await refused('append to nothing', ask.append('missing', 'x'), /not stored/);

  const claimed = await ask.gets('claimed');
  check('gets', claimed.claimed, 'abc');
  check('cas', await ask.cas('claimed', 'changed', claimed.cas, 0), true);
  check('cas that comes late', await ask.cas('claimed', 'again', claimed.cas, 0), false);
  check('what was claimed', await ask.get('claimed'), 'changed');

  check('incr', await ask.incr('number', 101), 111);
  check('decr', await ask.decr('number', 11), 100);
  check('decr ends at 0', await ask.decr('other', 9), 0);
  check('incr of nothing', await ask.incr('missing', 1), false);
  await refused('incr of text', ask.incr('kept', 1), /non-numeric/);

  check('touch', await ask.touch('brief', 1000), true);
  check('touch nothing', await ask.touch('missing', 1000), false);
  check('touch until now', await ask.touch('brief', -1), true);
  check('what has expired', await ask.get('brief'), undefined);
  check('del', await ask.del('gone'), true);
  check('del again', await ask.del('gone'), false);
  check('what is deleted', await ask.get('gone'), undefined);

  const [version] = await ask.version();
  check('version', typeof version.version, 'string');
  const [stats] = await ask.stats();
  check('stats', Number(stats.curr_items) > 0, true);
  const [settings] = await ask.settings();
  check('stats settings', Number(settings.maxbytes) > 0, true);
  check('stats items', (await ask.items()).length, 1);
  check('stats slabs', (await ask.slabs()).length, 1);

  // Many at once, over several connections. (Added, not set: a set may cost another key its place.)
  const many = Array.from({ length: 500 }, (_, i) => `many.${i}`);
  await Promise.all(many.map((key) => ask.add(key, key, 0)));
  check('many', await ask.getMulti(many), Object.fromEntries(many.map((key) => [key, key])));

  for (const keys of batches(spilledBytes)) {
    const expected = Object.fromEntries(keys.map((key) => [key, valueOf(key)]));
    check('values read back', await ask.getMulti(keys), expected);
  }
  for (const keys of batches(spilledBytes / 20)) {
    const values = await Promise.all(keys.map((key) => ask.get(key)));
    check('values by themselves', values, keys.map(valueOf));
  }
  check('flush', (await ask.flush()).length, 1);
  check('after a flush', await ask.getMulti(['kept', 'object']), {});
  client.end();
  console.log(`checked ${made}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

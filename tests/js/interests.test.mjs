import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { enlist, keyOf, pieces, recalled } from '../../static/js/interests.js';
import { LIMITS } from '../../static/js/wire.js';

/** @type {{name: string, frame: string, valid: boolean, means?: {interests?: string[]}}[]} */
const vectors = JSON.parse(readFileSync(new URL('../vectors/client_frames.json', import.meta.url), 'utf8'));
const lists = vectors.flatMap(({ name, frame, valid, means }) => {
  if (!frame.startsWith('{"type":"find","interests":[')) return [];
  const { interests } = JSON.parse(frame);
  return interests.every((/** @type {unknown} */ each) => typeof each === 'string')
    ? [{ name, interests, taken: valid ? means?.interests ?? [] : null }] : [];
});

/**
 * @param {readonly string[]} texts
 * @param {readonly string[]} [known]
 */
const take = (texts, known = []) => enlist(known, texts, LIMITS);

test('interests are read as the service reads them', () => {
  assert.ok(lists.length >= 8);
  for (const { name, interests, taken } of lists) {
    const read = take(interests).interests;
    if (taken !== null) assert.deepEqual(read, taken, name);
    else assert.notDeepEqual(read, interests, `${name}: it would be refused`);
    assert.deepEqual(take(read).interests, read, `${name}: what is kept is good`);
  }
});

test('an interest has 1 to 32 characters, counted as the service counts them', () => {
  assert.deepEqual(take(['😀'.repeat(32)]).interests, ['😀'.repeat(32)]);
  const long = '😀'.repeat(33);
  assert.deepEqual(take([long]), { interests: [], left: [long], fault: { why: 'long', text: long } });
  assert.deepEqual(take(['', ' \t\u3000']), { interests: [], left: [], fault: null });
});

test('ten is the most, and the eleventh is left to be mended', () => {
  const ten = Array.from({ length: 10 }, (_, at) => `word ${at}`);
  assert.equal(take(ten).fault, null);
  const full = { interests: ten, left: ['one more'], fault: { why: 'full', text: 'one more' } };
  assert.deepEqual(take(['one more'], ten), full);
  assert.equal(take(['WORD  3'], ten).fault?.why, 'twice', 'what is there already is not too much');
});

test('what is there already counts once, however it is spelled', () => {
  assert.deepEqual(take([' board\u00a0 GAMES '], ['Board Games']), {
    interests: ['Board Games'], left: [], fault: { why: 'twice', text: 'board\u00a0 GAMES' },
  });
  assert.equal(keyOf(' Board \t GAMES'), 'board games');
});

test('the first fault is told, and all that is good is taken', () => {
  const { interests, left, fault } = take(['jazz', 'x'.repeat(33), 'JAZZ', 'chess', 'y'.repeat(40)]);
  assert.deepEqual(interests, ['jazz', 'chess']);
  assert.deepEqual(left, ['x'.repeat(33), 'y'.repeat(40)]);
  assert.equal(fault?.why, 'long');
});

test('nothing that cannot be sent becomes an interest', () => {
  assert.deepEqual(take(['a\u0000b', 'c\ud800d', '\ufefftea']).interests.map((each) => each.replace('\ufeff', '')),
    ['a b', 'c d', 'tea']);
});

test('a list is parted at the commas of several scripts and at line breaks', () => {
  assert.deepEqual(pieces('a, b،c、d，e\nf'), ['a', ' b', 'c', 'd', 'e', 'f']);
});

test('what an earlier visit kept is used as far as it is good', () => {
  const eleven = Array.from({ length: 11 }, (_, at) => `word ${at}`);
  /** @type {[string | null, string[]][]} */
  const kept = [
    [null, []], ['', []], ['{', []], ['{"0":"jazz"}', []], ['"jazz"', []], ['null', []],
    ['[1,null,["a"],"jazz"]', ['jazz']],
    [JSON.stringify(eleven), eleven.slice(0, 10)], [JSON.stringify(['x'.repeat(33), ' jazz ', 'Jazz']), ['jazz']],
  ];
  for (const [text, interests] of kept) assert.deepEqual(recalled(text, LIMITS), interests, String(text));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DISMISSED_MAX } from '../../static/js/announcements.js';
import { show } from '../../static/js/screen.js';
import { Page } from './play.mjs';

/** @typedef {import('../../static/js/state.js').Announcement} Announcement */

/**
 * @param {string} id
 * @param {Partial<Announcement>} [rest]
 * @returns {import('../../static/js/state.js').Event}
 */
const announced = (id, rest) => ({
  type: 'announced', announcement: { id, severity: 'info', text: `text of ${id}`, until: null, ...rest },
});

/** @param {Page} page */
const shown = (page) => show(page.state).announcements.map(({ id }) => id);

/** @param {Page} page */
const remembered = (page) => page.effects.flatMap((effect) => (effect.do === 'remember' ? [effect] : []));

test('what matters most comes first, and the newest of it', () => {
  const page = Page.booted();
  page.do(announced('1')).do(announced('2', { severity: 'warning' })).do(announced('3', { severity: 'critical' }));
  page.do(announced('4')).do(announced('5', { severity: 'warning' })).do(announced('6', { severity: 'critical' }));
  assert.deepEqual(shown(page), ['6', '3', '5', '2', '4', '1']);
});

test('one that is told again is shown once, where it was', () => {
  const page = Page.booted().do(announced('1')).do(announced('2')).do(announced('1', { text: 'mended' }));
  assert.deepEqual(shown(page), ['2', '1']);
  assert.equal(show(page.state).announcements[1]?.text, 'mended');
});

test('what is taken back or no longer in force goes', () => {
  const page = Page.booted().do(announced('1')).do(announced('2')).do(announced('3'));
  assert.deepEqual(shown(page.do({ type: 'retracted', id: '2' })), ['3', '1']);
  assert.deepEqual(shown(page.do({ type: 'inForce', ids: ['1'] })), ['1']);
});

test('one that was hidden stays hidden, on the next visit as well', () => {
  const page = Page.booted().do(announced('1')).do(announced('2')).do({ type: 'dismiss', id: '1' });
  assert.deepEqual(shown(page), ['2']);
  const [kept] = remembered(page);
  assert.deepEqual(kept, { do: 'remember', key: 'dismissed', value: '["1"]' });
  assert.deepEqual(shown(page.do({ type: 'inForce', ids: ['1', '2'] }).do(announced('1'))), ['2']);
  const later = Page.booted({ dismissed: kept?.value ?? null }).do(announced('1')).do(announced('2'));
  assert.deepEqual(shown(later), ['2']);
});

test('what another tab hides is hidden here, and nothing is written again', () => {
  const page = Page.booted().do(announced('1')).do(announced('2')).do({ type: 'dismiss', id: '1' });
  page.do({ type: 'dismissed', value: '["2"]' });
  assert.deepEqual(shown(page), []);
  assert.deepEqual(page.effects, []);
  assert.deepEqual(page.state.dismissed, ['1', '2']);
});

test('what was kept and does not read as expected is as nothing', () => {
  for (const dismissed of ['', 'null', '{"1":2}', '[1]', '["1",""]']) {
    assert.deepEqual(Page.booted({ dismissed }).state.dismissed, [], dismissed);
  }
});

test('only the newest ids are kept, and what is still in force longer than what is gone', () => {
  const page = Page.booted().do(announced('first'));
  page.do({ type: 'dismiss', id: 'first' });
  for (let n = 1; n <= DISMISSED_MAX + 3; n += 1) {
    page.do(announced(`${n}`)).do({ type: 'dismiss', id: `${n}` }).do({ type: 'retracted', id: `${n}` });
  }
  const { dismissed } = page.state;
  assert.equal(dismissed.length, DISMISSED_MAX);
  assert.deepEqual([dismissed[0], dismissed[1], dismissed.at(-1)], ['first', '5', `${DISMISSED_MAX + 3}`]);
  assert.deepEqual(shown(page), []);
});

test('a service that has too many in force does not fill the storage', () => {
  const page = Page.booted();
  for (let n = 1; n <= DISMISSED_MAX + 5; n += 1) page.do(announced(`${n}`)).do({ type: 'dismiss', id: `${n}` });
  assert.equal(page.state.dismissed.length, DISMISSED_MAX);
});

test('one that runs out goes by itself, and the next is waited for', () => {
  const page = Page.booted().do(announced('1', { until: 2_000 }));
  assert.deepEqual(page.effects, [{ do: 'clock', at: 2_000 }]);
  page.do(announced('2', { until: 1_000 })).do(announced('3'));
  assert.deepEqual(page.effects, [{ do: 'clock', at: 1_000 }]);
  assert.deepEqual(shown(page.do({ type: 'clock', now: 999 })), ['3', '2', '1']);
  assert.deepEqual(page.effects, [{ do: 'clock', at: 1_000 }]);
  assert.deepEqual(shown(page.do({ type: 'clock', now: 1_000 })), ['3', '1']);
  assert.deepEqual(page.effects, [{ do: 'clock', at: 2_000 }]);
  assert.deepEqual(shown(page.do({ type: 'retracted', id: '1' })), ['3']);
  assert.deepEqual(page.effects, [{ do: 'clock', at: null }]);
});

const COUNTS = Object.freeze({ online: 12, waiting: 1, chatting: 10 });
const SILENT = Object.freeze(/** @type {const} */ ({ type: 'counts', counts: null }));
const SPEAKS = Object.freeze(/** @type {const} */ ({ type: 'counts', counts: COUNTS }));

test('while the stream speaks, a clock that runs ahead hides nothing', () => {
  const page = Page.booted().do(SPEAKS).do(announced('1', { until: 1_000 }));
  assert.deepEqual(page.effects, [{ do: 'clock', at: null }]);
  assert.deepEqual(shown(page.do({ type: 'clock', now: 5_000 })), ['1']);
  assert.deepEqual(page.effects, []);
  assert.deepEqual(shown(page.do({ type: 'retracted', id: '1' })), []);
});

test('what came before the first count is on show as soon as the stream proves to speak', () => {
  const page = Page.booted().do(announced('1', { until: 1_000 })).do({ type: 'clock', now: 5_000 });
  assert.deepEqual(shown(page), []);
  assert.deepEqual(page.effects, [{ do: 'clock', at: null }], 'it is not asked for again and again');
  assert.deepEqual(shown(page.do(SPEAKS)), ['1']);
});

test('where the stream is interrupted, what runs out goes, and comes back with a service that knows better', () => {
  const page = Page.booted().do(SPEAKS).do(announced('1', { until: 1_000 })).do(announced('2', { until: 9_000 }));
  page.do({ ...SPEAKS, counts: { ...COUNTS, online: 11 } });
  assert.deepEqual(page.effects, [], 'a count is nothing to set a clock by');
  page.do(SILENT);
  assert.deepEqual(page.effects, [{ do: 'clock', at: 1_000 }]);
  page.do({ type: 'clock', now: 5_000 });
  assert.deepEqual([shown(page), page.effects], [['2'], [{ do: 'clock', at: 9_000 }]]);
  page.do(SPEAKS);
  assert.deepEqual([shown(page), page.effects], [['2', '1'], [{ do: 'clock', at: null }]]);
});

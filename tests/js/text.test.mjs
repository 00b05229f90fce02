import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { countChars, isBlank, textFault, tidy } from '../../static/js/text.js';

/** @type {{name: string, text?: string, repeat?: {text: string, times: number}, ok: boolean, code: string | null}[]} */
const vectors = JSON.parse(readFileSync(new URL('../vectors/text.json', import.meta.url), 'utf8'));

for (const { name, text, repeat, ok, code } of vectors) {
  test(`the rule for texts: ${name}`, () => {
    const whole = repeat ? repeat.text.repeat(repeat.times) : text ?? '';
    assert.equal(textFault(whole), code);
    assert.equal(ok, code === null, 'the vector agrees with itself');
  });
}

test('a lone surrogate may not be said', () => {
  assert.equal(textFault('a\ud83d'), 'bad_text');
  assert.equal(textFault('\ude42a'), 'bad_text');
});

test('characters are counted as scalar values, not as units of the script', () => {
  assert.equal(countChars('a😀e\u0301'), 4);
});

test('every line break becomes a line feed', () => {
  assert.equal(tidy('a\r\nb\rc\vd\fe\u0085f\ng'), 'a\nb\nc\nd\ne\nf\ng');
});

test('what nobody can see or send is left out, and the rest is sent as it was written', () => {
  assert.equal(tidy('\u0000a\u001b[0m\u007f\u009f'), 'a[0m');
  assert.equal(tidy('  \ta\ud83d '), '  \ta\ufffd ');
});

test('whatever is pasted, a tidy text that is not blank and not too long may be said', () => {
  for (let unit = 0; unit <= 0xffff; unit += 1) {
    const text = tidy(`a${String.fromCharCode(unit)}b`);
    if (textFault(text) !== null) assert.fail(`U+${unit.toString(16)}`);
  }
});

test('blank is what a reader would not see', () => {
  assert.ok(isBlank(''));
  assert.ok(isBlank(' \n\t\u3000'));
  assert.ok(!isBlank(' . '));
});

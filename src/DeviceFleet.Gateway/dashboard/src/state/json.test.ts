import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../wire/twin';
import { changes, equal, mergePatch, parseObject, pointer } from './json';
import { spanMs, spanText } from './timeSpan';
import { compareVersions } from './versions';

const plain = (text: string) => text.replaceAll('\u2009', ' ');

describe('json', () => {
  // RFC 7396, appendix A.
  test.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }], [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }], [{ a: 'b' }, { a: null }, {}], [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }], [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }], [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }], [['a', 'b'], ['c', 'd'], ['c', 'd']], [{ a: 'b' }, ['c'], ['c']], [{ a: 'foo' }, null, null], [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }], [[1, 2], { a: 'b', c: null }, { a: 'b' }], [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched by %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  test('a patch leaves the document that it was made from alone', () => {
    const before: JsonObject = { a: { b: 1 } };
    mergePatch(before, { a: { b: 2 } });
    expect(before).toEqual({ a: { b: 1 } });
  });

  test('changes are told leaf by leaf, with the pointer', () => {
    expect(changes({ a: 1, b: { c: 1, d: 2 }, 'x/y': 1 }, { a: 1, b: { c: 5 }, e: true, 'x/y': 2 })).toEqual([
      { pointer: '/b/c', before: 1, after: 5 }, { pointer: '/b/d', before: 2, after: undefined }, { pointer: '/e', before: undefined, after: true }, { pointer: '/x~1y', before: 1, after: 2 },
    ]);
    expect(pointer('/a', '~')).toBe('/a/~0');
  });

  test('equality looks at content, not at the order of names', () => {
    expect(equal({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    expect(equal({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(equal([1, 2], [2, 1])).toBe(false);
  });

  test.each([
    ['{\n  "a": 1,\n}', /^Line 3, column 1: /], ['{"a"', /^(Line 1, column 5|Not JSON yet): /], ['', /^Not JSON yet: |^Line 1/], ['[1]', /^A JSON object/], ['{"a":"xxxxxxxxxxxxxxxxxxxx"}', /^28 bytes; at most 20/],
  ])('%j is refused at its place', (text, fault) => {
    const parsed = parseObject(text, 20);
    expect(parsed.ok ? '' : parsed.fault).toMatch(fault);
  });
});

test.each([['00:05:00', '5 min'], ['00:01:30', '1 min 30 s'], ['1.02:00:00', '1 d 2 h'], ['00:00:00.5000000', '500 ms'], ['soon', 'soon']])('span %s is %s', (span, words) => {
  expect(plain(spanText(span))).toBe(words);
});

test('a span is exact', () => {
  expect(spanMs('30.00:00:00')).toBe(30 * 86_400_000);
  expect(spanMs('5:00')).toBeNull();
});

test('versions compare part by part', () => {
  const sorted = ['2.10', '2.1', 'v2.1.1', '2.9', '2.1-rc1', '10.0'].sort(compareVersions);
  expect(sorted).toEqual(['2.1-rc1', '2.1', 'v2.1.1', '2.9', '2.10', '10.0']);
  expect(compareVersions('v2.1', '2.1')).toBe(0);
});

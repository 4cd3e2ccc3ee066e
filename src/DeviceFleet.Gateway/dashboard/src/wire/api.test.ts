import { describe, expect, test } from 'vitest';
import { answerOf, headersOf } from './api';

const problem = (status: number, json: unknown) => new Response(JSON.stringify(json), { status, headers: { 'content-type': 'application/problem+json' } });

describe('api', () => {
  test('a change names the version it was made from, and a key that makes a repetition harmless', () => {
    expect(headersOf('PATCH', { json: {}, ifVersion: 3 })).toMatchObject({ 'if-match': '"3"', 'content-type': 'application/merge-patch+json' });
    expect(headersOf('POST', { json: {}, key: 'k-1' })).toMatchObject({ 'idempotency-key': 'k-1', 'content-type': 'application/json' });
    expect(Object.keys(headersOf('GET', {}))).toEqual(['accept', 'x-requested-with']);
  });

  test.each([
    [401, {}, { kind: 'signed-out' }],
    [403, { detail: 'no' }, { kind: 'denied', detail: 'no' }],
    [404, { title: 'Not Found' }, { kind: 'not-found', detail: 'Not Found' }],
    [409, { detail: 'delivered' }, { kind: 'conflict', detail: 'delivered', version: null }],
    [412, { detail: 'stale', version: 5 }, { kind: 'conflict', detail: 'stale', version: 5 }],
    [400, { title: 'Bad', errors: { name: ['too long'], args: ['too large'] } }, { kind: 'refused', detail: 'too long too large' }],
    [429, { detail: 'slow down' }, { kind: 'failed', detail: 'slow down' }],
  ])('%d is told as what it means', async (status, json, expected) => {
    expect(await answerOf(problem(status, json))).toEqual(expected);
  });

  test('an answer without problem details tells its status', async () => {
    expect(await answerOf(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))).toEqual({ kind: 'failed', detail: 'HTTP 502 Bad Gateway' });
  });

  test('what was taken and is not done says so', async () => {
    expect(await answerOf(new Response('{"a":1}', { status: 202 }))).toEqual({ kind: 'ok', json: { a: 1 }, status: 202 });
    expect(await answerOf(new Response(null, { status: 204 }))).toEqual({ kind: 'ok', json: null, status: 204 });
  });
});

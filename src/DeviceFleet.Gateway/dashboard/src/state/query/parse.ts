// query   = either
// either  = both { "or" both }
// both    = one { ["and"] one }
// one     = "not" one | "(" either ")" | term
// term    = state-word | "alarming" | "flapping" | "pending" | metric op number | "age" op duration | "firmware" op version
//         | "id:" text | "state:" state-word | "type:" text | "group:" path | "tag:" name ["=" text] | "alarm:" ("any" | severity) | text
import { SEVERITIES, type Severity } from '../../wire/contract';
import { lex, type CompareOp, type QueryError, type Token } from './lex';

export type DeviceStateName = 'online' | 'stale' | 'offline' | 'unknown';

export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly left: Query; readonly right: Query }
  | { readonly kind: 'not'; readonly of: Query }
  | { readonly kind: 'state'; readonly state: DeviceStateName }
  | { readonly kind: 'type'; /** Lower case. */ readonly text: string }
  | { readonly kind: 'group'; /** Lower case; in it or below. */ readonly path: string }
  | { readonly kind: 'tag'; /** Lower case. */ readonly name: string; /** Null: any. */ readonly value: string | null }
  | { readonly kind: 'firmware'; readonly op: CompareOp; readonly version: string }
  | { readonly kind: 'alarm'; /** The worst of the device's. */ readonly severity: Severity | 'any' }
  | { readonly kind: 'flag'; readonly flag: 'flapping' | 'pending' }
  | { readonly kind: 'metric'; /** Lower case. */ readonly name: string; readonly op: CompareOp; readonly value: number }
  | { readonly kind: 'age'; readonly op: CompareOp; readonly ms: number }
  | { readonly kind: 'text'; /** Lower case; part of the id. */ readonly text: string };

export type Parsed = { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly error: QueryError };

/** Longest query, characters. */
export const QUERY_LENGTH_MAX = 500;
/** Deepest nesting: a pasted wall of brackets must not exhaust the stack. */
const DEPTH_MAX = 50;

const STATES: readonly string[] = ['online', 'stale', 'offline', 'unknown'];
const WORDS: Readonly<Record<string, Query>> = {
  alarming: { kind: 'alarm', severity: 'any' }, flapping: { kind: 'flag', flag: 'flapping' }, pending: { kind: 'flag', flag: 'pending' },
};
const FIELDS: readonly string[] = ['id', 'state', 'type', 'group', 'tag', 'alarm'];
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function parseQuery(text: string): Parsed {
  if (text.length > QUERY_LENGTH_MAX) {
    return { ok: false, error: { message: `longer than ${QUERY_LENGTH_MAX} characters`, at: QUERY_LENGTH_MAX } };
  }
  const tokens = lex(text);
  if ('message' in tokens) {
    return { ok: false, error: tokens };
  }
  if (tokens.length === 0) {
    return { ok: true, query: { kind: 'all' } };
  }
  try {
    return { ok: true, query: new Parser(tokens, text.length).whole() };
  } catch (error) {
    if (error instanceof Refusal) {
      return { ok: false, error: error.at };
    }
    throw error;
  }
}

class Refusal extends Error {
  constructor(readonly at: QueryError) {
    super(at.message);
  }
}

class Parser {
  #next = 0;
  #depth = 0;

  constructor(private readonly tokens: readonly Token[], private readonly end: number) {}

  whole(): Query {
    const query = this.#either();
    const rest = this.#peek();
    if (rest !== undefined) {
      throw refuse(rest.kind === 'close' ? 'this bracket closes nothing' : 'this does not belong here', rest.at);
    }
    return query;
  }

  #either(): Query {
    let left = this.#both();
    while (this.#isWord(this.#peek(), 'or')) {
      this.#next++;
      left = { kind: 'or', left, right: this.#both() };
    }
    return left;
  }

  #both(): Query {
    let left = this.#one();
    for (;;) {
      const token = this.#peek();
      if (this.#isWord(token, 'and')) {
        this.#next++;
      } else if (token === undefined || token.kind === 'close' || this.#isWord(token, 'or')) {
        return left;
      }
      left = { kind: 'and', left, right: this.#one() };
    }
  }

  #one(): Query {
    const token = this.#peek();
    if (token === undefined) {
      throw refuse('something must follow here', this.end);
    }
    if (this.#isWord(token, 'not') || token.kind === 'open') {
      if (++this.#depth > DEPTH_MAX) {
        throw refuse('nested too deeply', token.at);
      }
      this.#next++;
      const inner = token.kind === 'open' ? this.#bracketed(token.at) : ({ kind: 'not', of: this.#one() } as const);
      this.#depth--;
      return inner;
    }
    return this.#term();
  }

  #bracketed(openedAt: number): Query {
    const inner = this.#either();
    if (this.#peek()?.kind !== 'close') {
      throw refuse('this bracket is not closed', openedAt);
    }
    this.#next++;
    return inner;
  }

  #term(): Query {
    const token = this.tokens[this.#next++];
    if (token?.kind !== 'word' || (!token.quoted && /^(and|or)$/i.test(token.text))) {
      throw refuse(token?.kind === 'op' ? 'a metric must stand before a comparison, as in temp>80' : 'a word or a comparison must stand here', token?.at ?? this.end);
    }
    const following = this.#peek();
    if (following?.kind === 'op') {
      this.#next++;
      return this.#comparison(token.text.toLowerCase(), following.text, following.end);
    }
    if (following?.kind === 'colon' && !token.quoted) {
      this.#next++;
      return this.#field(token.text.toLowerCase(), token.at, following.end);
    }
    const word = token.text.toLowerCase();
    return token.quoted ? { kind: 'text', text: word } : isState(word) ? { kind: 'state', state: word } : (WORDS[word] ?? { kind: 'text', text: word });
  }

  #field(name: string, at: number, valueAt: number): Query {
    const value = this.tokens[this.#next++];
    if (!FIELDS.includes(name)) {
      throw refuse(`'${name}:' is not known; known are ${FIELDS.join(': ')}:`, at);
    }
    if (value?.kind !== 'word') {
      throw refuse(`${name}: needs a value`, value?.at ?? valueAt);
    }
    const word = value.text.toLowerCase();
    switch (name) {
      case 'id': return { kind: 'text', text: word };
      case 'type': return { kind: 'type', text: word };
      case 'group': return { kind: 'group', path: word.replace(/\/+$/, '') };
      case 'tag': return { kind: 'tag', name: word, value: this.#tagValue() };
      case 'alarm': return this.#alarm(word, value);
      default: break;
    }
    if (!isState(word)) {
      throw refuse(`'${value.text}' is no state: online, stale, offline or unknown`, value.at);
    }
    return { kind: 'state', state: word };
  }

  #tagValue(): string | null {
    const op = this.#peek();
    if (op?.kind !== 'op') {
      return null;
    }
    this.#next++;
    const value = this.tokens[this.#next++];
    if (op.text !== '=' || value?.kind !== 'word') {
      throw refuse('a tag is asked for as tag:name or tag:name=value', op.text === '=' ? (value?.at ?? this.end) : op.at);
    }
    return value.text.toLowerCase();
  }

  #alarm(word: string, token: { readonly text: string; readonly at: number }): Query {
    const severity = word === 'any' ? 'any' : SEVERITIES.find((s) => s === word);
    if (severity === undefined) {
      throw refuse(`'${token.text}' is no severity: critical, warning, info or any`, token.at);
    }
    return { kind: 'alarm', severity };
  }

  #firmware(op: CompareOp, token: Token | undefined, at: number): Query {
    if (token?.kind !== 'word' || !/^v?\d/i.test(token.text)) {
      throw refuse(`a version must follow, as in firmware${op}2.1`, at);
    }
    return { kind: 'firmware', op, version: token.text };
  }

  #comparison(name: string, op: CompareOp, valueAt: number): Query {
    const token = this.tokens[this.#next++];
    if (name === 'firmware') {
      return this.#firmware(op, token, token?.at ?? valueAt);
    }
    const match = token?.kind === 'word' ? /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z]*)$/i.exec(token.text) : null;
    const at = token?.at ?? valueAt;
    if (match === null) {
      throw refuse(`a number must follow, as in ${name}${op}80`, at);
    }
    const value = Number(match[1]);
    const unit = (match[2] ?? '').toLowerCase();
    if (name !== 'age') {
      if (unit !== '') {
        throw refuse(`'${token?.kind === 'word' ? token.text : unit}' is no plain number`, at);
      }
      return { kind: 'metric', name, op, value };
    }
    const factor = UNIT_MS[unit === '' ? 's' : unit];
    if (factor === undefined) {
      throw refuse(`'${unit}' is no unit of time: s, min, h or d`, at + (match[1]?.length ?? 0));
    }
    return { kind: 'age', op, ms: value * factor };
  }

  #peek(): Token | undefined {
    return this.tokens[this.#next];
  }

  #isWord(token: Token | undefined, word: string): boolean {
    return token?.kind === 'word' && !token.quoted && token.text.toLowerCase() === word;
  }
}

function isState(word: string): word is DeviceStateName {
  return STATES.includes(word);
}

function refuse(message: string, at: number): Refusal {
  return new Refusal({ message, at });
}
